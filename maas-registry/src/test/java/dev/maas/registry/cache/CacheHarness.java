package dev.maas.registry.cache;

import com.sun.net.httpserver.HttpServer;
import dev.maas.RegistryException;
import dev.maas.registry.format.Sha256;
import dev.maas.registry.store.LocalCopy;
import dev.maas.registry.store.ObjectContent;
import dev.maas.registry.store.ObjectInfo;
import dev.maas.registry.store.ObjectStore;
import dev.maas.registry.store.TestStores;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.HttpURLConnection;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.time.Clock;
import java.time.Instant;
import java.util.Locale;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/**
 * Measures a cache: {@code reuse FOLDER MEGABYTES} tells what a change of 1 MB moves, {@code speed FOLDER MEGABYTES} how fast a cold blob comes from
 * an HTTP server in the same process, against copying it and hashing the copy.
 */
final class CacheHarness {
    private static final int MEGABYTE = 1 << 20;

    private CacheHarness() {}

    public static void main(String[] args) throws Exception {
        Path folder = Files.createDirectories(Path.of(args[1]));
        int megabytes = Integer.parseInt(args[2]);
        if (args[0].equals("reuse")) {
            reuse(folder, megabytes);
        } else {
            speed(folder, megabytes);
        }
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

    private static void speed(Path folder, int megabytes) throws Exception {
        Path file = write(folder.resolve("original"), megabytes, -5);
        String hex = hash(file);
        ExecutorService executor = Executors.newCachedThreadPool();
        HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setExecutor(executor);
        server.createContext("/", exchange -> {
            exchange.sendResponseHeaders(200, Files.size(file));
            try (OutputStream out = exchange.getResponseBody()) {
                Files.copy(file, out);
            }
        });
        server.start();
        try {
            for (int round = 1; round <= 3; round++) {
                double copied = copyAndHash(file, folder.resolve("copy"));
                double pulled = pull(
                        folder.resolve("cache-" + round), server.getAddress().getPort(), file, hex);
                figure("registry.cache.cold.copy-and-hash", megabytes / copied, "MB/s");
                figure("registry.cache.cold.pull", megabytes / pulled, "MB/s");
                figure("registry.cache.cold.ratio", copied / pulled, "of copy and hash");
            }
        } finally {
            server.stop(0);
            executor.shutdown();
        }
    }

    private static double copyAndHash(Path file, Path copy) throws IOException {
        long start = System.nanoTime();
        try (FileChannel out = FileChannel.open(
                        copy,
                        StandardOpenOption.CREATE,
                        StandardOpenOption.TRUNCATE_EXISTING,
                        StandardOpenOption.WRITE);
                FileChannel in = FileChannel.open(file)) {
            for (long place = 0; place < in.size(); ) {
                place += in.transferTo(place, in.size() - place, out);
            }
            out.force(true);
        }
        hash(copy);
        return (System.nanoTime() - start) / 1e9;
    }

    private static String hash(Path file) throws IOException {
        MessageDigest digest = Sha256.start();
        byte[] buffer = new byte[1 << 18];
        try (InputStream in = Files.newInputStream(file)) {
            for (int count = in.read(buffer); count >= 0; count = in.read(buffer)) {
                digest.update(buffer, 0, count);
            }
        }
        return Sha256.hex(digest);
    }

    private static double pull(Path cache, int port, Path file, String hex) throws IOException {
        long size = Files.size(file);
        ObjectStore remote = new CountingStore(TestStores.memory(Clock.systemUTC())) {
            @Override
            public Optional<ObjectInfo> stat(String key) {
                return Optional.of(new ObjectInfo(key, size, Instant.EPOCH));
            }

            @Override
            public Optional<InputStream> open(String key, long offset, long length) {
                try {
                    HttpURLConnection connection = (HttpURLConnection)
                            URI.create("http://127.0.0.1:" + port + "/").toURL().openConnection();
                    return Optional.of(connection.getInputStream());
                } catch (IOException e) {
                    throw new RegistryException("The server failed", e);
                }
            }
        };
        long start = System.nanoTime();
        try (CachingStore store = CachingStore.open("store", "test:speed", () -> remote, CacheFixture.settings(cache));
                LocalCopy copy = store.local(BlobKeys.key(hex)).orElseThrow()) {
            double seconds = (System.nanoTime() - start) / 1e9;
            if (Files.mismatch(copy.path(), file) >= 0) {
                throw new IllegalStateException("The bytes are wrong");
            }
            return seconds;
        } finally {
            Files.delete(cache.resolve(BlobKeys.key(hex).substring("blobs/".length())));
        }
    }

    private static void figure(String name, double value, String unit) {
        System.out.printf(Locale.ROOT, "figure %s %.3f %s%n", name, value, unit);
    }
}
