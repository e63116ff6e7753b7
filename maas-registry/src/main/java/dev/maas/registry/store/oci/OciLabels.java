package dev.maas.registry.store.oci;

import dev.maas.registry.format.Sha256;
import java.io.IOException;
import java.time.Instant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The tags by which other tools find versions. They may lag behind the log, which alone decides. Safe for use by any thread. */
final class OciLabels {
    /** What the entry says that a name points to when it points to nothing. */
    private static final String NOTHING = "nothing";

    private final OciManifests manifests;
    private final KeyLocks locks;

    OciLabels(OciManifests manifests, KeyLocks locks) {
        this.manifests = manifests;
        this.locks = locks;
    }

    /** Points a name to a manifest, or to nothing. */
    void label(String reference, @Nullable String key) throws IOException {
        Optional<String> tag = OciTags.label(reference);
        if (tag.isEmpty()) {
            return;
        }
        locks.holding(tag.get(), () -> {
            if (key == null) {
                remove(tag.get());
            } else {
                point(tag.get(), key);
            }
            return tag;
        });
    }

    private void point(String tag, String key) throws IOException {
        String hex = OciTags.blob(key).orElseThrow(() -> new OciException("its key names no digest"));
        OciManifests.Found manifest = manifests.recent(hex);
        manifests.put(tag, manifest.bytes(), manifest.mediaType(), false);
    }

    /**
     * Takes a name away. Deleting a manifest by digest takes all its names, and few registries delete a tag alone; so the name is pointed to an
     * entry of its own, which is then deleted, or stays and is no model where nothing may be deleted.
     */
    private void remove(String tag) throws IOException {
        if (manifests.get(tag).found().isEmpty()) {
            return;
        }
        byte[] bytes = OciEntry.of(NOTHING, Instant.EPOCH, OciEntry.Content.inline(new byte[0]))
                .write();
        manifests.put(tag, bytes, OciEntry.MANIFEST_TYPE, false);
        try {
            manifests.delete(Sha256.hex(bytes));
        } catch (OciRefusal e) {
            if (!e.isDenied()) {
                throw e;
            }
        }
    }
}
