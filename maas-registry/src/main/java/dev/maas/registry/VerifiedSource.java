package dev.maas.registry;

import dev.maas.AccessDeniedException;
import dev.maas.ModelMetadata;
import dev.maas.ModelSource;
import dev.maas.ModelVersion;
import dev.maas.registry.seal.BlobCipher;
import dev.maas.registry.store.LocalCopy;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Collections;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * The files of a published version, every one of them verified when this was made. One that is encrypted is decrypted as it is read, and has
 * no path: it is nowhere in the clear.
 */
final class VerifiedSource implements ModelSource {
    private final String label;
    private final String entry;
    private final ModelMetadata metadata;
    private final Map<String, Manifest.Descriptor> files;
    private final Map<String, LocalCopy> copies;
    private final Map<String, FileKey> keys;
    private final Blobs blobs;
    private final AtomicBoolean closed = new AtomicBoolean();

    private VerifiedSource(
            String label,
            String entry,
            ModelMetadata metadata,
            Map<String, Manifest.Descriptor> files,
            Map<String, LocalCopy> copies,
            Map<String, FileKey> keys,
            Blobs blobs) {
        this.label = label;
        this.entry = entry;
        this.metadata = metadata;
        this.files = files;
        this.copies = copies;
        this.keys = keys;
        this.blobs = blobs;
    }

    /**
     * Verifies the files and pins those that lie on this machine.
     *
     * @param keys the keys of those that are encrypted and will be read, by name; the source wipes them when it is closed
     */
    static VerifiedSource open(
            String label,
            String entry,
            ModelMetadata metadata,
            Map<String, Manifest.Descriptor> files,
            Map<String, FileKey> keys,
            Blobs blobs) {
        Map<String, LocalCopy> copies = new HashMap<>();
        VerifiedSource source = new VerifiedSource(
                label, entry, metadata, Collections.unmodifiableMap(new TreeMap<>(files)), copies, keys, blobs);
        try {
            files.forEach(
                    (name, file) -> blobs.verify(file.hex(), file.size()).ifPresent(copy -> copies.put(name, copy)));
            return source;
        } catch (RuntimeException e) {
            source.close();
            throw e;
        }
    }

    /**
     * Returns the files of a version in a store of which everything was verified before; they are compared with their digests once more as they are
     * read.
     *
     * @param keys the keys of those that are encrypted, by name; the source wipes them when it is closed
     */
    static VerifiedSource ofVerified(
            ModelVersion version, Trust.Content content, Map<String, FileKey> keys, Blobs blobs) {
        return new VerifiedSource(
                version.ref().toString(),
                content.facts().entry(),
                version.metadata(),
                Collections.unmodifiableMap(new TreeMap<>(content.manifest().files())),
                Map.of(),
                keys,
                blobs);
    }

    @Override
    public String entry() {
        return entry;
    }

    @Override
    public Set<String> files() {
        return files.keySet();
    }

    private Manifest.Descriptor file(String name) throws IOException {
        Manifest.@Nullable Descriptor file = files.get(name);
        if (file == null) {
            throw new NoSuchFileException(name);
        }
        if (closed.get()) {
            throw new IOException("The source of " + label + " was closed");
        }
        return file;
    }

    @Override
    public long size(String file) throws IOException {
        Manifest.Descriptor descriptor = file(file);
        return EncryptedLayer.isEncrypted(descriptor)
                ? BlobCipher.plainSize(descriptor.size(), what(file))
                : descriptor.size();
    }

    @Override
    public InputStream open(String file) throws IOException {
        Manifest.Descriptor descriptor = file(file);
        @Nullable LocalCopy copy = copies.get(file);
        InputStream stored =
                copy != null ? Files.newInputStream(copy.path()) : blobs.open(descriptor.hex(), descriptor.size());
        return EncryptedLayer.isEncrypted(descriptor) ? decrypt(file, descriptor, stored) : stored;
    }

    private InputStream decrypt(String file, Manifest.Descriptor descriptor, InputStream stored) throws IOException {
        try {
            @Nullable FileKey key = keys.get(file);
            if (key == null) {
                throw new AccessDeniedException(what(file) + " is encrypted, and was opened without its key");
            }
            return key.decrypt(stored, descriptor.size(), what(file));
        } catch (RuntimeException e) {
            stored.close();
            throw e;
        }
    }

    private String what(String file) {
        return "The file '" + file + "' of '" + label + "'";
    }

    @Override
    public Optional<Path> path(String file) {
        Manifest.@Nullable Descriptor descriptor = files.get(file);
        return descriptor == null || EncryptedLayer.isEncrypted(descriptor)
                ? Optional.empty()
                : Optional.ofNullable(copies.get(file)).map(LocalCopy::path);
    }

    @Override
    public Optional<Path> folder() {
        // Blobs lie under their digests.
        return Optional.empty();
    }

    @Override
    public ModelMetadata metadata() {
        return metadata;
    }

    @Override
    public void close() {
        if (closed.compareAndSet(false, true)) {
            keys.values().forEach(FileKey::wipe);
            copies.values().forEach(LocalCopy::close);
        }
    }

    @Override
    public String toString() {
        return label;
    }
}
