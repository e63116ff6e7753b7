package dev.maas.registry.cache;

import dev.maas.registry.format.Sha256;
import dev.maas.registry.store.ObjectContent;
import dev.maas.registry.store.ObjectStore;
import dev.maas.registry.store.TestStores;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.Locale;
import java.util.Random;

/**
 * Measures a cache: {@code FOLDER MEGABYTES} tells what a change of 1 MB in a blob of that size moves. How fast a cold blob comes, {@code PullHarness}
 * of the store behind web servers tells.
 */
final class CacheHarness {
    private static final int MEGABYTE = 1 << 20;

    private CacheHarness() {}

    public static void main(String[] args) throws Exception {
        reuse(Files.createDirectories(Path.of(args[0])), Integer.parseInt(args[1]));
        System.out.println(
                "figure registry.cache.heap.max " + (Runtime.getRuntime().maxMemory() >> 20) + " MB");
    }

    private static byte[] block(long seed) {
        return CacheFixture.random(seed, MEGABYTE);
    }

    /** Makes a file of random blocks; one of them, and no other, is of another seed. */
    private static Path write(Path file, int megabytes, int changed) throws IOException {
        try (OutputStream out = Files.newOutputStream(file)) {
            for (int i = 0; i < megabytes; i++) {
                // Not where a block ends, so that nothing falls on a chunk by chance.
                byte[] bytes = block(i);
                if (i == changed || i == changed + 1) {
                    byte[] other = block(-i - 1L);
                    int half = MEGABYTE / 2;
                    System.arraycopy(other, 0, bytes, i == changed ? half : 0, half);
                }
                out.write(bytes);
            }
        }
        return file;
    }

    private static void reuse(Path folder, int megabytes) throws Exception {
        ObjectStore files = TestStores.file(folder.resolve("remote"));
        CountingStore remote = new CountingStore(files);
        try (CachingStore store = CachingStore.open(
                "store", "test:reuse", () -> remote, CacheFixture.settings(folder.resolve("cache")))) {
            long before = 0;
            for (int version = 1; version <= 5; version++) {
                int changed = version == 1 ? -5 : new Random(version).nextInt(megabytes - 2);
                Path file = write(folder.resolve("version-" + version), megabytes, changed);
                String key = publish(files, store, file);
                long start = System.nanoTime();
                store.local(key).orElseThrow().close();
                figure("registry.cache.reuse.v" + version + ".time", (System.nanoTime() - start) / 1e9, "s");
                long moved = remote.bytes.get() - before;
                before = remote.bytes.get();
                System.out.println("figure registry.cache.reuse.v" + version + ".moved " + moved + " bytes");
                if (version > 1) {
                    System.out.println(
                            "figure registry.cache.reuse.v" + version + ".besides " + (moved - MEGABYTE) + " bytes");
                }
                Files.delete(file);
            }
        }
    }

    private static String publish(ObjectStore remote, CachingStore store, Path file) throws IOException {
        ChunkIndex.Writer writer = new ChunkIndex.Writer();
        MessageDigest digest = Sha256.start();
        byte[] buffer = new byte[1 << 16];
        long start = System.nanoTime();
        try (InputStream in = Files.newInputStream(file)) {
            for (int count = in.read(buffer); count >= 0; count = in.read(buffer)) {
                digest.update(buffer, 0, count);
                writer.update(buffer, 0, count);
            }
        }
        String hex = Sha256.hex(digest);
        byte[] index = writer.finish(hex).orElseThrow();
        figure("registry.cache.index.time", (System.nanoTime() - start) / 1e9, "s");
        System.out.println("figure registry.cache.index.size " + index.length + " bytes");
        String indexHex = Sha256.hex(index);
        remote.putIfAbsent(BlobKeys.key(indexHex), ObjectContent.of(index, ChunkIndex.MEDIA_TYPE));
        remote.putIfAbsent(BlobKeys.key(hex), content(file));
        store.noteChunks(hex, indexHex);
        return BlobKeys.key(hex);
    }

    private static ObjectContent content(Path file) throws IOException {
        long size = Files.size(file);
        return new ObjectContent() {
            @Override
            public long size() {
                return size;
            }

            @Override
            public String mediaType() {
                return OCTETS;
            }

            @Override
            public InputStream open() throws IOException {
                return Files.newInputStream(file);
            }
        };
    }

    private static void figure(String name, double value, String unit) {
        System.out.printf(Locale.ROOT, "figure %s %.3f %s%n", name, value, unit);
    }
}
