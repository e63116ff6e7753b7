package dev.maas.gate;

import dev.maas.ModelLoadException;
import dev.maas.ModelSource;
import dev.maas.gate.GraphReader.MainGraph;
import dev.maas.gate.OnnxModel.Value;
import dev.maas.gate.TypeReader.Declared;
import java.io.IOException;
import java.io.InputStream;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Reads an ONNX file, a ModelProto, and checks that it is sound as far as the file alone can tell. */
final class OnnxReader {
    private final WireReader reader;
    private final GateLimits limits;
    private final GraphReader graphs;

    private long irVersion;
    private final Map<String, Long> operatorSets = new LinkedHashMap<>();
    private String producerName = "";
    private String producerVersion = "";
    private final Map<String, String> properties = new LinkedHashMap<>();
    private @Nullable MainGraph graph;

    private OnnxReader(WireReader reader, GateLimits limits, ExternalFiles files) {
        this.reader = reader;
        this.limits = limits;
        this.graphs = new GraphReader(reader, limits, files);
    }

    /**
     * Reads a file of a source.
     *
     * @param sizes all files of the source
     * @throws ModelLoadException if the file is no sound ONNX model, or cannot be read
     */
    static OnnxModel read(ModelSource source, String file, PackageSizes sizes, GateLimits limits) {
        long size = sizes.of(file);
        PackageSizes.requireAtMost("The model's file " + Shown.name(file), size, limits.modelBytes(), "bytes");
        try {
            if (size == 0) {
                throw new ModelLoadException(FileKind.EMPTY.message(file));
            }
            try (InputStream in = source.open(file)) {
                WireReader reader = new WireReader(file, "ONNX model", in, size, limits.depth());
                try {
                    return new OnnxReader(reader, limits, new ExternalFiles(sizes)).readModel();
                } finally {
                    reader.wipe();
                }
            } catch (ModelLoadException e) {
                throw explained(source, file, e);
            }
        } catch (IOException e) {
            throw new ModelLoadException(Shown.name(file) + " cannot be read to its end", e);
        }
    }

    /** A file that is something else altogether deserves a better message than the first byte that does not fit. */
    private static ModelLoadException explained(ModelSource source, String file, ModelLoadException problem)
            throws IOException {
        try (InputStream in = source.open(file)) {
            return FileKind.of(in.readNBytes(FileKind.HEAD_BYTES))
                    .map(kind -> new ModelLoadException(kind.message(file), problem))
                    .orElse(problem);
        }
    }

    private OnnxModel readModel() throws IOException {
        while (reader.nextField()) {
            switch (reader.field()) {
                case 1 -> irVersion = reader.once().integer();
                case 2 -> producerName = reader.once().looseText(limits.nameBytes());
                case 3 -> producerVersion = reader.once().looseText(limits.nameBytes());
                case 7 -> reader.once().message("graph", () -> graph = graphs.readMain());
                case 8 -> reader.message("opset_import", this::readOperatorSet);
                case 14 -> reader.message("metadata_props", this::readProperty);
                case 20 -> reader.message("training_info", this::readTraining);
                case 25 -> reader.message("functions", graphs::readFunction);
                default -> reader.skip();
            }
        }
        return check();
    }

    private OnnxModel check() {
        if (graph == null) {
            throw reader.malformed("it has no graph");
        }
        if (irVersion < 1) {
            throw reader.malformed("its ir_version is " + irVersion + "; expected 1 or more");
        }
        if (operatorSets.isEmpty()) {
            throw reader.malformed("it imports no set of operators (opset_import)");
        }
        graphs.operators().check();
        return new OnnxModel(
                irVersion,
                operatorSets,
                (producerName + " " + producerVersion).trim(),
                graph.name(),
                values(graph.inputs(), graph),
                values(graph.outputs(), graph),
                properties,
                graphs.operators().nodes(),
                graphs.operators().all(),
                graphs.operators().functions(),
                graphs.initializers(),
                graphs.initializerBytes(),
                graphs.tensors().externalTensors());
    }

    private static List<Value> values(List<Declared> declared, MainGraph graph) {
        boolean inputs = declared == graph.inputs();
        return declared.stream()
                .map(each -> value(each, inputs && graph.initialized().contains(each.name())))
                .toList();
    }

    private static Value value(Declared declared, boolean initialized) {
        ValueType type = declared.type();
        if (type == null || !type.isDeclared()) {
            return new Value(declared.name(), "", initialized, Optional.empty());
        }
        return new Value(declared.name(), type.text(), initialized, type.spec(declared.name()));
    }

    private void readOperatorSet() throws IOException {
        String domain = "";
        long version = 0;
        while (reader.nextField()) {
            switch (reader.field()) {
                case 1 -> domain = reader.once().text(limits.nameBytes());
                case 2 -> version = reader.once().integer();
                default -> reader.skip();
            }
        }
        if (version < 1) {
            throw reader.malformed("it imports version " + version + " of the operators of "
                    + Shown.name(OperatorCounts.domain(domain)) + "; expected 1 or more");
        }
        // Some converters import ONNX's own set once by its name and once without; the runtime takes the last.
        operatorSets.put(graphs.memory().name(OperatorCounts.domain(domain)), version);
    }

    private void readProperty() throws IOException {
        String key = "";
        String value = "";
        while (reader.nextField()) {
            switch (reader.field()) {
                case 1 -> key = reader.once().looseText(limits.nameBytes());
                case 2 -> value = reader.once().looseText(limits.propertyBytes());
                default -> reader.skip();
            }
        }
        graphs.memory().take(2L * (key.length() + value.length()));
        if (properties.put(key, value) != null) {
            throw reader.malformed("it has two properties (metadata_props) named " + Shown.name(key));
        }
    }

    private void readTraining() throws IOException {
        while (reader.nextField()) {
            switch (reader.field()) {
                case 1 -> reader.once().message("initialization", graphs::readUnchecked);
                case 2 -> reader.once().message("algorithm", graphs::readUnchecked);
                default -> reader.skip();
            }
        }
    }
}
