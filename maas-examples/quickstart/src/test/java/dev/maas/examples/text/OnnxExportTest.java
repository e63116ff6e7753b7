package dev.maas.examples.text;

import static org.assertj.core.api.Assertions.assertThat;

import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import com.google.gson.Gson;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class OnnxExportTest {
    private static final double TOLERANCE = 1e-5;

    private static Messages.Split split;
    private static TextClassifier classifier;
    private static byte[] model;
    private static OrtSession session;

    @BeforeAll
    static void trainAndLoad() throws Exception {
        split = Messages.samples().split(0.2, 1);
        classifier = TextTrainer.thorough()
                .settings(new Settings(2, 0.01))
                .train(split.train())
                .classifier();
        model = classifier.toOnnx();
        session = OrtEnvironment.getEnvironment().createSession(model);
    }

    @AfterAll
    static void close() throws OrtException {
        session.close();
    }

    private static void assertAgree(TextClassifier java, OrtSession onnx, List<String> texts) throws OrtException {
        OrtEnvironment environment = OrtEnvironment.getEnvironment();
        String[] batch = texts.toArray(String[]::new);
        try (OnnxTensor input = OnnxTensor.createTensor(environment, batch, new long[] {batch.length});
                OrtSession.Result result = onnx.run(Map.of("text", input))) {
            String[] labels = (String[]) result.get("label").orElseThrow().getValue();
            float[][] scores = (float[][]) result.get("scores").orElseThrow().getValue();
            assertThat(labels).hasSameSizeAs(batch);
            for (int row = 0; row < batch.length; row++) {
                double[] expected = java.scores(batch[row]);
                assertThat(scores[row]).hasSize(expected.length);
                for (int label = 0; label < expected.length; label++) {
                    assertThat(Math.abs(scores[row][label] - expected[label]))
                            .as("score %d of '%s'", label, batch[row])
                            .isLessThanOrEqualTo(TOLERANCE);
                }
                assertThat(labels[row]).as(batch[row]).isEqualTo(java.classify(batch[row]));
            }
        }
    }

    @Test
    void agreesWithJavaOnEveryTestMessageAlone() throws OrtException {
        for (Message message : split.test().all()) {
            assertAgree(classifier, session, List.of(message.text()));
        }
    }

    @Test
    void agreesWithJavaOnBatchesOfMixedLengths() throws OrtException {
        List<String> texts =
                new ArrayList<>(split.test().all().stream().map(Message::text).toList());
        texts.addAll(List.of("", " ", "?!", "refund"));
        for (long seed = 0; seed < 20; seed++) {
            Random random = new Random(seed);
            Collections.shuffle(texts, random);
            assertAgree(classifier, session, texts.subList(0, 1 + random.nextInt(32)));
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                " ",
                "     ",
                "\t",
                "\n\n",
                "?",
                "... !!! ???",
                "\ud83d\ude00",
                "my parcel \ud83d\ude21\ud83d\ude21 is late",
                "refund\ud83d\ude00 refund",
                "\u2764 \u2764",
                "my\nparcel\tis\r\nlate",
                "my\u00a0parcel \u2003 is\u3000late",
                " leading and trailing ",
                "REFUND REFUND refund Refund! refund?",
                "\u0130stanbul STRASSE stra\u00dfe \u1e9e \u01c6",
                "\u05e9\u05dc\u05d5\u05dd \u4f60\u597d \u0645\u0631\u062d\u0628\u0627",
                "nul\u0000l and \u0001 control \u007f",
                "\ufeffmy parcel",
                "e\u0301\u0301 combining",
                "-1 \u221e NaN 1e308",
                "<script>alert('my parcel')</script>",
            })
    void agreesWithJavaOnOddInput(String text) throws OrtException {
        assertAgree(classifier, session, List.of(text));
        assertAgree(classifier, session, List.of(text, "where is my parcel?", text));
    }

    @Test
    void agreesWithJavaOnVeryLongText() throws OrtException {
        assertAgree(classifier, session, List.of("my parcel is late and I want a refund. ".repeat(20_000)));
        assertAgree(classifier, session, List.of("x".repeat(1_000_000), "refund"));
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5})
    void agreesWithJavaOnRandomText(long seed) throws OrtException {
        Random random = new Random(seed);
        List<String> pieces =
                new ArrayList<>(List.of(" ", "  ", "\t", "\n", ".", "?!", "\ud83d\ude00", "\u00e9", "\u0000"));
        split.test().all().stream().limit(100).forEach(message -> pieces.addAll(Vocabulary.tokens(message.text())));
        List<String> texts = new ArrayList<>();
        for (int i = 0; i < 50; i++) {
            StringBuilder text = new StringBuilder();
            for (int length = random.nextInt(40); length > 0; length--) {
                text.append(pieces.get(random.nextInt(pieces.size()))).append(random.nextInt(3) == 0 ? "" : " ");
            }
            texts.add(text.toString());
        }
        assertAgree(classifier, session, texts);
    }

    @Test
    void agreesWithJavaWithoutPairs() throws Exception {
        TextClassifier simple = TextTrainer.simple().train(split.train()).classifier();
        try (OrtSession simpleSession = OrtEnvironment.getEnvironment().createSession(simple.toOnnx())) {
            for (Message message : split.test().all()) {
                assertAgree(simple, simpleSession, List.of(message.text()));
            }
        }
    }

    @Test
    void agreesWithJavaIfTrainedOnCharactersOutsideTheBasicPlane() throws Exception {
        String bold = "\ud835\udc1b\ud835\udc28\ud835\udc25\ud835\udc1d";
        List<Message> messages = new ArrayList<>();
        for (int i = 0; i < 10; i++) {
            messages.add(new Message("plain " + bold + " ok\ud83d\ude00", "bold"));
            messages.add(new Message("plain nul\u0000l", "nul"));
        }
        TextClassifier odd = TextTrainer.simple().train(Messages.of(messages)).classifier();
        try (OrtSession oddSession = OrtEnvironment.getEnvironment().createSession(odd.toOnnx())) {
            assertAgree(odd, oddSession, List.of(bold, "ok\ud83d\ude00", "nul\u0000l", "plain " + bold));
        }
    }

    @Test
    void takesTextsAndGivesLabelsAndScores() throws OrtException {
        assertThat(session.getInputInfo()).containsOnlyKeys("text");
        assertThat(session.getOutputInfo()).containsOnlyKeys("label", "scores");
        assertThat(String.valueOf(session.getInputInfo().get("text"))).contains("STRING", "[-1]", "batch");
        assertThat(String.valueOf(session.getOutputInfo().get("label"))).contains("STRING", "[-1]");
        assertThat(String.valueOf(session.getOutputInfo().get("scores"))).contains("FLOAT", "[-1, 8]");
    }

    @Test
    void holdsTheLabelsOfItsScores() throws Exception {
        String columns = session.getMetadata().getCustomMetadata().get("columns.scores");

        assertThat(new Gson().fromJson(columns, String[].class))
                .containsExactlyElementsOf(classifier.labels())
                .contains("billing", "technical");
    }

    @Test
    void usesStandardOperatorsOnly() throws Exception {
        ModelProto proto = ModelProto.parseFrom(model);

        Set<String> operators = new TreeSet<>();
        for (NodeProto node : proto.getGraph().getNodeList()) {
            assertThat(node.getDomain()).isIn("", "ai.onnx.ml");
            operators.add(node.getOpType());
        }
        assertThat(operators)
                .containsExactly(
                        "ArgMax",
                        "Gemm",
                        "LabelEncoder",
                        "LpNormalization",
                        "Softmax",
                        "StringSplit",
                        "TfIdfVectorizer");
        assertThat(proto.getIrVersion()).isEqualTo(9);
        assertThat(proto.getOpsetImportList())
                .extracting(opset -> opset.getDomain() + " " + opset.getVersion())
                .containsExactly(" 20", "ai.onnx.ml 4");
    }

    @Test
    void saysNothingOfTheMachineOrTheTime() throws Exception {
        ModelProto proto = ModelProto.parseFrom(model);
        String bytes = new String(model, StandardCharsets.ISO_8859_1);

        assertThat(proto.getMetadataPropsList())
                .extracting(entry -> entry.getKey())
                .containsExactly("columns.scores");
        assertThat(proto.getProducerVersion()).isEmpty();
        assertThat(bytes)
                .doesNotContain(System.getProperty("user.dir"))
                .doesNotContain(System.getProperty("java.version"))
                .doesNotContain(System.getProperty("os.version"))
                .doesNotContain(InetAddress.getLoopbackAddress().getHostName())
                .doesNotContainPattern("20[0-9][0-9]-[01][0-9]-[0-3][0-9]");
    }

    @Test
    void theSameClassifierGivesTheSameBytes() {
        assertThat(classifier.toOnnx()).isEqualTo(model);
    }
}
