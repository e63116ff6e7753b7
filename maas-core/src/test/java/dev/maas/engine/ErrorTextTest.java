package dev.maas.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class ErrorTextTest {
    private static final Path FOLDER = Path.of("/srv/models/spam/7");

    private static String clean(String message) {
        return ErrorText.of(new Exception(message), List.of(FOLDER));
    }

    static Stream<Arguments> messages() {
        return Stream.of(
                Arguments.of(
                        "Error code - ORT_FAIL - message: Load model from /srv/models/spam/7/model.onnx failed:"
                                + "This is an invalid model. Error: the graph is not acyclic.",
                        "This is an invalid model. Error: the graph is not acyclic."),
                Arguments.of(
                        "Error code - ORT_FAIL - message: Exception during initialization: "
                                + "/onnxruntime_src/onnxruntime/core/optimizer/initializer.cc:51 "
                                + "onnxruntime::Initializer::Initializer(const onnx::TensorProto&, "
                                + "const std::filesystem::__cxx11::path&) [ONNXRuntimeError] : 1 : FAIL : tensorprotoutils.cc:1412 "
                                + "GetSizeInBytesFromTensorProto Out of bounds",
                        "Exception during initialization: GetSizeInBytesFromTensorProto Out of bounds"),
                Arguments.of(
                        "Error code - ORT_FAIL - message: /onnxruntime_src/onnxruntime/core/common/safeint.h:17 static void "
                                + "SafeIntExceptionHandler<onnxruntime::OnnxRuntimeException>::SafeIntOnOverflow() Integer overflow",
                        "Integer overflow"),
                Arguments.of(
                        "Error code - ORT_FAIL - message: /onnxruntime_src/core/string_normalizer.cc:235 "
                                + "onnxruntime::StringNormalizer::Locale::Locale(const std::string&)::<lambda()> "
                                + "Failed to construct locale with name:de_DE",
                        "Failed to construct locale with name:de_DE"),
                Arguments.of(
                        "/onnxruntime_src/core/rnn.h:48 onnxruntime::RNN<T>::RNN(const onnxruntime::OpKernelInfo&) "
                                + "[with T = float] layout_ == 0 was false. Batchwise recurrent operations are not supported.",
                        "layout_ == 0 was false. Batchwise recurrent operations are not supported."),
                Arguments.of(
                        "D:\\a\\_work\\1\\s\\onnxruntime\\core\\framework\\op_kernel.cc:83 "
                                + "onnxruntime::OpKernelContext::OutputMLValue The shapes differ",
                        "onnxruntime::OpKernelContext::OutputMLValue The shapes differ"),
                Arguments.of(
                        "External data path \"/srv/models/spam/7/../w.bin\" leaves \"/srv/models/spam/7\"",
                        "External data path \"../w.bin\" leaves \"the model's folder\""),
                Arguments.of("resolved path: \"/srv/models/secret.bin\"", "resolved path: \"secret.bin\""),
                Arguments.of(
                        "Node '/layers/0/MatMul' got 3 dimensions, expected 2",
                        "Node '/layers/0/MatMul' got 3 dimensions, expected 2"));
    }

    @ParameterizedTest
    @MethodSource("messages")
    void keepsTheReasonAndCutsThePlaces(String message, String expected) {
        assertThat(clean(message)).isEqualTo(expected);
    }

    @Test
    @Timeout(10)
    void isShortAndQuickWhateverAModelCallsItsNodes() {
        for (String hostile : List.of("x", "x.", "/x", "a.cc:1 ::(", "Load model from ", "::<(")) {
            assertThat(clean(hostile.repeat(1_000_000))).hasSizeLessThan(700);
        }
    }

    @Test
    void namesTheFailureWhereThereIsNoMessage() {
        assertThat(ErrorText.of(new IllegalStateException(), List.of())).isEqualTo("IllegalStateException");
    }

    @Test
    void findsTheInnermostCause() {
        Exception root = new Exception("root");
        assertThat(ErrorText.rootOf(new RuntimeException(new RuntimeException(root))))
                .isSameAs(root);
        assertThat(ErrorText.rootOf(root)).isSameAs(root);
    }

    @Test
    void cutsThePlacesFromEveryMessageThatIsKnown() throws IOException {
        Path manifest = Path.of(System.getProperty("maas.shared", "shared"), "conformance", "bad", "MANIFEST.tsv");
        assumeTrue(Files.exists(manifest), "the conformance data is not here");
        List<String> lines = Files.readAllLines(manifest);

        for (String line : lines) {
            String text = clean(line.replace('\t', ' '));
            assertThat(text).doesNotContain("onnxruntime_src").doesNotContainPattern("\\.(cc|h):\\d+");
        }
    }
}
