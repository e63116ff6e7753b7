package dev.maas.bind;

import static dev.maas.bind.TestFrame.alike;
import static dev.maas.bind.TestFrame.tensor;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.maas.InvalidInputException;
import dev.maas.ModelMetadata;
import dev.maas.TypeRef;
import dev.maas.tensor.ElementType;
import dev.maas.tensor.Signature;
import java.math.BigDecimal;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** What somebody reads whose Java types do not fit. */
class BindingReportTest {
    private static final Signature TWO = Signature.of(
            List.of(tensor("age", ElementType.FLOAT32, "[batch, 1]"), tensor("name", ElementType.STRING, "[batch, 1]")),
            List.of(tensor("label", ElementType.INT64, "[batch]"), tensor("score", ElementType.FLOAT32, "[batch, 3]")));

    record Person(double age, String name) {}

    record Answer(String label, List<Float> score) {}

    record Nothing() {}

    private static String refusal(Signature model, TypeRef<?> in, TypeRef<?> out) {
        InvalidInputException e = catchThrowableOfType(
                InvalidInputException.class, () -> Binder.bind(model, ModelMetadata.empty(), in, out));
        return Objects.requireNonNull(e.getMessage());
    }

    @Test
    void bothSidesStandLineByLineWithWhatFitsAndWhatNot() {
        assertThat(refusal(TWO, TypeRef.of(Person.class), TypeRef.of(Answer.class)))
                .isEqualTo(String.join(
                        "\n",
                        "Predictor<Person, Answer> does not fit the model " + TWO + ":",
                        "  model                    | Java                     ",
                        "  age: float32[batch, 1]   | Person.age: double          not every double is a float32; use float",
                        "  name: string[batch, 1]   | Person.name: String         fits",
                        "  label: int64[batch]      | Answer.label: String        not every int64 is a String; use long, or"
                                + " int where the values fit, or name the labels that it counts in the metadata:"
                                + " columns(\"label\", …)",
                        "  score: float32[batch, 3] | Answer.score: List<Float>   fits",
                        "Bind other types, or give a Translator"));
    }

    private static Stream<Arguments> misfits() {
        Signature row = alike(ElementType.FLOAT32, "[batch, 4]");
        Signature text = alike(ElementType.STRING, "[batch]");
        return Stream.of(
                Arguments.of(row, TypeRef.of(double[].class), TypeRef.of(float[].class), "double[]"),
                Arguments.of(row, TypeRef.of(float[].class), TypeRef.of(int[].class), "int[]"),
                Arguments.of(row, TypeRef.of(float.class), TypeRef.of(float[].class), "one float is not [4] of them"),
                Arguments.of(row, TypeRef.of(float[][][].class), TypeRef.of(float[].class), "float[][][]"),
                Arguments.of(row, TypeRef.of(String.class), TypeRef.of(float[].class), "not every String is a float32"),
                Arguments.of(
                        row,
                        TypeRef.of(BigDecimal.class),
                        TypeRef.of(float[].class),
                        "BigDecimal is no type that binds"),
                Arguments.of(row, TypeRef.of(float[].class), TypeRef.of(Void.class), "Void is no type that binds"),
                Arguments.of(row, TypeRef.of(char[].class), TypeRef.of(float[].class), "char[]"),
                Arguments.of(row, new TypeRef<List<Object>>() {}, new TypeRef<List<Object>>() {}, "List<Object>"),
                Arguments.of(row, new TypeRef<Map<String, Float>>() {}, new TypeRef<List<String>>() {}, "List<String>"),
                Arguments.of(row, TypeRef.of(Nothing.class), TypeRef.of(float[].class), "no component of Nothing"),
                Arguments.of(text, TypeRef.of(String.class), TypeRef.of(float.class), "not every string is a float"),
                Arguments.of(text, TypeRef.of(String[][].class), TypeRef.of(String.class), "String[][]"),
                Arguments.of(TWO, TypeRef.of(float[].class), TypeRef.of(Answer.class), "the model has 2 inputs"),
                Arguments.of(
                        TWO,
                        new TypeRef<Map<String, Object>>() {},
                        TypeRef.of(float[].class),
                        "the model has 2 outputs"));
    }

    @ParameterizedTest
    @MethodSource("misfits")
    void everyMisfitNamesThePredictorTheSignatureAndTheReason(
            Signature model, TypeRef<?> in, TypeRef<?> out, String reason) {
        assertThat(refusal(model, in, out))
                .startsWith("Predictor<")
                .contains("does not fit the model " + model)
                .containsPattern("model +\\| Java")
                .contains(reason)
                .endsWith("Bind other types, or give a Translator");
    }

    @Test
    void theReadingWithFewestMisfitsIsReported() {
        // One row at a time only the output is wrong; all rows at once both would be.
        assertThat(refusal(
                        alike(ElementType.FLOAT32, "[batch, 4]"),
                        TypeRef.of(float[].class),
                        TypeRef.of(String[].class)))
                .contains("x: float32[batch, 4] | float[]    fits");
    }

    @Test
    void aTypeVariableThatBoundsItselfIsNoTrap() {
        assertThat(variable()).contains("Comparable");
    }

    private static <T extends Comparable<T>> String variable() {
        return refusal(alike(ElementType.FLOAT32, "[n]"), new TypeRef<List<T>>() {}, TypeRef.of(float[].class));
    }
}
