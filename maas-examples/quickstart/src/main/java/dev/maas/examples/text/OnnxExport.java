package dev.maas.examples.text;

import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.OperatorSetIdProto;
import ai.onnx.proto.OnnxMl.StringStringEntryProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import com.google.gson.Gson;
import com.google.protobuf.ByteString;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import java.util.SortedMap;
import java.util.stream.IntStream;
import java.util.stream.LongStream;

/**
 * Writes a classifier as an ONNX graph from raw strings to labels, in standard operators only.
 *
 * <pre>
 * text [batch]
 *   StringSplit       tokens [batch, longest]     at blanks, short rows filled up with ""
 *   LabelEncoder      numbers [batch, longest]    looked up in the vocabulary, -1 where unknown
 *   TfIdfVectorizer   weighted [batch, features]  words and pairs, counted and weighted
 *   LpNormalization   features [batch, features]  scaled to length 1; zero stays zero
 *   Gemm              logits [batch, classes]
 *   Softmax           scores [batch, classes]
 *   ArgMax            best [batch]
 *   LabelEncoder      label [batch]
 * </pre>
 *
 * <p>Nothing in the file depends on the clock, the machine or the order of a hash table.
 */
final class OnnxExport {
    private static final long IR_VERSION = 9;
    private static final long OPSET = 20;
    private static final long ML_OPSET = 4;
    private static final String ML = "ai.onnx.ml";
    private static final String BATCH = "batch";

    private final TextFeatures features;
    private final List<String> labels;
    private final float[][] weights;
    private final float[] bias;

    OnnxExport(TextFeatures features, List<String> labels, float[][] weights, float[] bias) {
        this.features = features;
        this.labels = labels;
        this.weights = weights;
        this.bias = bias;
    }

    byte[] toBytes() {
        return ModelProto.newBuilder()
                .setIrVersion(IR_VERSION)
                .addOpsetImport(opset("", OPSET))
                .addOpsetImport(opset(ML, ML_OPSET))
                .setProducerName("maas quickstart")
                .setDocString("Classifies short texts. Words are separated by blanks.")
                // What the columns of the scores mean, for whoever has the file and not the package around it.
                .addMetadataProps(StringStringEntryProto.newBuilder()
                        .setKey("columns.scores")
                        .setValue(new Gson().toJson(labels)))
                .setGraph(graph())
                .build()
                .toByteArray();
    }

    private static OperatorSetIdProto opset(String domain, long version) {
        return OperatorSetIdProto.newBuilder()
                .setDomain(domain)
                .setVersion(version)
                .build();
    }

    private GraphProto graph() {
        return GraphProto.newBuilder()
                .setName("classifier")
                .addInput(OnnxProtos.value("text", TensorProto.DataType.STRING, BATCH))
                .addNode(OnnxProtos.node("StringSplit", "text", "tokens", "token_counts")
                        .addAttribute(OnnxProtos.string("delimiter", "")))
                .addNode(lookUp())
                .addNode(count())
                .addNode(OnnxProtos.node("LpNormalization", "weighted", "features")
                        .addAttribute(OnnxProtos.integer("axis", 1))
                        .addAttribute(OnnxProtos.integer("p", 2)))
                .addNode(OnnxProtos.node("Gemm", "features", "logits")
                        .addInput("weights")
                        .addInput("bias"))
                .addNode(OnnxProtos.node("Softmax", "logits", "scores").addAttribute(OnnxProtos.integer("axis", 1)))
                .addNode(OnnxProtos.node("ArgMax", "scores", "best")
                        .addAttribute(OnnxProtos.integer("axis", 1))
                        .addAttribute(OnnxProtos.integer("keepdims", 0)))
                .addNode(OnnxProtos.node("LabelEncoder", "best", "label")
                        .setDomain(ML)
                        .addAttribute(OnnxProtos.integers("keys_int64s", LongStream.range(0, labels.size())))
                        .addAttribute(OnnxProtos.strings("values_strings", labels)))
                .addInitializer(tensor("weights", weightsByFeature(), features.size(), labels.size()))
                .addInitializer(tensor("bias", bias, labels.size()))
                .addOutput(OnnxProtos.value("label", TensorProto.DataType.STRING, BATCH))
                .addOutput(OnnxProtos.value("scores", TensorProto.DataType.FLOAT, BATCH, labels.size()))
                .build();
    }

    private NodeProto.Builder lookUp() {
        SortedMap<String, Integer> spellings = features.vocabulary().spellings();
        return OnnxProtos.node("LabelEncoder", "tokens", "numbers")
                .setDomain(ML)
                .addAttribute(OnnxProtos.strings("keys_strings", spellings.keySet()))
                .addAttribute(OnnxProtos.integers(
                        "values_int64s", spellings.values().stream().mapToLong(number -> number)))
                .addAttribute(OnnxProtos.integer("default_int64", Vocabulary.UNKNOWN));
    }

    /** The operator takes all n-grams in one list, single words first, and is told where the pairs begin. */
    private NodeProto.Builder count() {
        int words = features.vocabulary().size();
        LongStream pairs =
                features.pairs().keySet().stream().flatMapToLong(pair -> LongStream.of(pair.first(), pair.second()));
        boolean hasPairs = !features.pairs().isEmpty();
        return OnnxProtos.node("TfIdfVectorizer", "numbers", "weighted")
                .addAttribute(OnnxProtos.string("mode", "TFIDF"))
                .addAttribute(OnnxProtos.integer("min_gram_length", 1))
                .addAttribute(OnnxProtos.integer("max_gram_length", hasPairs ? 2 : 1))
                .addAttribute(OnnxProtos.integer("max_skip_count", 0))
                .addAttribute(
                        OnnxProtos.integers("ngram_counts", hasPairs ? LongStream.of(0, words) : LongStream.of(0)))
                .addAttribute(OnnxProtos.integers("ngram_indexes", LongStream.range(0, features.size())))
                .addAttribute(OnnxProtos.integers("pool_int64s", LongStream.concat(LongStream.range(0, words), pairs)))
                .addAttribute(OnnxProtos.floats("weights", features.weights()));
    }

    private float[] weightsByFeature() {
        int classes = labels.size();
        float[] all = new float[features.size() * classes];
        IntStream.range(0, all.length).forEach(i -> all[i] = weights[i % classes][i / classes]);
        return all;
    }

    private static TensorProto tensor(String name, float[] values, int... shape) {
        ByteBuffer bytes = ByteBuffer.allocate(values.length * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        bytes.asFloatBuffer().put(values);
        TensorProto.Builder tensor = TensorProto.newBuilder()
                .setName(name)
                .setDataType(TensorProto.DataType.FLOAT.getNumber())
                .setRawData(ByteString.copyFrom(bytes));
        IntStream.of(shape).forEach(tensor::addDims);
        return tensor.build();
    }
}
