package dev.maas.registry;

import dev.maas.AliasChange;
import dev.maas.AliasUpdate;
import dev.maas.ModelVersion;
import dev.maas.RegistryConflictException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/**
 * Publishers in several processes, all to one name, each moving one alias by compare-and-set after each publish. Run it by {@code main}
 * with a folder, processes, threads each, versions each, whether the local locks are on, and {@code s3} for a server of that kind.
 */
final class ContendersHarness {
    private ContendersHarness() {}

    public static void main(String[] args) throws Exception {
        if (args[0].equals("child")) {
            publish(args[1], Integer.parseInt(args[2]), Integer.parseInt(args[3]), Boolean.parseBoolean(args[4]));
            return;
        }
        long start = System.nanoTime();
        int processes = Integer.parseInt(args[1]);
        int threads = Integer.parseInt(args[2]);
        int versions = Integer.parseInt(args[3]);
        boolean s3 = args.length > 5 && args[5].equals("s3");
        try (TestPlaces places = s3 ? TestPlaces.s3(Path.of(args[0])) : TestPlaces.folder(Path.of(args[0]))) {
            String location = places.location("contended");
            contend(location, processes, threads, versions, Boolean.parseBoolean(args[4]));
            print(location, s3 ? "s3" : "file", processes * threads * versions, start);
        }
    }

    private static void print(String location, String kind, int expected, long start) {
        try (ManagedRegistry registry = Registries.open(TestPlaces.open(location), TestModels.OPTIONS)) {
            int newest = registry.resolve("spam").number();
            if (newest != expected) {
                throw new IllegalStateException("Expected " + expected + " versions; got " + newest);
            }
            requireOneChain(registry, expected);
            String figure = "figure registry.contenders." + kind;
            System.out.println(figure + ".versions " + newest + " count");
            System.out.println(figure + ".time " + (System.nanoTime() - start) / 1_000_000 + " ms");
        }
    }

    /** Every move of the alias says truly where it came from. */
    static void requireOneChain(ManagedRegistry registry, int least) {
        List<AliasChange> moves = registry.aliasHistory("spam", "champion");
        for (int i = 0; i + 1 < moves.size(); i++) {
            if (!moves.get(i).from().equals(moves.get(i + 1).to())) {
                throw new IllegalStateException("The moves are no chain: " + moves.get(i + 1) + ", " + moves.get(i));
            }
        }
        if (moves.size() < least) {
            throw new IllegalStateException("Expected " + least + " moves; got " + moves.size());
        }
    }

    /** Starts the processes and waits for them. */
    static void contend(String location, int processes, int threads, int versions, boolean locked) throws Exception {
        List<Process> children = new ArrayList<>();
        try {
            for (int i = 0; i < processes; i++) {
                children.add(start(
                        ContendersHarness.class,
                        "child",
                        location,
                        Integer.toString(threads),
                        Integer.toString(versions),
                        Boolean.toString(locked)));
            }
            for (Process child : children) {
                String output = new String(child.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
                if (child.waitFor() != 0) {
                    throw new IllegalStateException("A publisher failed:\n" + output);
                }
            }
        } finally {
            children.forEach(Process::destroyForcibly);
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

    private static void publish(String location, int threads, int versions, boolean locked) throws Exception {
        RegistryOptions options = locked ? TestModels.OPTIONS : TestModels.OPTIONS.withoutLocks();
        ExecutorService executor = Executors.newFixedThreadPool(threads);
        try (ManagedRegistry registry = Registries.open(TestPlaces.open(location), options)) {
            List<Callable<Void>> tasks = new ArrayList<>();
            for (int t = 0; t < threads; t++) {
                String content = ProcessHandle.current().pid() + " " + t + " ";
                tasks.add(() -> {
                    for (int v = 0; v < versions; v++) {
                        move(registry, registry.publish(TestModels.model("spam", content + v)));
                    }
                    return null;
                });
            }
            for (Future<Void> future : executor.invokeAll(tasks)) {
                future.get();
            }
        } finally {
            executor.shutdown();
        }
    }

    private static void move(ManagedRegistry registry, ModelVersion version) {
        while (true) {
            OptionalInt current = registry.aliases("spam").containsKey("champion")
                    ? OptionalInt.of(registry.aliases("spam").get("champion"))
                    : OptionalInt.empty();
            AliasUpdate update = AliasUpdate.of("spam", "champion", version.number());
            try {
                registry.alias(current.isPresent() ? update.expecting(current.getAsInt()) : update.expectingNone());
                return;
            } catch (RegistryConflictException e) {
                // Somebody else moved it first; look again.
            }
        }
    }
}
