package dev.maas.engine.onnx;

import static dev.maas.engine.onnx.OnnxFixture.declared;
import static dev.maas.engine.onnx.OnnxFixture.run;
import static dev.maas.engine.onnx.OnnxFixture.signature;
import static dev.maas.engine.onnx.OnnxFixture.tensor;
import static dev.maas.engine.onnx.OnnxFixture.undeclared;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.maas.InvalidInputException;
import dev.maas.engine.LoadedModel;
import dev.maas.engine.RunFrame;
import dev.maas.tensor.ElementType;
import dev.maas.tensor.Tensor;
import dev.maas.tensor.TensorBuffer;
import dev.maas.testmodels.OnnxAttribute;
import dev.maas.testmodels.OnnxGraph;
import dev.maas.testmodels.OnnxModels;
import dev.maas.testmodels.OnnxType;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a frame promises beyond the contract: outputs in place, and no crash whatever is done to it. */
class OnnxFrameTest {
    private final OnnxFixture onnx = new OnnxFixture();

    @AfterEach
    void close() {
        onnx.close();
    }

    // Outputs in place.

    private static byte[] sum(String a, String b, String y) {
        return new OnnxGraph("sum")
                .input("a", OnnxType.tensor(ElementType.FLOAT32, a))
                .input("b", OnnxType.tensor(ElementType.FLOAT32, b))
                .node("Add", List.of("a", "b"), List.of("y"))
                .output("y", OnnxType.tensor(ElementType.FLOAT32, y))
                .toModel();
    }

    @ParameterizedTest
    @ValueSource(strings = {"[batch, 2]", "[2, 2]", "[?, 2]"})
    void writesOutputsOfForetoldShapeIntoTheSameMemory(String shape) {
        RunFrame frame = onnx.frame(undeclared(sum(shape, shape, shape)));
        Tensor two = Tensor.of(new float[] {1, 2, 3, 4}, 2, 2);
        run(frame, two, two);
        TensorBuffer output = frame.output(0);
        int generation = output.memoryGeneration();

        run(frame, two, two);

        assertThat(frame.output(0)).isSameAs(output);
        assertThat(output.memoryGeneration()).isEqualTo(generation);
        assertThat(output.bytes().isDirect()).isTrue();
        assertThat(output.toTensor()).isEqualTo(Tensor.of(new float[] {2, 4, 6, 8}, 2, 2));
    }

    @Test
    void keepsItsMemoryWhileBatchesChangeSize() {
        RunFrame frame = onnx.frame(undeclared(sum("[batch]", "[batch]", "[batch]")));
        runSum(frame, 300);
        int generation = frame.output(0).memoryGeneration();
        for (int round = 0; round < 3; round++) {
            // More sizes than a frame keeps tensors for.
            for (int size = 1; size <= 300; size += 2) {
                runSum(frame, size);
            }
        }
        assertThat(frame.output(0).memoryGeneration()).isEqualTo(generation);
    }

    private static void runSum(RunFrame frame, int size) {
        float[] values = new float[size];
        for (int i = 0; i < size; i++) {
            values[i] = size * 1000 + i;
        }
        run(frame, Tensor.of(values), Tensor.of(values));
        float[] sums = ((Tensor) frame.outputValue(0)).toFloats();
        assertThat(sums).hasSize(size);
        assertThat(sums[size - 1]).isEqualTo(2 * values[size - 1]);
    }

    @Test
    void stopsForetellingAShapeThatTheFileLiesAbout() {
        LoadedModel model = onnx.load(undeclared(OnnxModels.lyingShape()));
        RunFrame frame = onnx.frame(model);
        Tensor values = Tensor.of(new float[8], 2, 4);
        run(frame, values, Tensor.of(new long[] {2, 4}));
        assertThat(frame.output(0).bytes().isDirect()).isTrue();

        run(frame, values, Tensor.of(new long[] {4, 2}));
        assertThat(frame.output(0).shape()).containsExactly(4, 2);

        run(frame, values, Tensor.of(new long[] {2, 4}));
        assertThat(frame.output(0).bytes().isDirect()).isFalse();
        RunFrame other = onnx.frame(model);
        run(other, values, Tensor.of(new long[] {2, 4}));
        assertThat(other.output(0).bytes().isDirect()).isFalse();
    }

    @Test
    void goesOnForetellingTheOtherOutputsWhereOneLies() {
        byte[] model = new OnnxGraph("two")
                .input("x", OnnxType.tensor(ElementType.FLOAT32, "[batch, 4]"))
                .input("shape", OnnxType.tensor(ElementType.INT64, "[2]"))
                .node("Reshape", List.of("x", "shape"), List.of("lie"))
                .node("Neg", List.of("x"), List.of("truth"))
                .output("lie", OnnxType.tensor(ElementType.FLOAT32, "[batch, 4]"))
                .output("truth", OnnxType.tensor(ElementType.FLOAT32, "[batch, 4]"))
                .toModel();
        RunFrame frame = onnx.frame(undeclared(model));
        Tensor values = Tensor.of(new float[] {1, 2, 3, 4}, 1, 4);

        for (int round = 0; round < 3; round++) {
            run(frame, values, Tensor.of(new long[] {2, 2}));
            assertThat(frame.outputValue(0)).isEqualTo(Tensor.of(new float[] {1, 2, 3, 4}, 2, 2));
            assertThat(frame.outputValue(1)).isEqualTo(Tensor.of(new float[] {-1, -2, -3, -4}, 1, 4));
        }
        assertThat(frame.output(0).bytes().isDirect()).isFalse();
        assertThat(frame.output(1).bytes().isDirect()).isTrue();
    }

    @Test
    void copiesWhereInputsDisagreeAboutASymbol() {
        byte[] model = new OnnxGraph("disagree")
                .input("a", OnnxType.tensor(ElementType.FLOAT32, "[n]"))
                .input("b", OnnxType.tensor(ElementType.FLOAT32, "[n]"))
                .node("Neg", List.of("b"), List.of("y"))
                .node("Neg", List.of("a"), List.of("z"))
                .output("y", OnnxType.tensor(ElementType.FLOAT32, "[n]"))
                .output("z", OnnxType.tensor(ElementType.FLOAT32, "[n]"))
                .toModel();
        RunFrame frame = onnx.frame(undeclared(model));

        run(frame, Tensor.of(new float[] {1}), Tensor.of(new float[] {2, 3}));

        assertThat(frame.outputValue(0)).isEqualTo(Tensor.of(new float[] {-2, -3}));
        assertThat(frame.outputValue(1)).isEqualTo(Tensor.of(new float[] {-1}));
    }

    @Test
    void guessesAnUnnamedLeadingDimensionAndRecovers() {
        byte[] model = new OnnxGraph("guess")
                .input("a", OnnxType.tensor(ElementType.FLOAT32, "[?]"))
                .node("Concat", List.of("a", "a"), List.of("y"), OnnxAttribute.of("axis", 0))
                .output("y", OnnxType.tensor(ElementType.FLOAT32, "[?]"))
                .toModel();
        RunFrame frame = onnx.frame(undeclared(model));

        for (float value : new float[] {1, 2}) {
            run(frame, Tensor.of(new float[] {value}));
            assertThat(frame.outputValue(0)).isEqualTo(Tensor.of(new float[] {value, value}));
        }
    }

    @Test
    void givesOutputsThatAreInputsOrWeightsThemselves() {
        byte[] model = new OnnxGraph("through")
                .input("x", OnnxType.tensor(ElementType.FLOAT32, "[n]"))
                .weight("w", Tensor.of(new float[] {7, 8}))
                .node("Neg", List.of("x"), List.of("y"))
                .output("x", OnnxType.tensor(ElementType.FLOAT32, "[n]"))
                .output("w", OnnxType.tensor(ElementType.FLOAT32, "[2]"))
                .output("y", OnnxType.tensor(ElementType.FLOAT32, "[n]"))
                .toModel();
        RunFrame frame = onnx.frame(undeclared(model));
        for (float value : new float[] {1, 2}) {
            Tensor x = Tensor.of(new float[] {value, value, value});

            run(frame, x);

            assertThat(frame.outputValue(0)).isEqualTo(x);
            assertThat(frame.outputValue(1)).isEqualTo(Tensor.of(new float[] {7, 8}));
            assertThat(frame.outputValue(2)).isEqualTo(Tensor.of(new float[] {-value, -value, -value}));
        }
    }

    @Test
    void givesBytesThatHappenToBeTheMark() {
        // Every value that the first byte can have, often enough to meet the mark of the run.
        byte[] model = new OnnxGraph("bytes")
                .input("x", OnnxType.tensor(ElementType.INT8, "[n]"))
                .node("Add", List.of("x", "x"), List.of("y"))
                .output("y", OnnxType.tensor(ElementType.INT8, "[n]"))
                .toModel();
        RunFrame frame = onnx.frame(undeclared(model));
        for (int round = 0; round < 5000; round++) {
            byte value = (byte) round;

            run(frame, Tensor.of(new byte[] {value, 1}));

            assertThat(frame.outputValue(0)).isEqualTo(Tensor.of(new byte[] {(byte) (2 * value), 2}));
        }
        assertThat(frame.output(0).bytes().isDirect()).isTrue();
    }

    @Test
    void runsModelsWithoutInputs() {
        byte[] model = new OnnxGraph("constant")
                .weight("w", Tensor.of(new float[] {7, 8}))
                .node("Neg", List.of("w"), List.of("y"))
                .output("y", OnnxType.tensor(ElementType.FLOAT32, "[2]"))
                .toModel();
        RunFrame frame = onnx.frame(undeclared(model));

        frame.run();

        assertThat(frame.outputValue(0)).isEqualTo(Tensor.of(new float[] {-7, -8}));
    }

    @Test
    void declaresNoMemoryThatAModelCouldNeverNeed() {
        // A lie about a shape must not make the frame allocate it.
        byte[] model = new OnnxGraph("huge")
                .input("x", OnnxType.tensor(ElementType.FLOAT32, "[n]"))
                .input("shape", OnnxType.tensor(ElementType.INT64, "[2]"))
                .node("Reshape", List.of("x", "shape"), List.of("y"))
                .output("y", OnnxType.tensor(ElementType.FLOAT32, "[n, 4000000000]"))
                .toModel();
        RunFrame frame = onnx.frame(undeclared(model));

        run(frame, Tensor.of(new float[] {1, 2}), Tensor.of(new long[] {2, 1}));

        assertThat(frame.outputValue(0)).isEqualTo(Tensor.of(new float[] {1, 2}, 2, 1));
    }

    // Inputs in place.

    @Test
    void readsBoundMemoryInPlace() {
        RunFrame frame = onnx.frame(undeclared(OnnxModels.identity(ElementType.FLOAT32, "[n]")));
        ByteBuffer memory = ByteBuffer.allocateDirect(8).order(ByteOrder.nativeOrder());
        Tensor tensor = Tensor.wrap(ElementType.FLOAT32, memory, 2);
        frame.bind(0, tensor);
        memory.putFloat(0, 5).putFloat(4, 6);

        frame.run();

        assertThat(frame.outputValue(0)).isEqualTo(Tensor.of(new float[] {5, 6}));
        assertThat(frame.input(0).elementCount()).isZero();
    }

    @Test
    void takesInputsThatSomebodyAttachedOnTheHeap() {
        RunFrame frame = onnx.frame(undeclared(OnnxModels.identity(ElementType.FLOAT64, "[n]")));
        ByteBuffer heap = ByteBuffer.allocate(16).order(ByteOrder.nativeOrder());
        heap.putDouble(0, 1.5).putDouble(8, 2.5);
        frame.input(0).attach(heap, 2);

        frame.run();

        assertThat(frame.outputValue(0)).isEqualTo(Tensor.of(new double[] {1.5, 2.5}));
    }

    // Wrong use.

    private RunFrame slowLoop() {
        return onnx.frame(declared(
                OnnxModels.slowLoop(),
                signature(
                        List.of(tensor("times", ElementType.INT64, "[]"), tensor("x", ElementType.FLOAT32, "[n]")),
                        tensor("y", ElementType.FLOAT32, "[n]"))));
    }

    @Test
    void survivesACloseOfEverythingDuringARun() throws Exception {
        RunFrame frame = slowLoop();
        AtomicLong runner = new AtomicLong();
        ExecutorService executor = Executors.newSingleThreadExecutor();
        try {
            Future<?> endless = executor.submit(() -> {
                runner.set(Thread.currentThread().getId());
                run(frame, Tensor.scalar(Long.MAX_VALUE), Tensor.of(new float[] {1}));
            });
            Awaitility.await().until(() -> isInside(runner.get()));

            assertThatThrownBy(frame::run)
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("one thread at a time");
            frame.close();
            onnx.close();
            frame.interrupt();

            assertThatThrownBy(() -> endless.get(30, TimeUnit.SECONDS)).hasCauseInstanceOf(CancellationException.class);
        } finally {
            executor.shutdownNow();
        }
        assertThatThrownBy(frame::run).hasMessageContaining("closed");
        assertThat(frame.interrupt()).isTrue();
    }

    private static boolean isInside(long thread) {
        return thread != 0
                && ManagementFactory.getThreadMXBean().getThreadCpuTime(thread) > TimeUnit.MILLISECONDS.toNanos(50);
    }

    @Test
    void takesOneRowForAScalarAsTheRuntimeDoes() {
        RunFrame frame = onnx.frame(declared(
                OnnxModels.identity(ElementType.FLOAT32, "[]"),
                signature(List.of(tensor("x", ElementType.FLOAT32, "[]")), tensor("y", ElementType.FLOAT32, "[]"))));

        run(frame, Tensor.of(new float[] {5}, 1));

        assertThat(frame.outputValue(0)).isEqualTo(Tensor.of(new float[] {5}, 1));
    }

    @Test
    void failsCleanlyOnShapesThatHoldNothing() {
        RunFrame frame = onnx.frame(undeclared(OnnxModels.mlp(4, 2)));
        frame.input(0).reshape(0, Integer.MAX_VALUE, Integer.MAX_VALUE, 0);
        assertThatThrownBy(frame::run).isInstanceOf(InvalidInputException.class);

        frame.input(0).reshape(0, 4);
        frame.run();
        assertThat(frame.output(0).shape()).containsExactly(0, 2);
    }
}
