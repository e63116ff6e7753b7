package dev.maas.registry.store.oci;

import dev.maas.IntegrityException;
import dev.maas.registry.store.WrongBytesException;
import java.io.IOException;
import java.time.Instant;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** The entries of keys, under their tags. Safe for use by any thread. */
final class OciEntries {
    private final OciManifests manifests;

    OciEntries(OciManifests manifests) {
        this.manifests = manifests;
    }

    /**
     * An entry as it was read.
     *
     * @param entry the entry
     * @param hex the digest of its manifest
     */
    record Found(OciEntry entry, String hex) {}

    /**
     * What was found, and when, by the registry's clock.
     *
     * @param found the entry
     * @param time when the registry answered
     */
    record Look(Optional<Found> found, Instant time) {}

    Optional<Found> find(String key) throws IOException {
        return look(key).found();
    }

    /**
     * Reads the entry of a key.
     *
     * @throws WrongBytesException if another's, or something else, lies under its tag
     */
    Look look(String key) throws IOException {
        OciManifests.Look look = manifests.get(OciTags.of(key));
        if (look.found().isEmpty()) {
            return new Look(Optional.empty(), look.time());
        }
        Found found = read(look.found().get())
                .orElseThrow(() -> new WrongBytesException("something else than its entry lies under its tag"));
        @Nullable String mismatch = found.entry.mismatch(key);
        if (mismatch != null) {
            throw new WrongBytesException(mismatch);
        }
        return new Look(Optional.of(found), look.time());
    }

    /** Reads what lies under any tag; empty if nothing does, or what other programs put there. */
    Optional<Found> findByTag(String tag) throws IOException {
        Optional<OciManifests.Found> found = manifests.get(tag).found();
        Optional<Found> entry = found.isEmpty() ? Optional.empty() : read(found.get());
        return entry.filter(
                each -> OciTags.of(each.entry.key()).equals(tag) && each.entry.mismatch(each.entry.key()) == null);
    }

    private static Optional<Found> read(OciManifests.Found found) throws WrongBytesException {
        try {
            return OciEntry.read(found.bytes()).map(entry -> new Found(entry, found.hex()));
        } catch (IntegrityException e) {
            throw new WrongBytesException(String.valueOf(e.getMessage()));
        }
    }

    /** Returns the keys of all entries, in no order. Keys that their tags do not tell take a request each. */
    Set<String> keys() throws IOException {
        Set<String> tags = manifests.tags();
        Set<String> keys =
                tags.stream().flatMap(tag -> OciTags.key(tag).stream()).collect(Collectors.toSet());
        for (String tag : tags) {
            if (OciTags.isLong(tag)) {
                findByTag(tag).ifPresent(found -> keys.add(found.entry.key()));
            }
        }
        return keys;
    }
}
