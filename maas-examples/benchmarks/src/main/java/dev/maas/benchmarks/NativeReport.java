package dev.maas.benchmarks;

import dev.maas.AliasUpdate;
import dev.maas.CallOptions;
import dev.maas.DeadlineExceededException;
import dev.maas.EngineException;
import dev.maas.Model;
import dev.maas.ModelPackage;
import dev.maas.ModelRegistry;
import dev.maas.Predictor;
import dev.maas.registry.Registries;
import dev.maas.serving.ModelLoader;
import dev.maas.serving.ModelOptions;
import dev.maas.serving.ModelService;
import dev.maas.serving.ServiceOptions;
import dev.maas.tensor.ElementType;
import dev.maas.tensor.Tensor;
import dev.maas.testengine.CountingEngine;
import dev.maas.testmodels.OnnxModels;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;

/**
 * Does each thing that a service does again and again, one at a time, and tells what native memory is left of it: what a stress of everything
 * at once leaves over has to come from one of them.
 */
final class NativeReport {
    private static final int LOOKS = 10;
    private static final long[] GOOD = {1, 2, 3, 4};
    private static final long[] BAD = {1, 2, 3, 2 * StressCaller.TABLE};
    private static final CallOptions SOON = CallOptions.timeout(Duration.ofMillis(2));

    private final ErrorTexts texts = new ErrorTexts();
    private final CountingEngine engine = new CountingEngine(StressReport.onnx());
    private final ServiceOptions options =
            ServiceOptions.defaults().engines(List.of(engine)).pollInterval(Duration.ofHours(1));

    NativeReport() {
        engine.afterFailure(texts::add);
    }

    private interface Step {
        void run(int number) throws Exception;
    }

    void run() throws Exception {
        try (ModelRegistry registry = Registries.open("memory:/")) {
            StressReport.publish(registry);
            registry.publish(ModelPackage.of(OnnxModels.slowLoop()).name("slow"));
            registry.publish(ModelPackage.of(OnnxModels.identity(ElementType.FLOAT32, "[batch, width]"))
                    .name("shapes"));
            lives(registry);
            try (ModelService service = ModelService.of(registry, options)) {
                swaps(registry, service);
                calls(service);
                failures(service);
            }
            ModelOptions hasty = ModelOptions.defaults().trimAfter(Duration.ofMillis(1));
            try (ModelService service = ModelService.of(registry, options.models(hasty))) {
                Predictor<long[], float[]> predictor = predictor(service);
                measure("trims", 100, number -> {
                    int before = engine.trims.get();
                    predictor.predict(GOOD);
                    while (engine.trims.get() == before) {
                        Thread.onSpinWait();
                    }
                });
            }
        }
    }

    private static Predictor<long[], float[]> predictor(ModelService service) {
        return service.predictor("a@live", long[].class, float[].class);
    }

    private void lives(ModelRegistry registry) throws Exception {
        measure("services", 40, number -> {
            try (ModelService service = ModelService.of(registry, options)) {
                predictor(service).predict(GOOD);
            }
        });
        byte[] large = OnnxModels.mlp(768, 1024, 512, 10);
        try (ModelLoader loader = ModelLoader.create(options)) {
            measure("loads", 20, number -> {
                try (Model model = loader.load(large)) {
                    model.predictor(float[].class, float[].class).predict(new float[768]);
                }
            });
        }
    }

    private void swaps(ModelRegistry registry, ModelService service) throws Exception {
        Predictor<long[], float[]> predictor = predictor(service);
        measure("swaps", 60, number -> {
            registry.alias(AliasUpdate.of("a", "live", 1 + number % StressReport.VERSIONS));
            service.refresh();
            predictor.predict(GOOD);
        });
        measure("bindings", 2_000, number -> predictor(service).predict(GOOD));
    }

    private void calls(ModelService service) throws Exception {
        Predictor<long[], float[]> predictor = predictor(service);
        Predictor<float[][], float[][]> anyShape = service.predictor("shapes", float[][].class, float[][].class);
        SplittableRandom random = new SplittableRandom(1);
        measure("calls", 50_000, number -> predictor.predict(GOOD));
        measure("async", 50_000, number -> predictor.predictAsync(GOOD).join());
        measure("cancels", 20_000, number -> predictor.predictAsync(GOOD).cancel(true));
        measure(
                "shapes",
                10_000,
                number -> anyShape.predict(new float[1 + random.nextInt(40)][1 + random.nextInt(40)]));
        measure("threads", 2_000, number -> {
            Thread thread = new Thread(() -> predictor.predict(GOOD));
            thread.start();
            thread.join();
        });
    }

    private void failures(ModelService service) throws Exception {
        Predictor<long[], float[]> predictor = predictor(service);
        measure("bad_rows", 10_000, number -> expect(EngineException.class, () -> predictor.predict(BAD)));
        measure(
                "bad_lists",
                2_000,
                number -> expect(EngineException.class, () -> predictor.predictAll(List.of(GOOD, BAD, GOOD))));
        try (Model slow = service.model("slow")) {
            Map<String, Tensor> inputs = Map.of("times", Tensor.scalar(10_000_000L), "x", Tensor.of(new float[64]));
            measure(
                    "stopped_runs",
                    100,
                    number -> expect(DeadlineExceededException.class, () -> slow.run(inputs, SOON)));
        }
    }

    private static void expect(Class<? extends RuntimeException> failure, Runnable call) {
        try {
            call.run();
        } catch (RuntimeException e) {
            if (failure.isInstance(e)) {
                return;
            }
            throw e;
        }
        throw new IllegalStateException("There was no " + failure.getSimpleName());
    }

    private void measure(String name, int times, Step step) throws Exception {
        MemoryLooks looks = new MemoryLooks(texts);
        int number = 0;
        for (int look = 0; look < LOOKS; look++) {
            for (int i = 0; i < times; i++) {
                step.run(number++);
            }
            looks.look();
        }
        Figures.title("%s, %d times between two looks", name, times);
        looks.print("native." + name, times);
    }
}
