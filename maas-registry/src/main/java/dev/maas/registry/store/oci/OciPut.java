package dev.maas.registry.store.oci;

import dev.maas.RegistryConflictException;
import dev.maas.registry.format.Sha256;
import dev.maas.registry.store.ObjectContent;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Puts objects if they are absent, as well as a registry can: first the bytes, then the entry under the key's tag, which makes them visible.
 * Safe for use by any thread.
 *
 * <p><b>One winner.</b> The interface has no condition for a tag: a later put overwrites an earlier one without a word. So the tag is looked up
 * first, and read back after the put by the digest of the entry, which its random mark makes its own. Threads of one store take turns at a
 * key, so that of them exactly one wins. Of two processes that look at the same moment, both put; who then reads back the other's entry says
 * so by a {@link RegistryConflictException}, but one that read back its own before the other overwrote it cannot know. This is why such a
 * store has <b>one writer</b>. If there were two all the same, the next entry of a log does not fit the one that was overwritten, and readers
 * refuse the log.
 *
 * <p>Registries that can be told never to move a tag refuse the later put; on these there is one winner, and may be many writers.
 */
final class OciPut {
    private static final Logger LOG = LoggerFactory.getLogger(OciPut.class);

    /** How a registry says that a manifest names blobs that it lacks, or that it is none. */
    private static final Set<Integer> NO_MANIFEST = Set.of(400, 404, 422);

    private final String name;
    private final OciHttp http;
    private final OciManifests manifests;
    private final OciEntries entries;
    private final OciUpload upload;
    private final OciReferrers referrers;
    private final OciTuning tuning;
    private volatile boolean emptyIsThere;

    OciPut(
            String name,
            OciHttp http,
            OciManifests manifests,
            OciEntries entries,
            OciUpload upload,
            OciReferrers referrers,
            OciTuning tuning) {
        this.name = name;
        this.http = http;
        this.manifests = manifests;
        this.entries = entries;
        this.upload = upload;
        this.referrers = referrers;
        this.tuning = tuning;
    }

    /** Puts an object; the caller keeps other threads from the key. */
    boolean putIfAbsent(String key, ObjectContent content) throws IOException {
        OciEntries.Look look = entries.look(key);
        if (look.found().isPresent()) {
            return false;
        }
        putEmpty();
        return putEntry(OciEntry.of(key, look.time(), putContent(key, content)));
    }

    /** Puts an entry for bytes that are there; the caller keeps other threads from both keys. */
    boolean copyIfAbsent(OciEntry from, String to) throws IOException {
        OciUpload.requireExpected(from.content().hex(), OciTags.blob(to));
        OciEntries.Look look = entries.look(to);
        return look.found().isEmpty() && putEntry(OciEntry.of(to, look.time(), from.content()));
    }

    /** Puts what stands in for a part that an entry does not have. */
    void putEmpty() throws IOException {
        if (!emptyIsThere) {
            upload.put(ObjectContent.of(OciEntry.emptyBytes(), OciEntry.EMPTY_TYPE), Optional.empty());
            emptyIsThere = true;
        }
    }

    private OciEntry.Content putContent(String key, ObjectContent content) throws IOException {
        Optional<String> expected = OciTags.blob(key);
        boolean manifest = content.mediaType().equals(OciEntry.MANIFEST_TYPE)
                || content.mediaType().equals(OciEntry.INDEX_TYPE);
        if (manifest && content.size() <= OciManifests.LARGEST) {
            byte[] bytes = OciUpload.bytes(content);
            OciUpload.requireExpected(Sha256.hex(bytes), expected);
            if (putManifest(key, bytes, content.mediaType())) {
                return OciEntry.Content.manifest(content.mediaType(), Sha256.hex(bytes), bytes.length);
            }
        }
        if (expected.isEmpty() && content.size() <= tuning.inlineBytes()) {
            return OciEntry.Content.inline(OciUpload.bytes(content));
        }
        return OciEntry.Content.blob(content.mediaType(), upload.put(content, expected), content.size());
    }

    /** Puts a manifest by its digest; returns false if the registry does not take it as one. */
    private boolean putManifest(String key, byte[] bytes, String mediaType) throws IOException {
        String hex = Sha256.hex(bytes);
        try {
            OciAnswer answer = manifests.putByDigest(hex, bytes, mediaType);
            referrers.added(bytes, mediaType, answer);
            return true;
        } catch (OciRefusal e) {
            if (!NO_MANIFEST.contains(e.status()) || e.code().equals("NAME_UNKNOWN")) {
                throw e;
            }
            LOG.warn("{}: '{}' is kept as a blob, which other tools do not find, since {}", name, key, e.getMessage());
            return false;
        }
    }

    private boolean putEntry(OciEntry entry) throws IOException {
        byte[] bytes = entry.write();
        String hex = Sha256.hex(bytes);
        for (int attempt = 1; ; attempt++) {
            @Nullable IOException failure = tryPut(entry, bytes);
            if (failure == null && OciTags.blob(entry.key()).isPresent()) {
                // Whoever puts it says the same.
                return true;
            }
            Optional<OciEntries.Found> there = readBack(entry.key(), failure);
            if (there.isPresent()) {
                return there.get().hex().equals(hex) || lost(entry, there.get().entry(), failure);
            }
            if (failure == null) {
                throw new OciException("the registry took its entry and does not have it");
            }
            if (isRefused(failure) || attempt >= tuning.attempts()) {
                throw failure;
            }
            http.backOff(attempt);
        }
    }

    /** Returns whether the registry is known not to have taken what was put. */
    private static boolean isRefused(@Nullable IOException failure) {
        return failure instanceof OciRefusal refusal && refusal.status() < 500;
    }

    /** Returns what went wrong; the entry may be there all the same. */
    private @Nullable IOException tryPut(OciEntry entry, byte[] bytes) throws InterruptedIOException {
        try {
            manifests.put(OciTags.of(entry.key()), bytes, entry.mediaType(), true);
            return null;
        } catch (InterruptedIOException e) {
            throw e;
        } catch (IOException e) {
            return e;
        }
    }

    private Optional<OciEntries.Found> readBack(String key, @Nullable IOException failure) throws IOException {
        try {
            return entries.find(key);
        } catch (IOException e) {
            if (failure != null) {
                failure.addSuppressed(e);
                throw failure;
            }
            throw e;
        }
    }

    /** Another's entry lies there. That is as it should be where the registry refused ours, or both say the same. */
    private boolean lost(OciEntry ours, OciEntry theirs, @Nullable IOException failure) {
        boolean same = theirs.content().hex().equals(ours.content().hex())
                && theirs.content().size() == ours.content().size();
        if (same || isRefused(failure)) {
            return false;
        }
        throw new RegistryConflictException(name + ": another writer put '" + ours.key() + "' at the same time, and its"
                + " object lies there now. This registry cannot keep two writers apart: let one process write at a time,"
                + " and look at the history before trying again");
    }
}
