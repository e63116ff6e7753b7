package dev.maas.testmodels;

import static dev.maas.testmodels.OnnxType.sequence;
import static dev.maas.testmodels.OnnxType.tensor;

import dev.maas.tensor.ElementType;
import dev.maas.tensor.Shape;
import dev.maas.tensor.Tensor;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;

/**
 * Small ONNX models for tests and benchmarks, each as the bytes of its file. The same call always gives the same bytes.
 *
 * <p>Inputs are named {@code x}, or {@code a} and {@code b}, outputs {@code y}, unless the method says otherwise. All methods
 * are pure.
 */
public final class OnnxModels {
    private static final long SEED = 20_231_123L;

    private OnnxModels() {}

    /**
     * A network of fully connected layers with ReLU between them and random weights:
     * {@code x: float32[batch, first width] -> y: float32[batch, last width]}.
     *
     * @param widths the width of the input, of each hidden layer and of the output
     */
    public static byte[] mlp(int... widths) {
        SplittableRandom random = new SplittableRandom(SEED);
        OnnxGraph graph = new OnnxGraph("mlp").input("x", tensor(ElementType.FLOAT32, "[batch, " + widths[0] + "]"));
        String value = "x";
        for (int layer = 1; layer < widths.length; layer++) {
            boolean last = layer == widths.length - 1;
            String sum = last ? "y" : "sum" + layer;
            graph.weight("w" + layer, gaussian(random, widths[layer - 1], widths[layer]))
                    .weight("b" + layer, gaussian(random, 1, widths[layer]).reshape(widths[layer]))
                    .node("Gemm", List.of(value, "w" + layer, "b" + layer), List.of(sum));
            if (!last) {
                value = "hidden" + layer;
                graph.node("Relu", List.of(sum), List.of(value));
            }
        }
        return graph.output("y", tensor(ElementType.FLOAT32, "[batch, " + widths[widths.length - 1] + "]"))
                .toModel();
    }

    private static Tensor gaussian(SplittableRandom random, int from, int to) {
        float[] values = new float[from * to];
        double scale = Math.sqrt(2.0 / from);
        for (int i = 0; i < values.length; i++) {
            // The sum of twelve uniform values has variance 1.
            double sum = -6;
            for (int draw = 0; draw < 12; draw++) {
                sum += random.nextDouble();
            }
            values[i] = (float) (scale * sum);
        }
        return Tensor.of(values, from, to);
    }

    /** A model that gives what it takes; the shape is written like {@code [batch, 3]}. */
    public static byte[] identity(ElementType elementType, String shape) {
        return identity(tensor(elementType, shape), tensor(elementType, shape));
    }

    /** A model that gives what it takes, with any declared types. */
    public static byte[] identity(OnnxType input, OnnxType output) {
        return new OnnxGraph("identity")
                .opset(21)
                .input("x", input)
                .node("Identity", List.of("x"), List.of("y"))
                .output("y", output)
                .toModel();
    }

    /** {@code a + b}, both of that type and shape. */
    public static byte[] add(ElementType elementType, String shape) {
        return new OnnxGraph("add")
                .input("a", tensor(elementType, shape))
                .input("b", tensor(elementType, shape))
                .node("Add", List.of("a", "b"), List.of("y"))
                .output("y", tensor(elementType, shape))
                .toModel();
    }

    /** The same numbers in another type. */
    public static byte[] cast(ElementType from, ElementType to, String shape) {
        return new OnnxGraph("cast")
                .input("x", tensor(from, shape))
                .node("Cast", List.of("x"), List.of("y"), OnnxAttribute.of("to", OnnxType.code(to)))
                .output("y", tensor(to, shape))
                .toModel();
    }

    /**
     * {@code data: float32[n], index: int64[count] -> y: float32[count]}; a run fails where an index is out of bounds.
     */
    public static byte[] gather() {
        return new OnnxGraph("gather")
                .input("data", tensor(ElementType.FLOAT32, "[n]"))
                .input("index", tensor(ElementType.INT64, "[count]"))
                .node("Gather", List.of("data", "index"), List.of("y"))
                .output("y", tensor(ElementType.FLOAT32, "[count]"))
                .toModel();
    }

    /** The places of what is not zero, as many as there are: {@code x: float32[n] -> y: int64[1, found]}. */
    public static byte[] nonZero() {
        return new OnnxGraph("nonzero")
                .input("x", tensor(ElementType.FLOAT32, "[n]"))
                .node("NonZero", List.of("x"), List.of("y"))
                .output("y", tensor(ElementType.INT64, "[1, found]"))
                .toModel();
    }

    /**
     * {@code x: float32[batch, 4], shape: int64[2] -> y}, {@code x} in another shape; {@code y} is declared as
     * {@code float32[batch, 4]}, whatever the call asks for.
     */
    public static byte[] lyingShape() {
        return new OnnxGraph("lying")
                .input("x", tensor(ElementType.FLOAT32, "[batch, 4]"))
                .input("shape", tensor(ElementType.INT64, "[2]"))
                .node("Reshape", List.of("x", "shape"), List.of("y"))
                .output("y", tensor(ElementType.FLOAT32, "[batch, 4]"))
                .toModel();
    }

    /**
     * Adds 1 to every element again and again: {@code times: int64[], x: float32[n] -> y: float32[n]}. Each time is an operator
     * of its own, so that a long run can be stopped between two.
     */
    public static byte[] slowLoop() {
        OnnxGraph body = new OnnxGraph("body")
                .input("iteration", tensor(ElementType.INT64, "[]"))
                .input("going", tensor(ElementType.BOOL, "[]"))
                .input("before", tensor(ElementType.FLOAT32, "[n]"))
                .weight("one", Tensor.scalar(1f))
                .node("Identity", List.of("going"), List.of("still_going"))
                .node("Add", List.of("before", "one"), List.of("after"))
                .output("still_going", tensor(ElementType.BOOL, "[]"))
                .output("after", tensor(ElementType.FLOAT32, "[n]"));
        return new OnnxGraph("loop")
                .input("times", tensor(ElementType.INT64, "[]"))
                .input("x", tensor(ElementType.FLOAT32, "[n]"))
                .node("Loop", List.of("times", "", "x"), List.of("y"), OnnxAttribute.of("body", body))
                .output("y", tensor(ElementType.FLOAT32, "[n]"))
                .toModel();
    }

    /**
     * A classifier's end as scikit-learn's converter writes it: {@code x: float32[batch, labels] ->
     * label: int64[batch], scores: sequence(map(string, float32))}.
     */
    public static byte[] zipMap(String... labels) {
        return zipMap(ElementType.STRING, OnnxAttribute.of("classlabels_strings", labels));
    }

    /** As {@link #zipMap(String...)}, with numbers as labels. */
    public static byte[] zipMap(long... labels) {
        return zipMap(ElementType.INT64, OnnxAttribute.of("classlabels_int64s", labels));
    }

    private static byte[] zipMap(ElementType key, OnnxAttribute labels) {
        return new OnnxGraph("zipmap")
                .input("x", tensor(ElementType.FLOAT32, "[batch, labels]"))
                .node(
                        "ArgMax",
                        List.of("x"),
                        List.of("label"),
                        OnnxAttribute.of("axis", 1),
                        OnnxAttribute.of("keepdims", 0))
                .node(OnnxGraph.ML_DOMAIN, "ZipMap", List.of("x"), List.of("scores"), labels)
                .output("label", tensor(ElementType.INT64, "[batch]"))
                .output("scores", sequence(OnnxType.map(key, tensor(ElementType.FLOAT32, "[]"))))
                .toModel();
    }

    /** The rows of a tensor one by one: {@code x: type[rows, width] -> y: sequence(type)}. */
    public static byte[] rows(ElementType elementType) {
        return new OnnxGraph("rows")
                .input("x", tensor(elementType, "[rows, width]"))
                .node(
                        "SplitToSequence",
                        List.of("x"),
                        List.of("y"),
                        OnnxAttribute.of("axis", 0),
                        OnnxAttribute.of("keepdims", 0))
                .output("y", sequence(tensor(elementType, Shape.unknown())))
                .toModel();
    }

    /** A sequence without elements: {@code x: float32[n] -> y: sequence(float32), z: float32[n]}, {@code z} being {@code x}. */
    public static byte[] emptySequence() {
        return new OnnxGraph("empty")
                .input("x", tensor(ElementType.FLOAT32, "[n]"))
                .node("SequenceEmpty", List.of(), List.of("y"))
                .node("Identity", List.of("x"), List.of("z"))
                .output("y", sequence(tensor(ElementType.FLOAT32, Shape.unknown())))
                .output("z", tensor(ElementType.FLOAT32, "[n]"))
                .toModel();
    }

    /**
     * {@code x: float32[n] -> y: optional(float32[n]), z: float32[n]}; {@code y} is {@code x} if present, else nothing,
     * {@code z} is {@code x}.
     */
    public static byte[] optional(boolean present) {
        OnnxType type = tensor(ElementType.FLOAT32, "[n]");
        return new OnnxGraph("optional")
                .opset(18)
                .input("x", type)
                .node(
                        "Optional",
                        present ? List.of("x") : List.of(),
                        List.of("y"),
                        present ? new OnnxAttribute[0] : new OnnxAttribute[] {OnnxAttribute.of("type", type)})
                .node("Identity", List.of("x"), List.of("z"))
                .output("y", OnnxType.optional(type))
                .output("z", type)
                .toModel();
    }

    /**
     * {@code x: float32[batch, 4] -> y: float32[batch, 4]}, {@code x} plus a weight of 4 floats, {@code 1 2 3 4}, that lies in
     * another file.
     *
     * @param file the file's name
     * @param offset where in the file the weight begins
     * @see #externalWeight(int)
     */
    public static byte[] withExternalWeight(String file, int offset) {
        return new OnnxGraph("external")
                .input("x", tensor(ElementType.FLOAT32, "[batch, 4]"))
                .externalWeight("w", ElementType.FLOAT32, new long[] {4}, file, offset, 4L * Float.BYTES)
                .node("Add", List.of("x", "w"), List.of("y"))
                .output("y", tensor(ElementType.FLOAT32, "[batch, 4]"))
                .toModel();
    }

    /** The file that {@link #withExternalWeight} needs. */
    public static byte[] externalWeight(int offset) {
        byte[] weight = OnnxGraph.littleEndian(Tensor.of(new float[] {1, 2, 3, 4}));
        byte[] file = new byte[offset + weight.length];
        System.arraycopy(weight, 0, file, offset, weight.length);
        return file;
    }

    /** Many inputs, {@code x0} and so on, all {@code float32[batch, 1]}, and {@code y}, the same side by side. */
    public static byte[] concat(int inputs) {
        OnnxGraph graph = new OnnxGraph("concat");
        List<String> names = IntStream.range(0, inputs).mapToObj(i -> "x" + i).toList();
        names.forEach(name -> graph.input(name, tensor(ElementType.FLOAT32, "[batch, 1]")));
        return graph.node("Concat", names, List.of("y"), OnnxAttribute.of("axis", 1))
                .output("y", tensor(ElementType.FLOAT32, "[batch, " + inputs + "]"))
                .toModel();
    }
}
