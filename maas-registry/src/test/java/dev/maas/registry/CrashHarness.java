package dev.maas.registry;

import static org.assertj.core.api.Assertions.assertThat;

import dev.maas.AliasUpdate;
import dev.maas.ModelSource;
import dev.maas.ModelVersion;
import dev.maas.Page;
import dev.maas.VersionUpdate;
import dev.maas.registry.store.ObjectStore;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Ends a process at each step of publishing, of moving an alias and of collecting, and looks at what it left. Run it by {@code main} with
 * a folder, the number of rounds through all steps, and {@code s3} for a server of that kind on the folder.
 */
final class CrashHarness {
    private static final int HALTED = 77;

    private CrashHarness() {}

    public static void main(String[] args) throws Exception {
        if (args[0].equals("child")) {
            act(args[1], args[2], Integer.parseInt(args[3]));
            return;
        }
        boolean s3 = args.length > 2 && args[2].equals("s3");
        try (TestPlaces places = s3 ? TestPlaces.s3(Path.of(args[0])) : TestPlaces.folder(Path.of(args[0]))) {
            int runs = 0;
            for (int round = 0; round < Integer.parseInt(args[1]); round++) {
                for (String action : List.of("publish", "alias", "collect")) {
                    runs += crashAtEveryStep(places, "round-" + round + "-" + action, action, 1);
                }
            }
            System.out.println("figure registry.crash." + (s3 ? "s3" : "file") + ".runs " + runs + " count");
        }
    }

    /** Returns how many processes were ended. */
    static int crashAtEveryStep(TestPlaces places, String name, String action, int stride) throws Exception {
        int runs = 0;
        int step = 1;
        while (crashAt(places, places.location(name + "/store-" + step), action, step)) {
            runs++;
            step += stride;
        }
        return runs;
    }

    /** Ends a process at one step and checks; returns false if the action has fewer steps. */
    private static boolean crashAt(TestPlaces places, String location, String action, int step) throws Exception {
        try (ManagedRegistry registry = Registries.open(TestPlaces.open(location), options())) {
            registry.publish(TestModels.model("spam", "old").alias("champion"));
            registry.publish(TestModels.model("spam", "second"));
            registry.publish(TestModels.model("spam", "garbage"));
            registry.update(VersionUpdate.delete("spam", 3));
        }
        Process child = ContendersHarness.start(CrashHarness.class, "child", location, action, Integer.toString(step));
        String output = new String(child.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        int code = child.waitFor();
        assertThat(code).as(output).isIn(0, HALTED);
        check(places, location, action, output.contains("returned"));
        return code == HALTED;
    }

    private static RegistryOptions options() {
        return TestModels.OPTIONS.grace(Duration.ZERO).retention(Duration.ZERO);
    }

    private static void act(String location, String action, int haltAt) {
        AtomicInteger steps = new AtomicInteger();
        AtomicInteger armed = new AtomicInteger();
        ObjectStore counting = TestPlaces.stepping(location, () -> halt(armed, steps, haltAt));
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

    private static void check(TestPlaces places, String location, String action, boolean returned) throws IOException {
        try (ManagedRegistry registry = Registries.open(TestPlaces.open(location), options())) {
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
        assertThat(places.scratch(location)).as("left behind").isEmpty();
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
}
