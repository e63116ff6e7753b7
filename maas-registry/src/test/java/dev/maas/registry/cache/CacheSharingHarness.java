package dev.maas.registry.cache;

import dev.maas.registry.format.Sha256;
import dev.maas.registry.store.ObjectContent;
import dev.maas.registry.store.ObjectStore;
import dev.maas.registry.store.TestStores;
import dev.maas.registry.store.TransferListener;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/**
 * Processes with several threads each that read the same blobs through one cache. Run it by {@code main} with a folder, processes, threads, blobs,
 * a bound in bytes and whether processes wait for each other.
 */
final class CacheSharingHarness {
    private static final int SIZE = 1_500_000;

    private CacheSharingHarness() {}

    public static void main(String[] args) throws Exception {
        if (args[0].equals("child")) {
            System.out.println(read(
                    Path.of(args[1]),
                    Integer.parseInt(args[2]),
                    Integer.parseInt(args[3]),
                    Long.parseLong(args[4]),
                    Boolean.parseBoolean(args[5])));
            return;
        }
        int blobs = Integer.parseInt(args[3]);
        long moved = share(
                Path.of(args[0]),
                Integer.parseInt(args[1]),
                Integer.parseInt(args[2]),
                blobs,
                Long.parseLong(args[4]),
                Boolean.parseBoolean(args[5]));
        System.out.println("figure registry.cache.shared.blobs " + (long) blobs * SIZE + " bytes");
        System.out.println("figure registry.cache.shared.moved " + moved + " bytes");
    }

    static long bytes(int blobs) {
        return (long) blobs * SIZE;
    }

    /** Returns how many bytes all processes fetched together. */
    static long share(Path folder, int processes, int threads, int blobs, long bound, boolean locked) throws Exception {
        Files.createDirectories(folder);
        try (ObjectStore remote = TestStores.file(folder.resolve("remote"))) {
            for (int i = 0; i < blobs; i++) {
                byte[] bytes = CacheFixture.random(i, SIZE);
                remote.putIfAbsent(BlobKeys.key(Sha256.hex(bytes)), ObjectContent.of(bytes, ObjectContent.OCTETS));
            }
        }
        List<Process> children = new ArrayList<>();
        try {
            for (int i = 0; i < processes; i++) {
                children.add(CacheCrashHarness.start(
                        CacheSharingHarness.class,
                        "child",
                        folder.toString(),
                        Integer.toString(threads),
                        Integer.toString(blobs),
                        Long.toString(bound),
                        Boolean.toString(locked)));
            }
            long moved = 0;
            for (Process child : children) {
                List<String> lines = new String(child.getInputStream().readAllBytes(), StandardCharsets.UTF_8)
                        .lines()
                        .toList();
                if (child.waitFor() != 0) {
                    throw new IllegalStateException("A reader failed:\n" + String.join("\n", lines));
                }
                moved += Long.parseLong(lines.get(lines.size() - 1));
            }
            return moved;
        } finally {
            children.forEach(Process::destroyForcibly);
        }
    }

    private static long read(Path folder, int threads, int blobs, long bound, boolean locked) throws Exception {
        CountingStore remote = new CountingStore(TestStores.file(folder.resolve("remote")));
        CacheSettings settings = new CacheSettings(
                folder.resolve("cache"), bound, false, false, locked, Clock.systemUTC(), TransferListener.NONE);
        ExecutorService executor = Executors.newFixedThreadPool(threads);
        try (CachingStore store = CachingStore.open("the store", "test:store", () -> remote, settings)) {
            List<Callable<Void>> readers = new ArrayList<>();
            for (int t = 0; t < threads; t++) {
                List<Integer> order = new ArrayList<>();
                for (int i = 0; i < blobs; i++) {
                    order.add(i);
                }
                Collections.shuffle(order, new Random(ProcessHandle.current().pid() * 31L + t));
                readers.add(() -> {
                    for (int i : order) {
                        byte[] expected = CacheFixture.random(i, SIZE);
                        byte[] read = CacheFixture.read(store, BlobKeys.key(Sha256.hex(expected)));
                        if (!Arrays.equals(read, expected)) {
                            throw new IllegalStateException("Wrong bytes");
                        }
                    }
                    return null;
                });
            }
            for (Future<Void> done : executor.invokeAll(readers)) {
                done.get();
            }
            return remote.bytes.get();
        } finally {
            executor.shutdown();
        }
    }
}
