package dev.maas.gate;

import dev.maas.ModelSource;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/**
 * Writes ONNX models field by field, sound or not: it checks nothing. Field numbers are those of onnx.proto.
 *
 * <p>{@link #add} is the simplest sound model, {@code y = x + x}, which tests then spoil.
 */
final class RawModel {
    static final int FLOAT = 1;
    static final int INT64 = 7;
    static final int STRING = 8;
    static final int BOOL = 9;

    /** A dimension about which the file says nothing. */
    static final Object FREE = new Object();

    private final List<Consumer<WireWriter>> graphFields = new ArrayList<>();
    private final List<Consumer<WireWriter>> modelFields = new ArrayList<>();
    private long irVersion = 8;
    private boolean importsOperators = true;

    /** Returns a sound model. */
    static RawModel add() {
        return new RawModel()
                .node(node("Add", List.of("x", "x"), List.of("y")))
                .input(value("x", tensorType(FLOAT, 1)))
                .output(value("y", tensorType(FLOAT, 1)));
    }

    /** Returns a model whose one tensor of weights, named {@code w}, is this. */
    static RawModel withWeight(WireWriter weight) {
        return new RawModel()
                .node(node("Add", List.of("x", "w"), List.of("y")))
                .input(value("x", tensorType(FLOAT, 1)))
                .output(value("y", tensorType(FLOAT, 1)))
                .initializer(weight);
    }

    RawModel node(WireWriter node) {
        return graphField(1, node);
    }

    RawModel initializer(WireWriter tensor) {
        return graphField(5, tensor);
    }

    RawModel input(WireWriter value) {
        return graphField(11, value);
    }

    RawModel output(WireWriter value) {
        return graphField(12, value);
    }

    RawModel graphField(int field, WireWriter message) {
        graphFields.add(graph -> graph.message(field, message));
        return this;
    }

    RawModel modelField(int field, WireWriter message) {
        modelFields.add(model -> model.message(field, message));
        return this;
    }

    RawModel property(String key, String value) {
        return modelField(14, entry(key, value));
    }

    RawModel irVersion(long version) {
        irVersion = version;
        return this;
    }

    RawModel withoutOperatorSets() {
        importsOperators = false;
        return this;
    }

    /** Returns the graph alone, to be put into another as a branch or body. */
    WireWriter graph() {
        WireWriter graph = new WireWriter().text(2, "g");
        graphFields.forEach(field -> field.accept(graph));
        return graph;
    }

    byte[] bytes() {
        WireWriter model = new WireWriter()
                .integer(1, irVersion)
                .text(2, "tests")
                .text(3, "1")
                .message(7, graph());
        if (importsOperators) {
            model.message(8, operatorSet("", 17));
        }
        modelFields.forEach(field -> field.accept(model));
        return model.toBytes();
    }

    ModelSource source() {
        return ModelSource.of(bytes());
    }

    static WireWriter operatorSet(String domain, long version) {
        return new WireWriter().text(1, domain).integer(2, version);
    }

    static WireWriter entry(String key, String value) {
        return new WireWriter().text(1, key).text(2, value);
    }

    static WireWriter node(String type, List<String> inputs, List<String> outputs, WireWriter... attributes) {
        return node("", type, inputs, outputs, attributes);
    }

    static WireWriter node(
            String domain, String type, List<String> inputs, List<String> outputs, WireWriter... attributes) {
        WireWriter node = new WireWriter();
        inputs.forEach(name -> node.text(1, name));
        outputs.forEach(name -> node.text(2, name));
        node.text(4, type);
        for (WireWriter attribute : attributes) {
            node.message(5, attribute);
        }
        return domain.isEmpty() ? node : node.text(7, domain);
    }

    static WireWriter graphAttribute(String name, WireWriter graph) {
        return new WireWriter().text(1, name).message(6, graph).integer(20, 5);
    }

    static WireWriter numbersAttribute(String name, long... values) {
        WireWriter attribute = new WireWriter().text(1, name);
        for (long value : values) {
            attribute.integer(8, value);
        }
        return attribute.integer(20, 7);
    }

    static WireWriter textsAttribute(String name, String... values) {
        WireWriter attribute = new WireWriter().text(1, name);
        for (String value : values) {
            attribute.text(9, value);
        }
        return attribute.integer(20, 8);
    }

    static WireWriter tensorAttribute(String name, WireWriter tensor) {
        return new WireWriter().text(1, name).message(5, tensor).integer(20, 4);
    }

    static WireWriter value(String name, WireWriter type) {
        return new WireWriter().text(1, name).message(2, type);
    }

    /** A tensor's type; a dimension is a number, a symbol, or {@link #FREE}. */
    static WireWriter tensorType(int elementType, Object... dimensions) {
        WireWriter shape = new WireWriter();
        for (Object dimension : dimensions) {
            WireWriter each = new WireWriter();
            if (dimension instanceof Number size) {
                each.integer(1, size.longValue());
            } else if (dimension instanceof String symbol) {
                each.text(2, symbol);
            }
            shape.message(1, each);
        }
        return new WireWriter()
                .message(1, new WireWriter().integer(1, elementType).message(2, shape));
    }

    static WireWriter tensor(String name, long elementType, long... dimensions) {
        WireWriter tensor = new WireWriter();
        for (long size : dimensions) {
            tensor.integer(1, size);
        }
        return tensor.integer(2, elementType).text(8, name);
    }

    /** A tensor whose values lie elsewhere; keys and values alternate. */
    static WireWriter externalTensor(String name, long elementType, long[] dimensions, String... entries) {
        WireWriter tensor = tensor(name, elementType, dimensions);
        for (int i = 0; i < entries.length; i += 2) {
            tensor.message(13, entry(entries[i], entries[i + 1]));
        }
        return tensor.integer(14, 1);
    }

    /** A function that consists of these nodes, from {@code a} to {@code b}. */
    static WireWriter function(String domain, String name, WireWriter... nodes) {
        WireWriter function = new WireWriter().text(1, name).text(4, "a").text(5, "b");
        for (WireWriter node : nodes) {
            function.message(7, node);
        }
        return function.message(9, operatorSet("", 17)).text(10, domain);
    }
}
