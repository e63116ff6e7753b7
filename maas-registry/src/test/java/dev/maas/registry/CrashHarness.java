package dev.maas.registry;

import static org.assertj.core.api.Assertions.assertThat;

import dev.maas.AliasUpdate;
import dev.maas.ModelSource;
import dev.maas.ModelVersion;
import dev.maas.Page;
import dev.maas.VersionUpdate;
import dev.maas.registry.store.ObjectStore;
import dev.maas.registry.store.TestStores;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;

/**
 * Ends a process at each step of publishing, of moving an alias and of collecting, and looks at what it left. Run it by {@code main} with
 * a folder, and the number of rounds through all steps.
 */
final class CrashHarness {
    private static final int HALTED = 77;

    private CrashHarness() {}

    public static void main(String[] args) throws Exception {
        if (args[0].equals("child")) {
            act(Path.of(args[1]), args[2], Integer.parseInt(args[3]));
            return;
        }
        int rounds = Integer.parseInt(args[1]);
        int runs = 0;
        for (int round = 0; round < rounds; round++) {
            for (String action : List.of("publish", "alias", "collect")) {
                runs += crashAtEveryStep(Path.of(args[0]).resolve("round-" + round + "-" + action), action, 1);
            }
        }
        System.out.println("figure registry.crash.runs " + runs + " count");
    }

    /** Returns how many processes were ended. */
    static int crashAtEveryStep(Path folder, String action, int stride) throws Exception {
        int runs = 0;
        int step = 1;
        while (crashAt(Files.createDirectories(folder).resolve("store-" + step), action, step)) {
            runs++;
            step += stride;
        }
        return runs;
    }

    /** Ends a process at one step and checks; returns false if the action has fewer steps. */
    private static boolean crashAt(Path store, String action, int step) throws Exception {
        try (ManagedRegistry registry = Registries.open(store, options())) {
            registry.publish(TestModels.model("spam", "old").alias("champion"));
            registry.publish(TestModels.model("spam", "second"));
            registry.publish(TestModels.model("spam", "garbage"));
            registry.update(VersionUpdate.delete("spam", 3));
        }
        Process child =
                ContendersHarness.start(CrashHarness.class, "child", store.toString(), action, Integer.toString(step));
        String output = new String(child.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        int code = child.waitFor();
        assertThat(code).as(output).isIn(0, HALTED);
        check(store, action, output.contains("returned"));
        return code == HALTED;
    }

    private static RegistryOptions options() {
        return TestModels.OPTIONS.grace(Duration.ZERO).retention(Duration.ZERO);
    }

    private static void act(Path store, String action, int haltAt) {
        AtomicInteger steps = new AtomicInteger();
        AtomicInteger armed = new AtomicInteger();
        ObjectStore stepping = TestStores.stepping(store, step -> halt(armed, steps, haltAt));
        ObjectStore counting = new UnclosedStore(stepping) {
            @Override
            public boolean delete(String key) {
                halt(armed, steps, haltAt);
                boolean there = super.delete(key);
                halt(armed, steps, haltAt);
                return there;
            }

            @Override
            public boolean copyIfAbsent(String from, String to) {
                boolean won = stepping.copyIfAbsent(from, to);
                halt(armed, steps, haltAt);
                return won;
            }
        };
        ManagedRegistry registry = Registries.open(counting, options());
        armed.set(1);
        switch (action) {
            case "publish" -> registry.publish(TestModels.model("spam", "new").alias("champion"));
            case "alias" -> registry.alias(AliasUpdate.of("spam", "champion", 2).expecting(1));
            default -> registry.collect();
        }
        System.out.println("returned");
        System.out.flush();
        Runtime.getRuntime().halt(0);
    }

    private static void halt(AtomicInteger armed, AtomicInteger steps, int haltAt) {
        if (armed.get() == 1 && steps.incrementAndGet() == haltAt) {
            Runtime.getRuntime().halt(HALTED);
        }
    }

    private static void check(Path store, String action, boolean returned) throws IOException {
        try (ManagedRegistry registry = Registries.open(store, options())) {
            List<ModelVersion> versions =
                    registry.versions("spam", Page.Request.first(10)).items();
            int champion = Objects.requireNonNull(registry.aliases("spam").get("champion"));
            if (action.equals("publish")) {
                boolean there = versions.size() == 3;
                assertThat(versions).hasSizeBetween(2, 3);
                assertThat(champion).as("alias and version come together").isEqualTo(there ? 4 : 1);
                assertThat(there || !returned)
                        .as("a publish that returned is there")
                        .isTrue();
            } else {
                assertThat(versions).hasSize(2);
                assertThat(champion).isIn(1, action.equals("alias") ? 2 : 1);
                assertThat(champion == 2 || !returned || action.equals("collect"))
                        .isTrue();
            }
            requireReadable(registry, versions);
            registry.collect();
            registry.collect();
            requireReadable(registry, versions);
            int next = registry.publish(TestModels.model("spam", "after")).number();
            assertThat(next).isEqualTo(versions.get(0).number() == 4 ? 5 : 4);
        }
        requireClean(store);
    }

    private static void requireReadable(ManagedRegistry registry, List<ModelVersion> versions) throws IOException {
        for (ModelVersion version : versions) {
            try (ModelSource source = registry.open(version);
                    InputStream in = source.open("model.onnx")) {
                assertThat(new String(in.readAllBytes(), StandardCharsets.UTF_8))
                        .isIn("old", "second", "new");
            }
        }
    }

    private static void requireClean(Path store) throws IOException {
        for (String folder : List.of("tmp", "trash", "leases")) {
            if (Files.exists(store.resolve(folder))) {
                try (Stream<Path> paths = Files.walk(store.resolve(folder))) {
                    Optional<Path> left = paths.filter(Files::isRegularFile).findFirst();
                    assertThat(left).as("left in %s", folder).isEmpty();
                }
            }
        }
    }
}
