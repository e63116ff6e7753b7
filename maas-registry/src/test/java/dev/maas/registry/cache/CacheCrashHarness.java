package dev.maas.registry.cache;

import static org.assertj.core.api.Assertions.assertThat;

import dev.maas.registry.format.Sha256;
import dev.maas.registry.store.LocalCopy;
import dev.maas.registry.store.ObjectContent;
import dev.maas.registry.store.ObjectStore;
import dev.maas.registry.store.TestStores;
import dev.maas.registry.store.TransferListener;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;

/**
 * Ends a process at each step of filling a cache and looks at what it left: no wrong byte under any name, every blob to be had, nothing left behind.
 * Run it by {@code main} with a folder and the number of rounds through all steps.
 */
final class CacheCrashHarness {
    static final int SIZE = 4 << 20;

    private static final int HALTED = 77;

    private CacheCrashHarness() {}

    public static void main(String[] args) throws Exception {
        if (args[0].equals("child")) {
            act(Path.of(args[1]), args[2], Integer.parseInt(args[3]));
            return;
        }
        int runs = 0;
        for (int round = 0; round < Integer.parseInt(args[1]); round++) {
            for (String action : List.of("fill", "resume", "reuse", "evict")) {
                runs += crashAtEveryStep(Path.of(args[0]).resolve("round-" + round), action, 1);
            }
        }
        System.out.println("figure registry.crash.cache.runs " + runs + " count");
    }

    /** Returns how many processes were ended. */
    static int crashAtEveryStep(Path folder, String action, int stride) throws Exception {
        int runs = 0;
        while (crashAt(folder.resolve(action + "-" + runs), action, 1 + runs * stride)) {
            runs++;
        }
        return runs;
    }

    private static byte[] first() {
        return CacheFixture.random(1, SIZE + 1000);
    }

    private static byte[] second() {
        byte[] bytes = first();
        Arrays.fill(bytes, 1 << 20, (1 << 20) + 50_000, (byte) 7);
        return bytes;
    }

    private static ObjectStore remote(Path folder) {
        // Behind this, the store's files are not seen as files of this machine.
        return new CountingStore(TestStores.file(folder.resolve("remote")));
    }

    private static String put(ObjectStore store, byte[] bytes) {
        String key = BlobKeys.key(Sha256.hex(bytes));
        store.putIfAbsent(key, ObjectContent.of(bytes, ObjectContent.OCTETS));
        return key;
    }

    private static CachingStore open(Path folder, long bound, Clock clock, CacheSteps steps) {
        CacheSettings settings =
                new CacheSettings(folder.resolve("cache"), bound, false, false, true, clock, TransferListener.NONE);
        CachingStore store = CachingStore.open("the store", "test:store", () -> remote(folder), settings, steps);
        for (byte[] blob : List.of(first(), second())) {
            store.noteChunks(Sha256.hex(blob), Sha256.hex(CacheFixture.index(blob)));
        }
        return store;
    }

    /** Ends a process at one step and checks; returns false if the action has fewer steps. */
    private static boolean crashAt(Path folder, String action, int step) throws Exception {
        Files.createDirectories(folder);
        ObjectStore remote = remote(folder);
        for (byte[] blob : List.of(first(), second())) {
            put(remote, blob);
            put(remote, CacheFixture.index(blob));
        }
        if (!action.equals("fill")) {
            try (CachingStore store = open(folder, CacheSettings.MOST_BYTES, Clock.systemUTC(), CacheSteps.NONE)) {
                CacheFixture.read(store, key(first()));
            }
        }
        if (action.equals("resume")) {
            Path partials = folder.resolve("cache/partial");
            Files.write(partials.resolve(Sha256.hex(second()) + ".left"), Arrays.copyOf(second(), 3 << 20));
        }
        Process child = start(CacheCrashHarness.class, "child", folder.toString(), action, Integer.toString(step));
        String output = new String(child.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        int code = child.waitFor();
        assertThat(code).as(output).isIn(0, HALTED);
        check(folder);
        return code == HALTED;
    }

    private static String key(byte[] blob) {
        return BlobKeys.key(Sha256.hex(blob));
    }

    private static void act(Path folder, String action, int haltAt) throws IOException {
        AtomicInteger steps = new AtomicInteger();
        CacheSteps halting = step -> {
            if (steps.incrementAndGet() == haltAt) {
                Runtime.getRuntime().halt(HALTED);
            }
        };
        long bound = action.equals("evict") ? SIZE + 5000 : CacheSettings.MOST_BYTES;
        CachingStore store = open(folder, bound, Clock.systemUTC(), halting);
        try (LocalCopy copy =
                store.local(key(action.equals("fill") ? first() : second())).orElseThrow()) {
            if (Files.size(copy.path()) != SIZE + 1000) {
                throw new IllegalStateException("The size is wrong");
            }
        }
        Runtime.getRuntime().halt(0);
    }

    private static void check(Path folder) throws IOException {
        requireDigests(folder.resolve("cache/sha256"));
        try (CachingStore store = open(folder, CacheSettings.MOST_BYTES, Clock.systemUTC(), CacheSteps.NONE)) {
            assertThat(Arrays.equals(CacheFixture.read(store, key(first())), first()))
                    .isTrue();
            assertThat(Arrays.equals(CacheFixture.read(store, key(second())), second()))
                    .isTrue();
        }
        Clock later = Clock.offset(Clock.systemUTC(), Duration.ofDays(3));
        open(folder, CacheSettings.MOST_BYTES, later, CacheSteps.NONE).close();
        for (String scratch : List.of("partial", "tmp", "leases")) {
            assertThat(files(folder.resolve("cache").resolve(scratch)))
                    .as("left behind in %s", scratch)
                    .isEmpty();
        }
    }

    private static void requireDigests(Path blobs) throws IOException {
        for (Path file : files(blobs)) {
            assertThat(Sha256.hex(Files.readAllBytes(file))).isEqualTo(String.valueOf(file.getFileName()));
        }
    }

    private static List<Path> files(Path folder) throws IOException {
        try (Stream<Path> paths = Files.walk(folder)) {
            return paths.filter(Files::isRegularFile).toList();
        }
    }

    /** Starts a main class of the tests in a JVM of its own. */
    static Process start(Class<?> main, String... args) throws IOException {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "-XX:+UseSerialGC",
                "-Xmx128m",
                "-cp",
                System.getProperty("java.class.path"),
                main.getName()));
        command.addAll(List.of(args));
        return new ProcessBuilder(command).redirectErrorStream(true).start();
    }
}
