package dev.maas.testmodels;

import static org.assertj.core.api.Assertions.assertThat;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import dev.maas.engine.EngineOptions;
import dev.maas.engine.onnx.OnnxEngineProvider;
import dev.maas.tensor.ElementType;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** What the writer writes, the runtime reads. */
class OnnxModelsTest {
    private static OrtEnvironment environment;

    @BeforeAll
    static void startTheEngineFirst() {
        // DJL, which other tests use, must be the one that creates the environment.
        new OnnxEngineProvider().open(EngineOptions.defaults()).close();
        environment = OrtEnvironment.getEnvironment();
    }

    static Stream<Arguments> models() {
        return Stream.of(
                Arguments.of("mlp", OnnxModels.mlp(16, 32, 4), 1, 1),
                Arguments.of("identity", OnnxModels.identity(ElementType.STRING, "[batch, 2]"), 1, 1),
                Arguments.of("scalar", OnnxModels.identity(ElementType.BFLOAT16, "[]"), 1, 1),
                Arguments.of("add", OnnxModels.add(ElementType.FLOAT64, "[n]"), 2, 1),
                Arguments.of("cast", OnnxModels.cast(ElementType.INT64, ElementType.UINT32, "[n]"), 1, 1),
                Arguments.of("gather", OnnxModels.gather(), 2, 1),
                Arguments.of("nonZero", OnnxModels.nonZero(), 1, 1),
                Arguments.of("lyingShape", OnnxModels.lyingShape(), 2, 1),
                Arguments.of("slowLoop", OnnxModels.slowLoop(), 2, 1),
                Arguments.of("zipMap", OnnxModels.zipMap("ham", "spam"), 1, 2),
                Arguments.of("zipMap of numbers", OnnxModels.zipMap(7, 8, 9), 1, 2),
                Arguments.of("rows", OnnxModels.rows(ElementType.FLOAT32), 1, 1),
                Arguments.of("emptySequence", OnnxModels.emptySequence(), 1, 2),
                Arguments.of("optional", OnnxModels.optional(true), 1, 2),
                Arguments.of("no optional", OnnxModels.optional(false), 1, 2),
                Arguments.of("concat", OnnxModels.concat(5), 5, 1));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("models")
    void loads(String name, byte[] model, long inputs, long outputs) throws OrtException {
        try (OrtSession.SessionOptions options = new OrtSession.SessionOptions();
                OrtSession session = environment.createSession(model, options)) {
            assertThat(session.getNumInputs()).isEqualTo(inputs);
            assertThat(session.getNumOutputs()).isEqualTo(outputs);
        }
    }

    @Test
    void computesWhatItSays() throws OrtException {
        try (OrtSession.SessionOptions options = new OrtSession.SessionOptions();
                OrtSession session = environment.createSession(OnnxModels.slowLoop(), options);
                OnnxTensor times = OnnxTensor.createTensor(environment, 5L);
                OnnxTensor x = OnnxTensor.createTensor(environment, new float[] {1, 2});
                OrtSession.Result result = session.run(Map.of("times", times, "x", x))) {
            assertThat((float[]) result.get(0).getValue()).containsExactly(6, 7);
        }
    }

    @Test
    void writesTheSameBytesEveryTime() {
        assertThat(OnnxModels.mlp(16, 32, 4)).isEqualTo(OnnxModels.mlp(16, 32, 4));
        assertThat(OnnxModels.slowLoop()).isEqualTo(OnnxModels.slowLoop());
    }

    @Test
    void keepsAPropertyInTheModel() throws OrtException {
        byte[] model = new OnnxGraph("properties")
                .input("x", OnnxType.tensor(ElementType.INT32, "[n]"))
                .node("Identity", List.of("x"), List.of("y"))
                .output("y", OnnxType.tensor(ElementType.INT32, "[n]"))
                .property("trained-on", "mondays")
                .toModel();
        try (OrtSession.SessionOptions options = new OrtSession.SessionOptions();
                OrtSession session = environment.createSession(model, options)) {
            assertThat(session.getMetadata().getCustomMetadata()).containsExactly(Map.entry("trained-on", "mondays"));
        }
    }
}
