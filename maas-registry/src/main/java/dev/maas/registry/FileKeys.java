package dev.maas.registry;

import com.google.gson.JsonObject;
import dev.maas.AccessDeniedException;
import dev.maas.IntegrityException;
import dev.maas.registry.format.CanonicalJson;
import dev.maas.registry.format.Fields;
import dev.maas.registry.format.StrictJson;
import dev.maas.registry.seal.BlobCipher;
import dev.maas.registry.seal.KeyWrapper;
import dev.maas.registry.seal.WrappedKey;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Unwraps the data keys of a version's files, and wraps them anew. Safe for use by any thread.
 *
 * <p>A manifest never changes, so what a newer key wrapped is attached to the version. A file's key is taken from the manifest if the key that
 * wrapped it there is at hand, and from the newest attachment otherwise: whoever can write to the store can attach, and must not be able
 * to keep a reader from what it can read anyway.
 */
final class FileKeys {
    /** The media type of an attachment with wrapped keys. */
    static final String MEDIA_TYPE = "application/vnd.maas.wrapped-keys.v1+json";

    private static final int MOST_ATTACHMENTS = 16;

    private final Blobs blobs;
    private final @Nullable KeyWrapper keys;

    FileKeys(Blobs blobs, Optional<KeyWrapper> keys) {
        this.blobs = blobs;
        this.keys = keys.orElse(null);
    }

    /**
     * Returns the keys of a version's encrypted files by name; none for one in the clear. The caller wipes them.
     *
     * @throws AccessDeniedException if a key that it takes is not at hand; the message names it
     * @throws IntegrityException if a wrapped key was changed
     */
    Map<String, FileKey> unwrap(Trust.Candidate candidate, Manifest manifest) {
        Map<String, EncryptedLayer> layers = layers(candidate, manifest);
        if (layers.isEmpty()) {
            return Map.of();
        }
        KeyWrapper wrapper = requireKeys(candidate, layers.values());
        BlobCipher.requireAvailable();
        Map<String, FileKey> unwrapped = new LinkedHashMap<>();
        try {
            Attached attached = new Attached(candidate);
            layers.forEach((file, layer) -> {
                byte[] context = EncryptedLayer.context(candidate.version().name(), candidate.factsHex(), file);
                unwrapped.put(file, unwrap(wrapper, file, layer, context, attached));
            });
            return Collections.unmodifiableMap(unwrapped);
        } catch (RuntimeException e) {
            unwrapped.values().forEach(FileKey::wipe);
            throw e;
        }
    }

    /** Returns the files that a manifest tells of, with the keys that wrapped their data keys when the version was published. */
    static StoredFiles files(Trust.Candidate candidate, Manifest manifest) {
        Map<String, Long> sizes = new LinkedHashMap<>();
        manifest.files().forEach((name, file) -> sizes.put(name, file.size()));
        return new StoredFiles(sizes, ids(layers(candidate, manifest).values()));
    }

    private static Set<String> ids(Collection<EncryptedLayer> layers) {
        Set<String> ids = new LinkedHashSet<>();
        layers.forEach(layer -> ids.add(layer.key().keyId()));
        return ids;
    }

    private static Map<String, EncryptedLayer> layers(Trust.Candidate candidate, Manifest manifest) {
        Map<String, EncryptedLayer> layers = new LinkedHashMap<>();
        String what = "The manifest of '" + candidate.version().ref() + "'";
        manifest.files()
                .forEach((file, layer) ->
                        EncryptedLayer.find(layer, what).ifPresent(encrypted -> layers.put(file, encrypted)));
        return layers;
    }

    private KeyWrapper requireKeys(Trust.Candidate candidate, Collection<EncryptedLayer> layers) {
        if (keys == null) {
            throw new AccessDeniedException("'" + candidate.version().ref() + "' is encrypted under " + ids(layers)
                    + ", and this registry was opened without keys. Open it with RegistryOptions.decryptWith(…)");
        }
        return keys;
    }

    private static FileKey unwrap(
            KeyWrapper wrapper, String file, EncryptedLayer layer, byte[] context, Attached attached) {
        String what =
                "The file '" + file + "' of '" + attached.candidate.version().ref() + "' cannot be decrypted under '"
                        + layer.key().keyId() + "': ";
        try {
            return unwrap(wrapper, layer.key(), context);
        } catch (IntegrityException e) {
            throw new IntegrityException(what + e.getMessage(), e);
        } catch (AccessDeniedException e) {
            for (Map<String, WrappedKey> newer : attached.newestFirst()) {
                @Nullable WrappedKey key = newer.get(file);
                if (key != null) {
                    try {
                        return unwrap(wrapper, key, context);
                    } catch (AccessDeniedException | IntegrityException also) {
                        e.addSuppressed(also);
                    }
                }
            }
            throw new AccessDeniedException(what + e.getMessage(), e);
        }
    }

    private static FileKey unwrap(KeyWrapper wrapper, WrappedKey wrapped, byte[] context) {
        byte[] key = wrapper.unwrap(wrapped, context.clone());
        if (key.length != BlobCipher.KEY_BYTES) {
            throw new IntegrityException("The key '" + wrapped.keyId() + "' unwraps a data key of " + key.length
                    + " bytes where " + BlobCipher.KEY_BYTES + " are right");
        }
        return new FileKey(key, context);
    }

    /** What newer keys wrapped, read only when it is needed. Used by one thread. */
    private final class Attached {
        private final Trust.Candidate candidate;
        private @Nullable List<Map<String, WrappedKey>> read;

        Attached(Trust.Candidate candidate) {
            this.candidate = candidate;
        }

        List<Map<String, WrappedKey>> newestFirst() {
            List<Map<String, WrappedKey>> known = read;
            if (known == null) {
                List<Change.Attach> attachments = new ArrayList<>(candidate.attachments().stream()
                        .filter(attach -> attach.type().equals(MEDIA_TYPE))
                        .toList());
                Collections.reverse(attachments);
                known = attachments.stream()
                        .limit(MOST_ATTACHMENTS)
                        .map(this::read)
                        .toList();
                read = known;
            }
            return known;
        }

        /** One that is damaged or gone helps nobody; another may. */
        private Map<String, WrappedKey> read(Change.Attach attachment) {
            try {
                String what = "The wrapped keys of '" + candidate.version().ref() + "'";
                byte[] json = Attachments.read(blobs, attachment.manifest());
                Fields fields = new Fields(StrictJson.object(json, what), what).object("keys");
                Map<String, WrappedKey> wrapped = new LinkedHashMap<>();
                fields.raw().keySet().forEach(file -> wrapped.put(file, EncryptedLayer.key(fields.object(file))));
                return wrapped;
            } catch (IntegrityException e) {
                return Map.of();
            }
        }
    }

    /**
     * Wraps the keys of a version's files by the key that wraps now.
     *
     * @return what to attach to the version; empty if it is not encrypted, or wrapped by that key already
     */
    Optional<byte[]> rewrapped(Trust.Candidate candidate, Manifest manifest) {
        Map<String, EncryptedLayer> layers = layers(candidate, manifest);
        if (layers.isEmpty()) {
            return Optional.empty();
        }
        KeyWrapper wrapper = requireKeys(candidate, layers.values());
        String now = wrapper.keyId();
        if (isWrappedBy(now, layers, new Attached(candidate))) {
            return Optional.empty();
        }
        Map<String, FileKey> unwrapped = unwrap(candidate, manifest);
        try {
            JsonObject packets = new JsonObject();
            unwrapped.forEach((file, key) -> packets.add(file, EncryptedLayer.packet(key.wrappedBy(wrapper))));
            JsonObject json = new JsonObject();
            json.add("keys", packets);
            return Optional.of(CanonicalJson.bytes(json));
        } finally {
            unwrapped.values().forEach(FileKey::wipe);
        }
    }

    private static boolean isWrappedBy(String keyId, Map<String, EncryptedLayer> layers, Attached attached) {
        boolean first =
                layers.values().stream().allMatch(layer -> layer.key().keyId().equals(keyId));
        return first
                || attached.newestFirst().stream()
                        .anyMatch(newer -> layers.keySet().stream().allMatch(file -> {
                            @Nullable WrappedKey key = newer.get(file);
                            return key != null && key.keyId().equals(keyId);
                        }));
    }
}
