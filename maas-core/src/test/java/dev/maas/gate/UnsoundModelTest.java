package dev.maas.gate;

import static dev.maas.gate.RawModel.BOOL;
import static dev.maas.gate.RawModel.FLOAT;
import static dev.maas.gate.RawModel.INT64;
import static dev.maas.gate.RawModel.STRING;
import static dev.maas.gate.RawModel.add;
import static dev.maas.gate.RawModel.function;
import static dev.maas.gate.RawModel.graphAttribute;
import static dev.maas.gate.RawModel.node;
import static dev.maas.gate.RawModel.operatorSet;
import static dev.maas.gate.RawModel.tensor;
import static dev.maas.gate.RawModel.tensorAttribute;
import static dev.maas.gate.RawModel.tensorType;
import static dev.maas.gate.RawModel.value;
import static dev.maas.gate.RawModel.withWeight;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import dev.maas.ModelLoadException;
import dev.maas.ModelSource;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Each model here is spoilt in one way; the gate refuses it and says which. */
class UnsoundModelTest {
    private final ModelGate gate = new ModelGate();

    @ParameterizedTest(name = "{0}")
    @MethodSource({"headers", "graphs", "innerGraphs", "values", "tensors", "sparse", "functions"})
    void isRefusedWithItsReason(String reason, RawModel model) {
        assertThatThrownBy(() -> gate.inspect(model.source()))
                .isInstanceOf(ModelLoadException.class)
                .hasMessageContaining("'model.onnx'")
                .hasMessageContaining(reason)
                .hasMessageContaining("at byte ");
    }

    static Stream<Arguments> headers() {
        return Stream.of(
                arguments("its ir_version is 0", add().irVersion(0)),
                arguments("its ir_version is -1", add().irVersion(-1)),
                arguments("imports no set of operators", add().withoutOperatorSets()),
                arguments("imports version 0 of the operators of 'own'", add().modelField(8, operatorSet("own", 0))),
                arguments("imports version -3 of", add().modelField(8, operatorSet("own", -3))),
                arguments(
                        "two properties (metadata_props) named 'k'",
                        add().property("k", "1").property("k", "2")),
                arguments("field 7 comes twice", add().modelField(7, add().graph())));
    }

    static Stream<Arguments> graphs() {
        return Stream.of(
                arguments("its graph is empty", new RawModel()),
                arguments("output 'nowhere' is given by no node", add().output(value("nowhere", tensorType(FLOAT, 1)))),
                arguments("two outputs of the graph are named 'y'", add().output(value("y", tensorType(FLOAT, 1)))),
                arguments("name 'x' of an input is defined twice", add().input(value("x", tensorType(FLOAT, 1)))),
                arguments("an input of the graph has no name", add().input(value("", tensorType(FLOAT, 1)))),
                arguments("an output of the graph has no name", add().output(value("", tensorType(FLOAT, 1)))),
                arguments(
                        "the node of type 'Neg' takes 'gone', which is no input",
                        add().node(node("Neg", List.of("gone"), List.of("z")))),
                arguments(
                        "the node 'n1' of type 'Neg' takes 'gone'",
                        add().node(node("Neg", List.of("gone"), List.of("z")).text(3, "n1"))),
                arguments(
                        "the value 'y', which the node of type 'Neg' gives, is defined twice",
                        add().node(node("Neg", List.of("x"), List.of("y")))),
                arguments("is defined twice", add().node(node("Split", List.of("x"), List.of("z", "z")))),
                arguments(
                        "the name 'x' of an input is defined twice",
                        add().node(node("Neg", List.of("y"), List.of("x")))),
                arguments("a graph has no cycles", add().node(node("Add", List.of("x", "z"), List.of("z")))),
                arguments(
                        "the node of type 'InCircle' takes",
                        add().node(node("InCircle", List.of("q"), List.of("p")))
                                .node(node("InCircle", List.of("p"), List.of("q")))
                                .node(node("Behind", List.of("q"), List.of("r")))
                                .node(node("Behind", List.of("r"), List.of("s")))),
                arguments(
                        "the node 'n' has no operator",
                        add().node(new WireWriter().text(1, "x").text(3, "n"))));
    }

    static Stream<Arguments> innerGraphs() {
        WireWriter dangling = new RawModel()
                .node(node("Add", List.of("x", "gone"), List.of("i")))
                .output(value("i", tensorType(FLOAT, 1)))
                .graph();
        WireWriter usesResult = new RawModel()
                .node(node("Neg", List.of("z"), List.of("i")))
                .output(value("i", tensorType(FLOAT, 1)))
                .graph();
        WireWriter givesOuter =
                new RawModel().output(value("x", tensorType(FLOAT, 1))).graph();
        return Stream.of(
                arguments("of type 'If' takes 'gone'", add().node(branch(dangling))),
                arguments("a graph has no cycles", add().node(branch(usesResult))),
                arguments("the graph's output 'x' is given by no node", add().node(branch(givesOuter))),
                arguments("in graph.node.attribute.g", add().node(branch(givesOuter))),
                arguments("nodes to visit, where a node counts twice for each", nested(25)),
                arguments("nodes to visit, where a node counts twice for each", nested(3000)),
                arguments("more than 100 levels deep", add().input(value("z", sequences(60)))),
                arguments("more than 100 levels deep", add().input(value("z", sequences(3000)))));
    }

    private static WireWriter branch(WireWriter graph) {
        return node("If", List.of("x"), List.of("z"), graphAttribute("then_branch", graph));
    }

    /** Graphs inside graphs; from the deepest outwards, as recursion would overflow the stack of the test itself. */
    private static RawModel nested(int depth) {
        WireWriter graph = new WireWriter();
        for (int i = 0; i < depth; i++) {
            graph = new WireWriter().message(1, node("If", List.of(), List.of(), graphAttribute("then_branch", graph)));
        }
        return new RawModel().node(branch(graph));
    }

    private static WireWriter sequences(int depth) {
        WireWriter type = tensorType(FLOAT, 1);
        for (int i = 0; i < depth; i++) {
            type = new WireWriter().message(4, new WireWriter().message(1, type));
        }
        return type;
    }

    static Stream<Arguments> values() {
        WireWriter map = new WireWriter().message(5, new WireWriter().integer(1, STRING));
        return Stream.of(
                arguments("input 'z' has no type", add().input(new WireWriter().text(1, "z"))),
                arguments("input 'z' has no type", add().input(value("z", tensorType(0, 1)))),
                arguments("no element type has the number 77", add().input(value("z", tensorType(77, 1)))),
                arguments("no element type has the number 77", add().output(value("x", tensorType(77, 1)))),
                arguments("no element type has the number 77", add().graphField(13, value("x", tensorType(77, 1)))),
                arguments("no element type has the number -1", add().input(value("z", tensorType(-1, 1)))),
                arguments(
                        "more than 64 dimensions",
                        add().input(value(
                                "z",
                                tensorType(FLOAT, Collections.nCopies(65, 1).toArray())))),
                arguments("a map's type lacks", add().input(value("z", map))),
                arguments("no sound UTF-8", add().input(new WireWriter().bytes(1, new byte[] {'a', (byte) 0xc0}))),
                arguments("a text with a NUL in it", add().input(value("a\0b", tensorType(FLOAT, 1)))),
                arguments("a text of 70000 bytes; the limit is 65536", add().input(value("x".repeat(70_000), map))));
    }

    static Stream<Arguments> tensors() {
        WireWriter both = tensor("w", FLOAT, 1).bytes(4, new byte[4]).bytes(9, new byte[4]);
        return Stream.of(
                arguments("'w' float[3] takes 12 bytes; its raw_data holds 8", weight(FLOAT, 8, 3)),
                arguments("'w' float[3] takes 12 bytes; its raw_data holds 400", weight(FLOAT, 400, 3)),
                arguments("'w' float[] takes 4 bytes; its raw_data holds 0", weight(FLOAT, 0)),
                arguments("'w' int4[3] takes 2 bytes; its raw_data holds 3", weight(22, 3, 3)),
                arguments("'w' float[3] takes 3 values; its float_data holds 0", withWeight(tensor("w", FLOAT, 3))),
                arguments(
                        "takes 3 values; its float_data holds 2",
                        withWeight(tensor("w", FLOAT, 3).bytes(4, new byte[8]))),
                arguments(
                        "in [int32_data]; expected float_data",
                        withWeight(tensor("w", FLOAT, 1).integer(5, 1))),
                arguments(
                        "in [float_data, int32_data]; expected float_data",
                        withWeight(tensor("w", FLOAT, 1).bytes(4, new byte[4]).integer(5, 1))),
                arguments("values twice: as raw_data, and as [float_data]", withWeight(both)),
                arguments(
                        "holds 5 bytes of values of 4 bytes",
                        withWeight(tensor("w", FLOAT, 1).bytes(4, new byte[5]))),
                arguments(
                        "the message ends in the middle",
                        withWeight(tensor("w", INT64, 1).bytes(7, new byte[] {(byte) 0x80}))),
                arguments("'w' float[-1] has a dimension of -1", withWeight(tensor("w", FLOAT, -1))),
                arguments("more elements than", withWeight(tensor("w", FLOAT, 1L << 62, 4))),
                arguments("more bytes than", withWeight(tensor("w", FLOAT, 1L << 31, 1L << 31))),
                arguments(
                        "the element type 0, which does not exist",
                        withWeight(tensor("w", 0, 1).bytes(9, new byte[4]))),
                arguments("the element type 99", withWeight(tensor("w", 99, 1).bytes(9, new byte[4]))),
                arguments(
                        "the element type 4294967297",
                        withWeight(tensor("w", (1L << 32) + 1, 1).bytes(9, new byte[4]))),
                arguments(
                        "holds strings as raw_data",
                        withWeight(tensor("w", STRING, 1).bytes(9, new byte[4]))),
                arguments(
                        "takes 2 values; its string_data holds 1",
                        withWeight(tensor("w", STRING, 2).text(6, "a"))),
                arguments("an initializer is empty", add().initializer(new WireWriter().text(8, "w"))),
                arguments("an initializer of the graph has no name", add().initializer(tensor("", FLOAT, 0))),
                arguments("initializer is defined twice", weight(FLOAT, 4, 1).initializer(tensor("w", FLOAT, 0))),
                arguments(
                        "data_location is 0 or 1; got 2",
                        withWeight(tensor("w", FLOAT, 0).integer(14, 2))),
                arguments("more than 64 dimensions", withWeight(tensor("w", FLOAT, new long[65]))),
                arguments(
                        "'c' float[2] takes 8 bytes; its raw_data holds 4 (in graph.node.attribute.t",
                        add().node(node(
                                "Constant",
                                List.of(),
                                List.of("z"),
                                tensorAttribute("value", tensor("c", FLOAT, 2).bytes(9, new byte[4]))))));
    }

    private static RawModel weight(int type, int rawBytes, long... dimensions) {
        return withWeight(tensor("w", type, dimensions).bytes(9, new byte[rawBytes]));
    }

    static Stream<Arguments> sparse() {
        WireWriter one = tensor("w", FLOAT, 1).bytes(9, new byte[4]);
        WireWriter index = tensor("", INT64, 1).bytes(9, new byte[8]);
        WireWriter huge = new WireWriter().message(1, one).message(2, index).integer(3, 1L << 40);
        WireWriter overflowing =
                new WireWriter().message(1, one).message(2, index).integer(3, 1L << 62);
        WireWriter half = new WireWriter().message(1, one).message(2, index).integer(3, 300_000_000);
        WireWriter other = new WireWriter()
                .message(1, tensor("v", FLOAT, 1).bytes(9, new byte[4]))
                .message(2, index)
                .integer(3, 300_000_000);
        return Stream.of(
                arguments("spread out with the sparse tensors before it", add().graphField(15, huge)),
                arguments("spread out with the sparse tensors before it", add().graphField(15, overflowing)),
                arguments("spread out with", add().graphField(15, half).graphField(15, other)),
                arguments(
                        "has 1 values",
                        add().graphField(
                                        15,
                                        new WireWriter()
                                                .message(1, one)
                                                .message(2, index)
                                                .integer(3, 0))),
                arguments(
                        "has a dimension of -5",
                        add().graphField(
                                        15,
                                        new WireWriter()
                                                .message(1, one)
                                                .message(2, index)
                                                .integer(3, -5))),
                arguments("lacks its values or its indices", add().graphField(15, new WireWriter().message(1, one))));
    }

    static Stream<Arguments> functions() {
        WireWriter callsItself = node("own", "f", List.of("a"), List.of("b"));
        WireWriter inner = new RawModel()
                .node(node("own", "f", List.of("x"), List.of("i")))
                .graph();
        return Stream.of(
                arguments("a function has no name", add().modelField(25, function("own", ""))),
                arguments(
                        "two functions are named 'own:f'",
                        add().modelField(25, function("own", "f")).modelField(25, function("own", "f"))),
                arguments("'own:f' calls itself", add().modelField(25, function("own", "f", callsItself))),
                arguments("'own:f' calls itself", add().modelField(25, function("own", "f", branch(inner)))),
                arguments(
                        "calls itself, at once or by way of others",
                        add().modelField(25, function("own", "g", callsItself))
                                .modelField(25, function("own", "f", node("own", "g", List.of("a"), List.of("b"))))),
                arguments("call each other more than 32 times in a row", chain(40, 1)),
                arguments("call each other more than 32 times in a row", chain(5000, 1)),
                arguments("calls functions more than 20000 times", chain(30, 2)),
                arguments("nodes to visit", chain(4, 600)),
                arguments(
                        "takes 8 bytes; its raw_data holds 0",
                        add().modelField(
                                        25,
                                        function(
                                                "own",
                                                "f",
                                                node(
                                                        "Constant",
                                                        List.of(),
                                                        List.of("b"),
                                                        tensorAttribute(
                                                                "value",
                                                                tensor("c", FLOAT, 2)
                                                                        .bytes(9, new byte[0])))))));
    }

    /** Functions of which each calls the next so many times. */
    private static RawModel chain(int length, int times) {
        RawModel model = new RawModel()
                .node(node("own", "f0", List.of("x"), List.of("y")))
                .input(value("x", tensorType(FLOAT, 1)))
                .output(value("y", tensorType(FLOAT, 1)));
        for (int i = 0; i < length; i++) {
            WireWriter[] calls = new WireWriter[times];
            Arrays.fill(calls, node("own", "f" + (i + 1), List.of("a"), List.of("b")));
            model.modelField(25, function("own", "f" + i, calls));
        }
        return model;
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("limited")
    void limitsAreKept(String reason, GateLimits.Builder limits, RawModel model) {
        ModelSource source = model.source();
        gate.inspect(source);

        assertThatThrownBy(() -> new ModelGate(limits.build()).inspect(source))
                .isInstanceOf(ModelLoadException.class)
                .hasMessageContaining(reason);
    }

    static Stream<Arguments> limited() {
        RawModel two = add().node(node("Neg", List.of("y"), List.of("z")));
        RawModel inner = add().node(branch(new RawModel()
                .node(node("Neg", List.of("x"), List.of("i")))
                .output(value("i", tensorType(BOOL, 1)))
                .graph()));
        RawModel calling = chain(3, 2).modelField(25, function("own", "f3"));
        WireWriter sparse = new WireWriter()
                .message(1, tensor("w", FLOAT, 1).bytes(9, new byte[4]))
                .message(2, tensor("", INT64, 1).bytes(9, new byte[8]))
                .integer(3, 1000);
        return Stream.of(
                arguments(
                        "The model's file 'model.onnx' has 73 bytes; the gate's limit is 50",
                        limit().modelBytes(50),
                        add()),
                arguments("The package has 73 bytes; the gate's limit is 67", limit().packageBytes(67), add()),
                arguments("more than 1 nodes", limit().nodes(1), two),
                arguments("more than 3 nodes", limit().nodes(3), inner),
                arguments("calls functions more than 14 times", limit().functionCalls(14), calling),
                arguments("more than 3 times in a row", limit().functionDepth(3), calling),
                arguments("more than 3 levels deep", limit().depth(3), inner),
                arguments("more than 1 dimensions", limit().rank(1), add().initializer(tensor("w", FLOAT, 0, 0))),
                arguments("a text of 5 bytes; the limit is 4", limit().nameBytes(4), add()),
                arguments(
                        "a text of 9 bytes; the limit is 8",
                        limit().propertyBytes(8),
                        add().property("k", "123456789")),
                arguments("need more than 500 bytes of memory", limit().graphBytes(500), add()),
                arguments("takes more than 3999 bytes", limit().expandedBytes(3999), add().graphField(15, sparse)));
    }

    private static GateLimits.Builder limit() {
        return GateLimits.builder();
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("wrongWire")
    void fieldsOfAnotherTypeAreRefused(String reason, WireWriter model) {
        assertThatThrownBy(() -> gate.inspect(ModelSource.of(model.toBytes())))
                .isInstanceOf(ModelLoadException.class)
                .hasMessageContaining(reason);
    }

    static Stream<Arguments> wrongWire() {
        return Stream.of(
                arguments("field 1 has the wire type 2; expected 0", new WireWriter().text(1, "8")),
                arguments("field 7 has the wire type 0; expected 2", new WireWriter().integer(7, 1)),
                arguments("field 1 comes twice", new WireWriter().integer(1, 8).integer(1, 8)),
                arguments("it has no graph", new WireWriter().integer(1, 8).message(8, operatorSet("", 17))),
                arguments(
                        "field 1 comes twice",
                        new WireWriter().message(8, operatorSet("", 1).text(1, "ai.onnx"))));
    }
}
