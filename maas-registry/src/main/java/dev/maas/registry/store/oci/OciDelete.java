package dev.maas.registry.store.oci;

import java.io.IOException;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Deletes keys. Safe for use by any thread. */
final class OciDelete {
    private static final Logger LOG = LoggerFactory.getLogger(OciDelete.class);

    private final String name;
    private final OciManifests manifests;
    private final OciEntries entries;
    private final OciReferrers referrers;

    OciDelete(String name, OciManifests manifests, OciEntries entries, OciReferrers referrers) {
        this.name = name;
        this.manifests = manifests;
        this.entries = entries;
        this.referrers = referrers;
    }

    /** Deletes a key; the caller keeps other threads from its digest. */
    boolean delete(String key) throws IOException {
        Optional<OciEntries.Found> found = entries.find(key);
        if (found.isEmpty()) {
            return false;
        }
        boolean there = allowed(() -> manifests.delete(found.get().hex()));
        if (entries.find(key).filter(now -> now.hex().equals(found.get().hex())).isPresent()) {
            throw new OciException("the registry deleted its entry and still has it");
        }
        OciEntry.Content content = found.get().entry().content();
        if (content.place() == OciEntry.Place.MANIFEST) {
            deleteManifest(content.hex());
        }
        return there;
    }

    /** Deletes a manifest, and with it its names for other tools, if no other key names it: the trash may hold it still. */
    private void deleteManifest(String hex) throws IOException {
        boolean needed = entries.keys().stream().anyMatch(key -> key.endsWith("/" + hex));
        Optional<OciManifests.Found> manifest =
                needed ? Optional.empty() : manifests.get("sha256:" + hex).found();
        if (manifest.isPresent()) {
            allowed(() -> manifests.delete(hex));
            referrers.removed(manifest.get().bytes());
            LOG.debug("{}: the manifest {} was deleted with its names", name, hex);
        }
    }

    private interface Deleting {
        boolean delete() throws IOException;
    }

    private static boolean allowed(Deleting deleting) throws IOException {
        try {
            return deleting.delete();
        } catch (OciRefusal e) {
            if (e.isDenied() || e.code().equals("UNSUPPORTED")) {
                throw new OciException(
                        e.getMessage() + ". Nothing can be deleted there, so that nothing can be collected;"
                                + " everything else works. Docker's registry allows it by storage.delete.enabled",
                        e);
            }
            throw e;
        }
    }
}
