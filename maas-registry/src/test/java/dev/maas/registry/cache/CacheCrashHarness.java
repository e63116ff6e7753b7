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
 * Run it by {@code main} with a folder and the number of rounds through all steps, and with one of the actions if not all are wanted.
 */
final class CacheCrashHarness {
    static final int SIZE = 4 << 20;

    private static final int HALTED = 77;
    private static final List<String> ACTIONS = List.of("fill", "resume", "reuse", "evict");

    private CacheCrashHarness() {}

    /** The blobs and their indexes, which take a while to make. */
    private static final class Made {
        static final byte[] FIRST = CacheFixture.random(1, SIZE + 1000);
        static final byte[] SECOND = second();
        static final List<byte[]> INDEXES = List.of(CacheFixture.index(FIRST), CacheFixture.index(SECOND));

        /** The digest of each blob, and behind it that of its index. */
        static final List<String> HEXES =
                List.of(Sha256.hex(FIRST), Sha256.hex(INDEXES.get(0)), Sha256.hex(SECOND), Sha256.hex(INDEXES.get(1)));

        private Made() {}

        private static byte[] second() {
            byte[] bytes = FIRST.clone();
            Arrays.fill(bytes, 1 << 20, (1 << 20) + 50_000, (byte) 7);
            return bytes;
        }
    }

    public static void main(String[] args) throws Exception {
        if (args[0].equals("child")) {
            act(
                    Path.of(args[1]),
                    args[2],
                    Integer.parseInt(args[3]),
                    List.of(args).subList(4, 8));
            return;
        }
        int runs = 0;
        for (int round = 0; round < Integer.parseInt(args[1]); round++) {
            for (String action : args.length > 2 ? List.of(args[2]) : ACTIONS) {
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

    private static ObjectStore remote(Path folder) {
        // Behind this, the store's files are not seen as files of this machine.
        return new CountingStore(TestStores.file(folder.resolve("remote")));
    }

    private static void put(ObjectStore store, String hex, byte[] bytes) {
        store.putIfAbsent(BlobKeys.key(hex), ObjectContent.of(bytes, ObjectContent.OCTETS));
    }

    private static CachingStore open(Path folder, long bound, Clock clock, List<String> hexes, CacheSteps steps) {
        CacheSettings settings =
                new CacheSettings(folder.resolve("cache"), bound, false, false, true, clock, TransferListener.NONE);
        CachingStore store = CachingStore.open("the store", "test:store", () -> remote(folder), settings, steps);
        store.noteChunks(hexes.get(0), hexes.get(1));
        store.noteChunks(hexes.get(2), hexes.get(3));
        return store;
    }

    /** Ends a process at one step and checks; returns false if the action has fewer steps. */
    private static boolean crashAt(Path folder, String action, int step) throws Exception {
        Files.createDirectories(folder);
        ObjectStore remote = remote(folder);
        put(remote, Made.HEXES.get(0), Made.FIRST);
        put(remote, Made.HEXES.get(1), Made.INDEXES.get(0));
        put(remote, Made.HEXES.get(2), Made.SECOND);
        put(remote, Made.HEXES.get(3), Made.INDEXES.get(1));
        if (!action.equals("fill")) {
            try (CachingStore store = open(folder, Clock.systemUTC())) {
                CacheFixture.read(store, BlobKeys.key(Made.HEXES.get(0)));
            }
        }
        if (action.equals("resume")) {
            Path partials = folder.resolve("cache/partial");
            Files.write(partials.resolve(Made.HEXES.get(2) + ".left"), Arrays.copyOf(Made.SECOND, 3 << 20));
        }
        List<String> arguments = new ArrayList<>(List.of("child", folder.toString(), action, Integer.toString(step)));
        arguments.addAll(Made.HEXES);
        Process child = start(CacheCrashHarness.class, arguments.toArray(new String[0]));
        String output = new String(child.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        int code = child.waitFor();
        assertThat(code).as(output).isIn(0, HALTED);
        check(folder);
        return code == HALTED;
    }

    private static CachingStore open(Path folder, Clock clock) {
        return open(folder, CacheSettings.MOST_BYTES, clock, Made.HEXES, CacheSteps.NONE);
    }

    private static void act(Path folder, String action, int haltAt, List<String> hexes) throws IOException {
        AtomicInteger steps = new AtomicInteger();
        CacheSteps halting = step -> {
            if (steps.incrementAndGet() == haltAt) {
                Runtime.getRuntime().halt(HALTED);
            }
        };
        long bound = action.equals("evict") ? SIZE + 5000 : CacheSettings.MOST_BYTES;
        CachingStore store = open(folder, bound, Clock.systemUTC(), hexes, halting);
        String hex = hexes.get(action.equals("fill") ? 0 : 2);
        try (LocalCopy copy = store.local(BlobKeys.key(hex)).orElseThrow()) {
            if (Files.size(copy.path()) != SIZE + 1000) {
                throw new IllegalStateException("The size is wrong");
            }
        }
        Runtime.getRuntime().halt(0);
    }

    private static void check(Path folder) throws IOException {
        requireDigests(folder.resolve("cache/sha256"));
        try (CachingStore store = open(folder, Clock.systemUTC())) {
            assertThat(Arrays.equals(CacheFixture.read(store, BlobKeys.key(Made.HEXES.get(0))), Made.FIRST))
                    .isTrue();
            assertThat(Arrays.equals(CacheFixture.read(store, BlobKeys.key(Made.HEXES.get(2))), Made.SECOND))
                    .isTrue();
        }
        Clock later = Clock.offset(Clock.systemUTC(), Duration.ofDays(3));
        open(folder, later).close();
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
