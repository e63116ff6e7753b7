package dev.maas.benchmarks;

import dev.maas.InvalidInputException;
import dev.maas.MaasException;
import dev.maas.Model;
import dev.maas.ModelNotFoundException;
import dev.maas.ModelPackage;
import dev.maas.ModelRegistry;
import dev.maas.Predictor;
import dev.maas.TypeRef;
import dev.maas.registry.Registries;
import dev.maas.serving.ModelService;
import dev.maas.tensor.ElementType;
import dev.maas.tensor.Tensor;
import dev.maas.testmodels.OnnxGraph;
import dev.maas.testmodels.OnnxType;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;

/**
 * Calls a model over a million times, every other call with something that it must refuse, and looks at the memory now and then: what is
 * left of a call, good or bad, is nothing.
 */
final class GrowthReport {
    private static final int WIDTH = 16;
    private static final int WARM_UP = 200_000;
    private static final int CALLS = 1_000_000;
    private static final int LOOKS = 10;

    private final List<Long> heap = new ArrayList<>();
    private final List<Long> nativeMemory = new ArrayList<>();
    private final float[] row = new float[WIDTH];
    private final List<Callable<?>> good = new ArrayList<>();
    private final List<Bad> bad = new ArrayList<>();

    /** A call that must fail, and how. */
    private record Bad(String what, Class<? extends MaasException> failure, Callable<?> call) {}

    void run() throws Exception {
        try (ModelRegistry registry = Registries.open("memory:/");
                ModelService service = ModelService.of(registry)) {
            registry.publish(ModelPackage.of(plusOne()).name("plus"));
            try (Model model = service.model("plus")) {
                prepare(service, model);
                call(WARM_UP);
                look();
                for (int i = 0; i < LOOKS; i++) {
                    call(CALLS / LOOKS);
                    look();
                }
            }
        }
        print();
    }

    private static byte[] plusOne() {
        float[] ones = new float[WIDTH];
        Arrays.fill(ones, 1);
        OnnxType type = OnnxType.tensor(ElementType.FLOAT32, "[batch, " + WIDTH + "]");
        return new OnnxGraph("plus")
                .input("x", type)
                .weight("one", Tensor.of(ones))
                .node("Add", List.of("x", "one"), List.of("y"))
                .output("y", type)
                .toModel();
    }

    private void prepare(ModelService service, Model model) {
        Predictor<float[], float[]> predictor = service.predictor("plus", float[].class, float[].class);
        Predictor<Map<String, float[]>, float[]> named =
                service.predictor("plus", new TypeRef<Map<String, float[]>>() {}, TypeRef.of(float[].class));
        float[] notNumbers = new float[WIDTH];
        Arrays.fill(notNumbers, Float.NaN);
        Tensor tensor = Tensor.of(row, 1, WIDTH);
        good.add(() -> predictor.predict(row));
        good.add(() -> predictor.predictAsync(row).join());
        good.add(() -> predictor.predictAll(List.of(row, row, row)));
        good.add(() -> predictor.predictAll(List.of()));
        good.add(() -> requireNaN(predictor.predict(notNumbers)));
        good.add(() -> named.predict(Map.of("x", row)));
        good.add(() -> model.run(Map.of("x", tensor)));
        good.add(() -> model.run(Map.of("x", Tensor.of(new float[0], 0, WIDTH))));

        refuse("wrong shape", () -> predictor.predict(new float[WIDTH + 1]));
        refuse("wrong shape, asynchronous", () -> joined(predictor, new float[WIDTH + 1]));
        refuse("wrong shape, in a list", () -> predictor.predictAll(List.of(row, new float[1])));
        refuse("null", () -> predictor.predict(nothing()));
        refuse("null in a list", () -> predictor.predictAll(Collections.singletonList(nothing())));
        refuse("missing input", () -> named.predict(Map.of()));
        refuse("extra input", () -> named.predict(Map.of("x", row, "z", row)));
        refuse("missing tensor", () -> model.run(Map.of()));
        refuse("extra tensor", () -> model.run(Map.of("x", tensor, "z", tensor)));
        refuse("wrong element type", () -> model.run(Map.of("x", Tensor.of(new long[WIDTH], 1, WIDTH))));
        refuse("wrong rank", () -> model.run(Map.of("x", Tensor.of(row, WIDTH))));
        refuse("wrong Java type", () -> service.predictor("plus", String.class, float[].class));
        bad.add(new Bad(
                "unknown model",
                ModelNotFoundException.class,
                () -> service.predictor("minus", float[].class, float[].class)));
        bad.add(new Bad("unknown version", ModelNotFoundException.class, () -> service.model("plus:99")));
    }

    private void refuse(String what, Callable<?> call) {
        bad.add(new Bad(what, InvalidInputException.class, call));
    }

    @SuppressWarnings("NullAway") // What callers without a checker do.
    private static float[] nothing() {
        float @Nullable [] none = null;
        return none;
    }

    private static float[] requireNaN(float[] result) {
        if (!Float.isNaN(result[0])) {
            throw new IllegalStateException("NaN plus one gave " + result[0]);
        }
        return result;
    }

    private static float[] joined(Predictor<float[], float[]> predictor, float[] input) throws Exception {
        try {
            return predictor.predictAsync(input).join();
        } catch (java.util.concurrent.CompletionException e) {
            throw e.getCause() instanceof Exception cause ? cause : e;
        }
    }

    private void call(int times) throws Exception {
        for (int i = 0; i < times; i++) {
            if (i % 2 == 0) {
                good.get(i / 2 % good.size()).call();
            } else {
                fail(bad.get(i / 2 % bad.size()));
            }
        }
    }

    private static void fail(Bad expected) {
        try {
            expected.call().call();
        } catch (Exception e) {
            if (!expected.failure().isInstance(e)) {
                throw new IllegalStateException(
                        expected.what() + " gave " + e + " in place of " + expected.failure(), e);
            }
            return;
        }
        throw new IllegalStateException(expected.what() + " was not refused");
    }

    private void look() throws IOException {
        heap.add(Memory.heapBytes());
        nativeMemory.add(Memory.anonymousBytes());
        System.out.println("growth: " + (heap.size() - 1) + " of " + LOOKS);
    }

    private void print() {
        Figures.title(
                "Memory over %d calls, half of them refused, of %d kinds, after %d to warm up",
                CALLS, bad.size(), WARM_UP);
        Figures.row(
                "heap in kB after collection: %s",
                heap.stream().map(bytes -> bytes >> 10).toList());
        Figures.row(
                "native memory in kB: %s",
                nativeMemory.stream().map(bytes -> bytes >> 10).toList());
        Figures.print("growth.heap.total", heap.get(LOOKS) - (double) heap.get(0), "bytes");
        Figures.print("growth.heap.per_call", growth(heap) / CALLS, "bytes/call");
        Figures.print("growth.native.total", nativeMemory.get(LOOKS) - (double) nativeMemory.get(0), "bytes");
        Figures.print("growth.native.per_call", growth(nativeMemory) / CALLS, "bytes/call");
    }

    /** What the second half of the calls added, twice: by the medians of both halves, as single looks jump. */
    private static double growth(List<Long> looks) {
        List<Double> all = looks.stream().map(Long::doubleValue).toList();
        int half = all.size() / 2;
        return 2 * (Figures.median(all.subList(half, all.size())) - Figures.median(all.subList(0, half)));
    }
}
