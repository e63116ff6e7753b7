package dev.maas.registry;

import static org.assertj.core.api.Assertions.assertThat;

import dev.maas.MaasException;
import dev.maas.ModelNotFoundException;
import dev.maas.ModelSource;
import dev.maas.ModelVersion;
import dev.maas.Page;
import dev.maas.RegistryConflictException;
import dev.maas.RegistryEvent;
import dev.maas.registry.store.ObjectStore;
import dev.maas.registry.store.TestStores;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;

/**
 * Runs random operations on a registry whose store is on a bad day, then looks at what is there by a good one. The invariants: no wrong
 * byte is ever handed out; a publish that returned is there, once; numbers have no gap; an alias order that returned is in the history; every
 * failure is of our family and names the store or the reference.
 *
 * <p>Run it by {@code main} with the number of operations, a seed, and the folder of a cache if there is to be one.
 */
final class FaultsHarness {
    private final Random random;
    private final ObjectStore good = TestStores.memory(Clock.systemUTC());
    private final FaultyStore bad;
    private final RegistryOptions options;
    private final Map<String, Map<Integer, String>> published = new HashMap<>();
    private int successes;
    private int failures;

    FaultsHarness(long seed, double rate) {
        this(seed, rate, TestModels.OPTIONS);
    }

    /** Makes a harness whose registry, but not who looks at it in the end, has these options. */
    FaultsHarness(long seed, double rate, RegistryOptions options) {
        this.options = options;
        this.random = new Random(seed);
        // The header is written on a good day; a registry that cannot be opened shows nothing.
        Registries.open(new UnclosedStore(good), TestModels.OPTIONS).close();
        this.bad = new FaultyStore(good, seed, rate);
    }

    record Result(int faults, int failures, int successes) {}

    public static void main(String[] args) throws Exception {
        int operations = args.length > 0 ? Integer.parseInt(args[0]) : 10_000;
        long seed = args.length > 1 ? Long.parseLong(args[1]) : 42;
        RegistryOptions options = args.length > 2 ? TestModels.OPTIONS.cache(Path.of(args[2])) : TestModels.OPTIONS;
        Result result = new FaultsHarness(seed, 0.03, options).run(operations);
        System.out.println("figure registry.faults.operations " + operations + " count");
        System.out.println("figure registry.faults.injected " + result.faults + " count");
        System.out.println("figure registry.faults.failed " + result.failures + " count");
        System.out.println("figure registry.faults.succeeded " + result.successes + " count");
    }

    Result run(int operations) throws Exception {
        ManagedRegistry registry = reopen();
        for (int i = 0; i < operations; i++) {
            if (random.nextInt(20) == 0) {
                registry.close();
                registry = reopen();
            }
            String model = "m" + random.nextInt(4);
            try {
                operate(registry, model, i);
                successes++;
            } catch (RegistryConflictException | ModelNotFoundException e) {
                successes++;
            } catch (MaasException e) {
                failures++;
                assertThat(e.getMessage())
                        .matches(text -> text.contains("memory store") || text.contains("cache '"), "names the store");
            }
        }
        registry.close();
        check();
        return new Result(bad.faults, failures, successes);
    }

    private ManagedRegistry reopen() {
        while (true) {
            try {
                return Registries.open(bad, options);
            } catch (MaasException e) {
                failures++;
            }
        }
    }

    private void operate(ManagedRegistry registry, String model, int i) throws IOException {
        switch (random.nextInt(6)) {
            case 0, 1 -> {
                String content = "content " + (random.nextBoolean() ? i : random.nextInt(20));
                ModelVersion version = registry.publish(TestModels.model(model, content));
                String before = published
                        .computeIfAbsent(model, name -> new HashMap<>())
                        .put(version.number(), content);
                assertThat(before)
                        .as("version %s was promised to two", version.ref())
                        .isNull();
            }
            case 2 -> registry.alias(model, "champion", 1 + random.nextInt(10));
            case 3 -> registry.resolve(model + "@champion");
            case 4 -> registry.versions(model, Page.Request.first(10));
            default -> read(registry, registry.resolve(model));
        }
    }

    private void read(ManagedRegistry registry, ModelVersion version) throws IOException {
        try (ModelSource source = registry.open(version);
                InputStream in = source.open("model.onnx")) {
            String content;
            try {
                content = new String(in.readAllBytes(), StandardCharsets.UTF_8);
            } catch (IOException e) {
                // Noticed, while streaming.
                return;
            }
            String promised = published.getOrDefault(version.name(), Map.of()).get(version.number());
            if (promised != null) {
                assertThat(content).isEqualTo(promised);
            }
            assertThat(content).startsWith("content ");
        }
    }

    private void check() throws IOException {
        try (ManagedRegistry registry = Registries.open(new UnclosedStore(good), TestModels.OPTIONS)) {
            for (Map.Entry<String, Map<Integer, String>> model : published.entrySet()) {
                List<Integer> numbers = new ArrayList<>();
                for (ModelVersion version : registry.versions(model.getKey(), Page.Request.first(1000))
                        .items()) {
                    numbers.add(version.number());
                    read(registry, version);
                }
                for (int i = 0; i < numbers.size(); i++) {
                    assertThat(numbers.get(i)).as("numbers without a gap").isEqualTo(numbers.size() - i);
                }
                assertThat(numbers).containsAll(model.getValue().keySet());
                requireDistinctCommits(registry, model.getKey());
            }
        }
    }

    /** An order whose answer was lost must not be in the log twice. */
    private void requireDistinctCommits(ManagedRegistry registry, String model) {
        LogReader logs = new LogReader(new StoreReader(good));
        Set<String> commits = new HashSet<>();
        Page<RegistryEvent> page = registry.history(model, Page.Request.first(1000));
        for (RegistryEvent event : page.items()) {
            String commit =
                    logs.entry(model, event.sequence()).orElseThrow().entry().commit();
            assertThat(commits.add(commit)).as("commit %s comes once", commit).isTrue();
        }
    }
}
