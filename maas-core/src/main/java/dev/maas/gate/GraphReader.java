package dev.maas.gate;

import dev.maas.gate.TypeReader.Declared;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Reads graphs: ONNX's GraphProto, NodeProto, AttributeProto and FunctionProto.
 *
 * <p>Names are checked in the main graph and in all graphs inside its nodes. Bodies of functions and graphs for training are read
 * with everything in them, but their names are not checked, as the runtime uses them only in part or not at all.
 */
final class GraphReader {
    private static final int DECLARED_BYTES = 160;
    private static final int HEAP_BYTES_PER_FILE_BYTE = 16;

    private final WireReader reader;
    private final GateLimits limits;
    private final GraphMemory memory;
    private final TypeReader types;
    private final TensorReader tensors;
    private final OperatorCounts operators;
    private int initializers;
    private long initializerBytes;

    GraphReader(WireReader reader, GateLimits limits, ExternalFiles files) {
        this.reader = reader;
        this.limits = limits;
        this.memory = new GraphMemory(reader, limits.graphBytes());
        this.types = new TypeReader(reader, limits);
        this.tensors = new TensorReader(reader, limits, memory, files);
        this.operators = new OperatorCounts(reader, limits, memory);
    }

    /** The main graph's face. */
    record MainGraph(String name, List<Declared> inputs, List<Declared> outputs, Set<String> initialized) {}

    TensorReader tensors() {
        return tensors;
    }

    OperatorCounts operators() {
        return operators;
    }

    GraphMemory memory() {
        return memory;
    }

    int initializers() {
        return initializers;
    }

    long initializerBytes() {
        return initializerBytes;
    }

    /** Reads the present message, the model's own graph, and checks it. */
    MainGraph readMain() throws IOException {
        GraphScope scope = new GraphScope(reader, memory);
        List<Declared> inputs = new ArrayList<>();
        List<Declared> outputs = new ArrayList<>();
        String name = readGraph(scope, inputs, outputs);
        scope.checkWhole();
        Set<String> initialized = new LinkedHashSet<>();
        for (Declared input : inputs) {
            if (scope.isInitialized(input.name())) {
                initialized.add(input.name());
            } else if (input.type() == null || !input.type().isDeclared()) {
                throw reader.malformed("the graph's input " + Shown.name(input.name()) + " has no type");
            }
        }
        return new MainGraph(name, inputs, outputs, initialized);
    }

    /** Reads the present message, a graph whose names are not checked. */
    void readUnchecked() throws IOException {
        readGraph(null, new ArrayList<>(), new ArrayList<>());
    }

    private String readGraph(@Nullable GraphScope scope, List<Declared> inputs, List<Declared> outputs)
            throws IOException {
        String name = "";
        while (reader.nextField()) {
            switch (reader.field()) {
                case 1 -> reader.message("node", () -> readNode(scope));
                case 2 -> name = reader.once().looseText(limits.nameBytes());
                case 5 -> reader.message("initializer", () -> addInitializer(tensors.readTensor(), scope));
                case 11 -> reader.message("input", () -> inputs.add(readDeclared()));
                case 12 -> reader.message("output", () -> outputs.add(readDeclared()));
                case 13 -> reader.message("value_info", types::readValueInfo);
                case 15 -> reader.message("sparse_initializer", () -> addInitializer(tensors.readSparse(), scope));
                default -> reader.skip();
            }
        }
        if (scope != null) {
            inputs.forEach(scope::input);
            outputs.forEach(output -> scope.output(output.name()));
        }
        return name;
    }

    private Declared readDeclared() throws IOException {
        long start = reader.position();
        Declared declared = types.readValueInfo();
        memory.take(DECLARED_BYTES + HEAP_BYTES_PER_FILE_BYTE * (reader.position() - start));
        return new Declared(memory.name(declared.name()), declared.type());
    }

    private void addInitializer(TensorReader.Header tensor, @Nullable GraphScope scope) {
        if (tensor.type() == null) {
            throw reader.malformed("an initializer is empty");
        }
        initializers++;
        initializerBytes = Math.min(Long.MAX_VALUE - tensor.bytes(), initializerBytes) + tensor.bytes();
        if (scope != null) {
            scope.initializer(tensor);
        }
    }

    private void readNode(@Nullable GraphScope scope) throws IOException {
        operators.addNode();
        List<String> inputs = new ArrayList<>();
        List<String> outputs = new ArrayList<>();
        Set<String> captured = new LinkedHashSet<>();
        Set<String> attributes = new HashSet<>();
        TreeEnsembles trees = new TreeEnsembles(reader, limits, memory);
        String name = "";
        String type = "";
        String domain = "";
        String overload = "";
        while (reader.nextField()) {
            switch (reader.field()) {
                case 1 -> inputs.add(edge());
                case 2 -> outputs.add(edge());
                case 3 -> name = reader.once().looseText(limits.nameBytes());
                case 4 -> type = reader.once().text(limits.nameBytes());
                case 5 ->
                    reader.message("attribute", () -> {
                        if (!attributes.add(readAttribute(scope == null ? null : captured, trees))) {
                            throw reader.malformed("a node has two attributes of that name");
                        }
                    });
                case 7 -> domain = reader.once().text(limits.nameBytes());
                case 8 -> overload = reader.once().text(limits.nameBytes());
                default -> reader.skip();
            }
        }
        if (type.isEmpty()) {
            throw reader.malformed("the node " + Shown.name(name) + " has no operator");
        }
        trees.check(domain, type);
        operators.addOperator(domain, type, overload);
        if (scope != null) {
            String label = "the node " + (name.isEmpty() ? "" : Shown.name(name) + " ") + "of type " + Shown.name(type);
            scope.recurrent().node(domain, type, inputs);
            scope.node(label, inputs, outputs, captured);
        }
    }

    private String edge() throws IOException {
        memory.take(Long.BYTES);
        return memory.name(reader.text(limits.nameBytes()));
    }

    /** Reads the present message and returns the attribute's name; graphs in it add what they capture, unless that is null. */
    private String readAttribute(@Nullable Set<String> captured, TreeEnsembles trees) throws IOException {
        String[] name = {""};
        while (reader.nextField()) {
            switch (reader.field()) {
                case 1 -> name[0] = memory.name(reader.once().text(limits.nameBytes()));
                case 5 -> reader.once().message("t", () -> readTensorAttribute(name[0], trees));
                case 6 -> reader.once().message("g", () -> readInner(captured));
                case 8 -> trees.readNumbers(name[0]);
                case 9 -> trees.readString(name[0]);
                case 10 -> reader.message("tensors", tensors::readTensor);
                case 11 -> reader.message("graphs", () -> readInner(captured));
                case 21 -> {
                    if (!reader.once().text(limits.nameBytes()).isEmpty()) {
                        trees.refer();
                    }
                }
                case 22 -> reader.once().message("sparse_tensor", tensors::readSparse);
                case 23 -> reader.message("sparse_tensors", tensors::readSparse);
                default -> reader.skip();
            }
        }
        return name[0];
    }

    private void readTensorAttribute(String name, TreeEnsembles trees) throws IOException {
        if (TreeEnsembles.wantsValues(name)) {
            trees.readValues(name);
        } else {
            trees.addCount(name, tensors.readTensor().elements());
        }
    }

    private void readInner(@Nullable Set<String> captured) throws IOException {
        operators.beginInner();
        if (captured == null) {
            readUnchecked();
        } else {
            GraphScope scope = new GraphScope(reader, memory);
            readGraph(scope, new ArrayList<>(), new ArrayList<>());
            captured.addAll(scope.check());
        }
        operators.endInner();
    }

    /** Reads the present message, a function. */
    void readFunction() throws IOException {
        operators.beginFunction();
        String name = "";
        String domain = "";
        String overload = "";
        while (reader.nextField()) {
            switch (reader.field()) {
                case 1 -> name = reader.once().text(limits.nameBytes());
                case 7 -> reader.message("node", () -> readNode(null));
                case 10 -> domain = reader.once().text(limits.nameBytes());
                case 11 ->
                    reader.message(
                            "attribute_proto", () -> readAttribute(null, new TreeEnsembles(reader, limits, memory)));
                case 12 -> reader.message("value_info", types::readValueInfo);
                case 13 -> overload = reader.once().text(limits.nameBytes());
                default -> reader.skip();
            }
        }
        if (name.isEmpty()) {
            throw reader.malformed("a function has no name");
        }
        operators.endFunction(domain, name, overload);
    }
}
