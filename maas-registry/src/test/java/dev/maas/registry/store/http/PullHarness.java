package dev.maas.registry.store.http;

import dev.maas.registry.cache.CacheSettings;
import dev.maas.registry.cache.CachingStore;
import dev.maas.registry.format.Sha256;
import dev.maas.registry.store.LocalCopy;
import dev.maas.registry.store.ObjectStore;
import dev.maas.registry.store.TransferListener;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.WritableByteChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.stream.Stream;

/**
 * Pulls a large blob from an nginx on this machine, into a verified file and through a cache, and compares with copying and hashing the same file
 * without a server, in turns: {@code PullHarness FOLDER MEGABYTES ROUNDS}. What goes through a cache is durable before it is handed out, and is
 * compared with a copy that is synced, too. Run it under a small heap, to see that memory does not grow with the blob.
 */
public final class PullHarness {
    private static final int BUFFER_BYTES = 1 << 16;

    private PullHarness() {}

    /** What is measured; returns the digest of what it wrote. */
    private interface Way {
        String run(Path target) throws IOException;
    }

    /** Runs the harness. */
    public static void main(String[] args) throws Exception {
        Path folder = Path.of(args[0]).toAbsolutePath();
        int megabytes = Integer.parseInt(args[1]);
        int rounds = Integer.parseInt(args[2]);
        Path made = Files.createDirectories(folder.resolve("www")).resolve("made");
        String hex = write(made, megabytes);
        String key = "blobs/sha256/" + hex.substring(0, 2) + "/" + hex;
        Path source = folder.resolve("www").resolve(key);
        Files.createDirectories(source.getParent());
        Files.move(made, source);
        try (TestNginx nginx = TestNginx.start(folder.resolve("www"), folder.resolve("nginx"));
                ObjectStore store = open(nginx)) {
            List<String> names = List.of(
                    "copy-then-hash", "copy-and-hash", "copy-sync-then-hash", "pull", "pull.stream", "pull.cache");
            List<Way> ways = List.of(
                    target -> copyThenHash(source, target, false),
                    target -> stream(Files.newInputStream(source), target),
                    target -> copyThenHash(source, target, true),
                    target -> pull(store, key, target),
                    target -> stream(store.open(key).orElseThrow(), target),
                    target -> pullThroughCache(nginx, key, target));
            double[][] seconds = new double[ways.size()][rounds];
            for (int round = -1; round < rounds; round++) {
                for (int i = 0; i < ways.size(); i++) {
                    double time = time(ways.get(i), folder.resolve("pulled"), hex);
                    if (round >= 0) {
                        seconds[i][round] = time;
                    }
                }
            }
            report(names, seconds, megabytes);
        }
    }

    private static ObjectStore open(TestNginx nginx) {
        return TestHttp.store(nginx.location(""), HttpTuning.DEFAULTS, null);
    }

    private static String write(Path file, int megabytes) throws IOException {
        byte[] block = new byte[1 << 20];
        Random random = new Random(3);
        MessageDigest digest = Sha256.start();
        try (OutputStream out = Files.newOutputStream(file)) {
            for (int i = 0; i < megabytes; i++) {
                random.nextBytes(block);
                digest.update(block);
                out.write(block);
            }
        }
        return Sha256.hex(digest);
    }

    private static double time(Way way, Path target, String hex) throws IOException {
        clear(target);
        long start = System.nanoTime();
        String written = way.run(target);
        double seconds = (System.nanoTime() - start) / 1e9;
        if (!written.equals(hex)) {
            throw new IllegalStateException("Wrong bytes");
        }
        return seconds;
    }

    private static void clear(Path target) throws IOException {
        if (Files.isDirectory(target)) {
            try (Stream<Path> paths = Files.walk(target)) {
                for (Path path : paths.sorted(Comparator.reverseOrder()).toList()) {
                    Files.delete(path);
                }
            }
        }
        Files.deleteIfExists(target);
    }

    private static String copyThenHash(Path source, Path target, boolean synced) throws IOException {
        Files.copy(source, target);
        if (synced) {
            try (FileChannel copy = FileChannel.open(target, StandardOpenOption.WRITE)) {
                copy.force(true);
            }
        }
        MessageDigest digest = Sha256.start();
        byte[] buffer = new byte[BUFFER_BYTES];
        try (InputStream in = Files.newInputStream(target)) {
            for (int count = in.read(buffer); count >= 0; count = in.read(buffer)) {
                digest.update(buffer, 0, count);
            }
        }
        return Sha256.hex(digest);
    }

    private static String stream(InputStream source, Path target) throws IOException {
        MessageDigest digest = Sha256.start();
        byte[] buffer = new byte[BUFFER_BYTES];
        try (InputStream in = source;
                OutputStream out = Files.newOutputStream(target)) {
            for (int count = in.read(buffer); count >= 0; count = in.read(buffer)) {
                digest.update(buffer, 0, count);
                out.write(buffer, 0, count);
            }
        }
        return Sha256.hex(digest);
    }

    /** Pulls as a registry with a cache does; that what came has its digest is the cache's promise. */
    private static String pullThroughCache(TestNginx nginx, String key, Path target) throws IOException {
        CacheSettings settings = new CacheSettings(
                target, CacheSettings.MOST_BYTES, false, false, true, Clock.systemUTC(), TransferListener.NONE);
        try (CachingStore cache = CachingStore.open("store", "http:large", () -> open(nginx), settings);
                LocalCopy copy = cache.local(key).orElseThrow()) {
            if (!copy.verified() || Files.size(copy.path()) == 0) {
                throw new IllegalStateException("The cache has not verified the blob");
            }
            return key.substring(key.lastIndexOf('/') + 1);
        }
    }

    private static String pull(ObjectStore store, String key, Path target) throws IOException {
        try (FileChannel file = FileChannel.open(target, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
            Digesting digesting = new Digesting(file);
            store.copyTo(key, 0, digesting).orElseThrow();
            return Sha256.hex(digesting.digest);
        }
    }

    private static final class Digesting implements WritableByteChannel {
        private final FileChannel file;
        private final MessageDigest digest = Sha256.start();

        Digesting(FileChannel file) {
            this.file = file;
        }

        @Override
        public int write(ByteBuffer buffer) throws IOException {
            digest.update(buffer.duplicate());
            int count = buffer.remaining();
            while (buffer.hasRemaining()) {
                file.write(buffer);
            }
            return count;
        }

        @Override
        public boolean isOpen() {
            return file.isOpen();
        }

        @Override
        public void close() throws IOException {
            file.close();
        }
    }

    private static void report(List<String> names, double[][] seconds, int megabytes) throws IOException {
        List<Double> medians = new ArrayList<>();
        for (int i = 0; i < seconds.length; i++) {
            Arrays.sort(seconds[i]);
            double median = seconds[i][seconds[i].length / 2];
            medians.add(median);
            figure("http." + names.get(i), median, "s");
            figure("http." + names.get(i) + ".rate", megabytes / median, "MB/s");
        }
        figure("http.pull.of-copy-then-hash", medians.get(0) / medians.get(3), "ratio");
        figure("http.pull.of-copy-and-hash", medians.get(1) / medians.get(3), "ratio");
        figure("http.pull.cache.of-copy-then-hash", medians.get(0) / medians.get(5), "ratio");
        figure("http.pull.cache.of-copy-sync-then-hash", medians.get(2) / medians.get(5), "ratio");
        figure("http.heap.max", (double) (Runtime.getRuntime().maxMemory() >> 20), "MB");
        for (String line : Files.readAllLines(Path.of("/proc/self/status"))) {
            if (line.startsWith("VmHWM:")) {
                figure("http.resident.max", Double.parseDouble(line.replaceAll("[^0-9]", "")) / 1024, "MB");
            }
        }
    }

    private static void figure(String name, double value, String unit) {
        System.out.printf(Locale.ROOT, "figure %s %.3f %s%n", name, value, unit);
    }
}
