package dev.maas.bind;

import static dev.maas.bind.TestFrame.tensor;
import static org.assertj.core.api.Assertions.assertThat;

import dev.maas.ModelMetadata;
import dev.maas.TypeRef;
import dev.maas.tensor.ElementType;
import dev.maas.tensor.Signature;
import dev.maas.tensor.TensorBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

class BindingThreadsTest {
    private static final int THREADS = 8;
    private static final int CALLS = 2_000;

    /** As any predictor is shared, so is its binding; each thread has a frame of its own, as in a run. */
    private static final Signature MODEL = Signature.of(
            List.of(tensor("n", ElementType.INT64, "[batch, k]"), tensor("s", ElementType.STRING, "[batch]")),
            List.of(tensor("n", ElementType.INT64, "[batch, k]"), tensor("s", ElementType.STRING, "[batch]")));

    record Sample(List<Long> n, String s) {}

    @Test
    void eachOfEightThreadsGetsItsOwnResults() throws Exception {
        Binding<Sample, Sample> records =
                Binder.bind(MODEL, ModelMetadata.empty(), TypeRef.of(Sample.class), TypeRef.of(Sample.class));
        Binding<Map<String, ?>, Sample> maps =
                Binder.bind(MODEL, ModelMetadata.empty(), new TypeRef<Map<String, ?>>() {}, TypeRef.of(Sample.class));
        ExecutorService threads = Executors.newFixedThreadPool(THREADS);
        CyclicBarrier start = new CyclicBarrier(THREADS);
        try {
            List<Future<Integer>> done = new ArrayList<>();
            for (int thread = 0; thread < THREADS; thread++) {
                Random random = new Random(thread);
                done.add(threads.submit(() -> {
                    start.await();
                    return callMany(records, maps, random);
                }));
            }
            for (Future<Integer> each : done) {
                assertThat(each.get()).isEqualTo(CALLS);
            }
        } finally {
            threads.shutdownNow();
        }
    }

    private static int callMany(Binding<Sample, Sample> records, Binding<Map<String, ?>, Sample> maps, Random random) {
        TestFrame frame = new TestFrame(MODEL);
        int right = 0;
        for (int call = 0; call < CALLS; call++) {
            List<Long> numbers = random.longs(random.nextInt(9)).boxed().toList();
            Sample sample = new Sample(numbers, "text " + random.nextInt());
            if (random.nextBoolean()) {
                frame.takes(records, sample);
            } else {
                Object array = numbers.stream().mapToLong(Long::longValue).toArray();
                frame.takes(maps, Map.of("n", random.nextBoolean() ? array : numbers, "s", sample.s()));
            }
            copy(frame.input(0), frame.output(0));
            copy(frame.input(1), frame.output(1));
            if (frame.read(records).equals(sample)) {
                right++;
            }
        }
        return right;
    }

    private static void copy(TensorBuffer from, TensorBuffer to) {
        to.reshape(from.shape());
        if (from.elementType() == ElementType.STRING) {
            System.arraycopy(from.strings(), 0, to.strings(), 0, from.elementCount());
        } else {
            to.bytes()
                    .put(
                            0,
                            from.bytes(),
                            0,
                            from.elementCount() * from.elementType().byteSize());
        }
    }

    /** Notes who called its accessors and its constructor. */
    record Spy(float x) {
        private static final List<String> CALLERS = new ArrayList<>();

        Spy {
            note();
        }

        @Override
        public float x() {
            note();
            return x;
        }

        private static void note() {
            StackWalker.getInstance(StackWalker.Option.SHOW_HIDDEN_FRAMES).walk(frames -> {
                frames.map(StackWalker.StackFrame::getClassName)
                        .takeWhile(name -> !name.equals(BindingThreadsTest.class.getName()))
                        .forEach(CALLERS::add);
                return 0;
            });
        }
    }

    record SpyOut(@Name("y") float x) {
        SpyOut {
            Spy.note();
        }
    }

    @Test
    void noReflectionIsOnTheCallPath() {
        Signature model = TestFrame.alike(ElementType.FLOAT32, "[batch]");
        Binding<Spy, SpyOut> binding =
                Binder.bind(model, ModelMetadata.empty(), TypeRef.of(Spy.class), TypeRef.of(SpyOut.class));
        Spy value = new Spy(1);
        Spy.CALLERS.clear();

        TestFrame frame = new TestFrame(model).takes(binding, value);
        copy(frame.input(0), frame.output(0));
        frame.read(binding);

        assertThat(Spy.CALLERS)
                .as("the accessor and the constructor were called by handles")
                .anyMatch(name -> name.equals(ScalarComponent.class.getName()))
                .anyMatch(name -> name.equals(RecordMaker.class.getName()))
                .noneMatch(name -> name.startsWith("java.lang.reflect.") || name.startsWith("jdk.internal.reflect."));
        assertThat(Arrays.asList(SpyOut.class.getRecordComponents())).hasSize(1);
    }
}
