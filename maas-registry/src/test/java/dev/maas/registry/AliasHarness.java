package dev.maas.registry;

import dev.maas.AliasChange;
import dev.maas.AliasUpdate;
import dev.maas.Page;
import dev.maas.RegistryConflictException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * Writers in several processes that move one alias by compare-and-set, each between versions. Every move that a writer was told of must be in
 * the history, once, and every move must begin where the one before it ended. Run it by {@code main} with a folder, writers, moves each,
 * whether the local locks are on, and {@code s3} for a server of that kind.
 */
final class AliasHarness {
    private static final int VERSIONS = 3;

    private AliasHarness() {}

    public static void main(String[] args) throws Exception {
        if (args[0].equals("child")) {
            move(args[1], args[2], Integer.parseInt(args[3]), Boolean.parseBoolean(args[4]));
            return;
        }
        int writers = Integer.parseInt(args[1]);
        int moves = Integer.parseInt(args[2]);
        boolean s3 = args.length > 4 && args[4].equals("s3");
        long start = System.nanoTime();
        try (TestPlaces places = s3 ? TestPlaces.s3(Path.of(args[0])) : TestPlaces.folder(Path.of(args[0]))) {
            int conflicts = contend(places.location("alias"), writers, moves, Boolean.parseBoolean(args[3]));
            String figure = "figure registry.alias." + (s3 ? "s3" : "file");
            System.out.println(figure + ".moves " + writers * moves + " count");
            System.out.println(figure + ".conflicts " + conflicts + " count");
            System.out.println(figure + ".time " + (System.nanoTime() - start) / 1_000_000 + " ms");
        }
    }

    /** Lets the writers run and checks; returns how often one of them was told that another was faster. */
    static int contend(String location, int writers, int moves, boolean locked) throws Exception {
        try (ManagedRegistry registry = Registries.open(TestPlaces.open(location), TestModels.OPTIONS)) {
            for (int i = 0; i < VERSIONS; i++) {
                registry.publish(TestModels.model("spam", "version " + i));
            }
            registry.alias("spam", "champion", 1);
        }
        List<Process> children = new ArrayList<>();
        int conflicts = 0;
        try {
            for (int i = 0; i < writers; i++) {
                children.add(ContendersHarness.start(
                        AliasHarness.class,
                        "child",
                        location,
                        "writer-" + i,
                        Integer.toString(moves),
                        Boolean.toString(locked)));
            }
            for (Process child : children) {
                String output = new String(child.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
                if (child.waitFor() != 0) {
                    throw new IllegalStateException("A writer failed:\n" + output);
                }
                conflicts += Integer.parseInt(output.strip());
            }
        } finally {
            children.forEach(Process::destroyForcibly);
        }
        check(location, writers, moves);
        return conflicts;
    }

    private static void check(String location, int writers, int moves) {
        try (ManagedRegistry registry = Registries.open(TestPlaces.open(location), TestModels.OPTIONS)) {
            ContendersHarness.requireOneChain(registry, 1 + writers * moves);
            Map<String, Long> byWriter = registry.aliasHistory("spam", "champion").stream()
                    .collect(Collectors.groupingBy(AliasChange::who, Collectors.counting()));
            byWriter.remove("tester");
            boolean complete =
                    byWriter.size() == writers && byWriter.values().stream().allMatch(count -> count == moves);
            if (!complete) {
                throw new IllegalStateException("Expected " + moves + " moves of each writer; got " + byWriter);
            }
            int entries =
                    registry.history("spam", Page.Request.first(1)).items().size();
            if (entries != 1) {
                throw new IllegalStateException("The history cannot be read");
            }
        }
    }

    private static void move(String location, String who, int moves, boolean locked) {
        RegistryOptions options = (locked ? TestModels.OPTIONS : TestModels.OPTIONS.withoutLocks()).who(who);
        int conflicts = 0;
        try (ManagedRegistry registry = Registries.open(TestPlaces.open(location), options)) {
            for (int moved = 0; moved < moves; ) {
                int current = registry.resolve("spam@champion").number();
                try {
                    registry.alias(AliasUpdate.of("spam", "champion", current % VERSIONS + 1)
                            .expecting(current)
                            .because("move " + moved));
                    moved++;
                } catch (RegistryConflictException e) {
                    conflicts++;
                }
            }
        }
        System.out.println(conflicts);
    }
}
