package dev.maas.registry;

import dev.maas.ModelQuery;
import dev.maas.ModelRef;
import dev.maas.ModelSource;
import dev.maas.Page;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Locale;
import java.util.Random;

/**
 * Measures a registry in a folder: many names, many versions each. Run it by {@code main} with a folder, names, and versions per name; and
 * with the versions from which and up to which to publish now, to do it in parts, of which the last one measures all else.
 */
final class ScaleHarness {
    private ScaleHarness() {}

    public static void main(String[] args) throws Exception {
        Path folder = Path.of(args[0]);
        int names = Integer.parseInt(args[1]);
        int versions = Integer.parseInt(args[2]);
        int from = args.length > 3 ? Integer.parseInt(args[3]) : 0;
        int to = args.length > 3 ? Integer.parseInt(args[4]) : versions;
        RegistryOptions options = TestModels.OPTIONS;
        try (ManagedRegistry registry = Registries.open(folder, options)) {
            publish(registry, names, from, to);
            if (to < versions) {
                return;
            }
            warm(registry, names);
            pages(registry);
        }
        cold(folder, options, names);
    }

    private static String name(int i) {
        return String.format(Locale.ROOT, "model-%05d", i);
    }

    private static void publish(ManagedRegistry registry, int names, int from, int to) {
        long[] nanos = new long[to - from];
        for (int version = from; version < to; version++) {
            long start = System.nanoTime();
            for (int i = 0; i < names; i++) {
                registry.publish(
                        TestModels.model(name(i), i + " " + version).tag("text").alias("champion"));
            }
            nanos[version - from] = (System.nanoTime() - start) / names;
        }
        int part = Math.max(1, nanos.length / 10);
        figure("registry.publish.from_" + from, mean(Arrays.copyOf(nanos, part)) / 1e6, "ms");
        double last = mean(Arrays.copyOfRange(nanos, nanos.length - part, nanos.length));
        figure("registry.publish.to_" + to, last / 1e6, "ms");
    }

    private static double mean(long[] nanos) {
        return Arrays.stream(nanos).average().orElseThrow();
    }

    private static void warm(ManagedRegistry registry, int names) {
        Random random = new Random(1);
        int rounds = 200_000;
        long sum = 0;
        for (int repetition = 0; repetition < 2; repetition++) {
            long start = System.nanoTime();
            for (int i = 0; i < rounds; i++) {
                sum += registry.resolve(ModelRef.ofAlias(name(random.nextInt(names)), "champion"))
                        .number();
            }
            if (repetition == 1) {
                figure("registry.resolve.warm", (System.nanoTime() - start) / 1e3 / rounds, "us");
            }
        }
        if (sum == 0) {
            throw new IllegalStateException("Versions are numbered from 1");
        }
    }

    private static void pages(ManagedRegistry registry) {
        for (int repetition = 0; repetition < 3; repetition++) {
            long start = System.nanoTime();
            registry.models(Page.Request.first(1000));
            double models = (System.nanoTime() - start) / 1e6;
            start = System.nanoTime();
            registry.versions(name(0), Page.Request.first(1000));
            double versions = (System.nanoTime() - start) / 1e6;
            start = System.nanoTime();
            registry.history(name(0), Page.Request.first(1000));
            double history = (System.nanoTime() - start) / 1e6;
            start = System.nanoTime();
            registry.search(ModelQuery.all().tag("text"), Page.Request.first(1000));
            double search = (System.nanoTime() - start) / 1e6;
            if (repetition == 2) {
                figure("registry.page.models", models, "ms");
                figure("registry.page.versions", versions, "ms");
                figure("registry.page.history", history, "ms");
                figure("registry.page.search", search, "ms");
            }
        }
    }

    private static void cold(Path folder, RegistryOptions options, int names) throws IOException {
        try (ManagedRegistry registry = Registries.open(folder, options)) {
            double[] millis = new double[names];
            for (int i = 0; i < names; i++) {
                long start = System.nanoTime();
                registry.resolve(ModelRef.ofAlias(name(i), "champion"));
                millis[i] = (System.nanoTime() - start) / 1e6;
            }
            Arrays.sort(millis);
            figure("registry.resolve.cold.median", millis[names / 2], "ms");
            figure("registry.resolve.cold.p99", millis[names * 99 / 100], "ms");
            long start = System.nanoTime();
            try (ModelSource source = registry.open(registry.resolve(name(0)));
                    InputStream in = source.open("model.onnx")) {
                in.readAllBytes();
            }
            figure("registry.open.small", (System.nanoTime() - start) / 1e6, "ms");
        }
    }

    private static void figure(String name, double value, String unit) {
        System.out.printf(Locale.ROOT, "figure %s %.3f %s%n", name, value, unit);
    }
}
