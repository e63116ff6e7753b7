package dev.maas.registry;

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
 * with a folder, processes, threads each, versions each, and whether the local locks are on.
 */
final class ContendersHarness {
    private ContendersHarness() {}

    public static void main(String[] args) throws Exception {
        if (args[0].equals("child")) {
            publish(
                    Path.of(args[1]),
                    Integer.parseInt(args[2]),
                    Integer.parseInt(args[3]),
                    Boolean.parseBoolean(args[4]));
            return;
        }
        long start = System.nanoTime();
        int processes = Integer.parseInt(args[1]);
        int threads = Integer.parseInt(args[2]);
        int versions = Integer.parseInt(args[3]);
        contend(Path.of(args[0]), processes, threads, versions, Boolean.parseBoolean(args[4]));
        try (ManagedRegistry registry = Registries.open(Path.of(args[0]), TestModels.OPTIONS)) {
            int expected = processes * threads * versions;
            int newest = registry.resolve("spam").number();
            if (newest != expected) {
                throw new IllegalStateException("Expected " + expected + " versions; got " + newest);
            }
            System.out.println("figure registry.contenders.versions " + newest + " count");
            System.out.println("figure registry.contenders.time " + (System.nanoTime() - start) / 1_000_000 + " ms");
        }
    }

    /** Starts the processes and waits for them. */
    static void contend(Path store, int processes, int threads, int versions, boolean locked) throws Exception {
        List<Process> children = new ArrayList<>();
        try {
            for (int i = 0; i < processes; i++) {
                children.add(start(
                        ContendersHarness.class,
                        "child",
                        store.toString(),
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

    private static void publish(Path store, int threads, int versions, boolean locked) throws Exception {
        RegistryOptions options = locked ? TestModels.OPTIONS : TestModels.OPTIONS.withoutLocks();
        ExecutorService executor = Executors.newFixedThreadPool(threads);
        try (ManagedRegistry registry = Registries.open(store, options)) {
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
