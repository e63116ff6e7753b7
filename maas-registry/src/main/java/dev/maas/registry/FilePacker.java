package dev.maas.registry;

import dev.maas.ModelLoadException;
import dev.maas.ModelSource;
import dev.maas.PackageLimits;
import dev.maas.RegistryException;
import dev.maas.registry.cache.ChunkIndex;
import dev.maas.registry.format.HashingPipe;
import dev.maas.registry.format.Sha256;
import dev.maas.registry.seal.BlobCipher;
import dev.maas.registry.seal.KeyWrapper;
import dev.maas.registry.seal.WrappedKey;
import dev.maas.registry.store.ObjectContent;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads the files of one package for its manifest: hashes them, and encrypts them where a registry does. What it encrypted it keeps until
 * it is closed. Used by one thread.
 */
final class FilePacker implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(FilePacker.class);
    private static final int BUFFER_BYTES = 1 << 16;

    /** Each index has a place in the entry of the log. */
    private static final int MOST_INDEXED = 256;

    private final ModelSource source;
    private final @Nullable KeyWrapper keys;
    private final String model;
    private final String factsHex;
    private final PackageLimits.Tally tally;
    private final Map<String, String> plainHexes = new LinkedHashMap<>();
    private final List<Ciphertext> ciphertexts = new ArrayList<>();
    private final Map<String, byte[]> chunkIndexes = new LinkedHashMap<>();
    private long byteSize;

    /** Packs files of a source; with keys, they are encrypted, and bound to the model and its facts. */
    FilePacker(ModelSource source, @Nullable KeyWrapper keys, String model, String factsHex, PackageLimits limits) {
        this.source = source;
        this.keys = keys;
        this.model = model;
        this.factsHex = factsHex;
        this.tally = limits.tally();
    }

    /**
     * A file, ready to be put.
     *
     * @param layer what the manifest says of it
     * @param content its bytes as the store gets them
     */
    record Packed(Manifest.Descriptor layer, ObjectContent content) {}

    /**
     * Reads a file.
     *
     * @throws ModelLoadException if it cannot be read, or is larger than the limits allow
     * @throws RegistryException if there is no room for what is encrypted
     */
    Packed pack(String file) {
        tally.file(file);
        String type = Manifest.mediaType(file, file.equals(source.entry()));
        KeyWrapper wrapper = keys;
        try (InputStream in = new Counted(source.open(file))) {
            return wrapper == null ? hash(file, type, in) : encrypt(file, type, in, wrapper);
        } catch (IOException e) {
            throw new ModelLoadException("The file '" + file + "' of the package cannot be read", e);
        }
    }

    /** Hashes a file, and cuts it into chunks meanwhile if it is large. */
    private Packed hash(String file, String type, InputStream in) throws IOException {
        long before = byteSize;
        long announced = source.size(file);
        ChunkIndex.@Nullable Writer chunks = announced < ChunkIndex.LEAST_BLOB || chunkIndexes.size() >= MOST_INDEXED
                ? null
                : new ChunkIndex.Writer();
        String hex;
        try (HashingPipe pipe = new HashingPipe(announced)) {
            boolean ended = false;
            while (!ended) {
                HashingPipe.Block block = pipe.block();
                ended = block.fill(in, Long.MAX_VALUE);
                pipe.hash(block);
                if (chunks != null) {
                    chunks.update(block.bytes, 0, block.length);
                }
            }
            hex = pipe.finish();
        }
        plainHexes.put(file, hex);
        if (chunks != null) {
            chunks.finish(hex).ifPresent(index -> chunkIndexes.put(hex, index));
        }
        Manifest.Descriptor layer = Manifest.Descriptor.file(file, type, hex, byteSize - before);
        return new Packed(layer, new PackedFile(() -> source.open(file), file, layer));
    }

    private Packed encrypt(String file, String type, InputStream plain, KeyWrapper wrapper) throws IOException {
        MessageDigest digest = Sha256.start();
        InputStream in = new DigestInputStream(plain, digest);
        byte[] context = EncryptedLayer.context(model, factsHex, file);
        byte[] key = BlobCipher.newKey();
        try {
            WrappedKey wrapped = wrapper.wrap(key.clone(), context.clone());
            Ciphertext ciphertext = new Ciphertext();
            ciphertexts.add(ciphertext);
            try (OutputStream out = new Spooled(ciphertext)) {
                BlobCipher.encrypt(in, out, key, context);
            } catch (UncheckedIOException e) {
                throw new RegistryException(
                        "The file '" + file
                                + "' of the package cannot be encrypted: it is kept, encrypted, in the folder"
                                + " for temporary files (java.io.tmpdir) until it is published, and that failed",
                        e);
            }
            String plainHex = Sha256.hex(digest);
            plainHexes.put(file, plainHex);
            byte[] fingerprint = BlobCipher.fingerprint(key, HexFormat.of().parseHex(plainHex));
            Manifest.Descriptor layer = new EncryptedLayer(
                            wrapped, HexFormat.of().formatHex(fingerprint))
                    .descriptor(file, type, ciphertext.finish(), ciphertext.size());
            return new Packed(layer, new PackedFile(ciphertext::open, file, layer));
        } finally {
            Arrays.fill(key, (byte) 0);
        }
    }

    /** Returns the size of the files read so far, in the clear. */
    long byteSize() {
        return byteSize;
    }

    /** Returns whether the files are encrypted. */
    boolean encrypts() {
        return keys != null;
    }

    /** Returns the digest of the content of each file read so far, in the clear. */
    Map<String, String> plainHexes() {
        return plainHexes;
    }

    /**
     * Returns the index of the chunks of each large file read so far, by the file's digest, so that later readers fetch only the chunks that they
     * do not have. What is encrypted has none: its chunks are never the same again, and those of the clear text would tell of it.
     */
    Map<String, byte[]> chunkIndexes() {
        return chunkIndexes;
    }

    @Override
    public void close() {
        for (Ciphertext ciphertext : ciphertexts) {
            try {
                ciphertext.close();
            } catch (IOException e) {
                // It holds nothing that could be lost, and what was published stays published.
                LOG.warn("A temporary file with what was encrypted cannot be closed", e);
            }
        }
    }

    /** Counts what is read. */
    private final class Counted extends FilterInputStream {
        Counted(InputStream in) {
            super(in);
        }

        @Override
        public int read() throws IOException {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
        }

        @Override
        public int read(byte[] bytes, int offset, int length) throws IOException {
            int count = in.read(bytes, offset, Math.min(length, BUFFER_BYTES));
            if (count > 0) {
                tally.bytes(count);
                byteSize += count;
            }
            return count;
        }
    }

    /** Tells failures of the temporary file from those of the file that is read. */
    private static final class Spooled extends OutputStream {
        private final Ciphertext ciphertext;

        Spooled(Ciphertext ciphertext) {
            this.ciphertext = ciphertext;
        }

        @Override
        public void write(int b) {
            write(new byte[] {(byte) b}, 0, 1);
        }

        @Override
        public void write(byte[] bytes, int offset, int length) {
            try {
                ciphertext.write(bytes, offset, length);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }
}
