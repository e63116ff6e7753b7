package dev.maas.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Signatures, and the declarations that they are made of. */
class SignatureTest {
    private static final MapSpec SCORES = new MapSpec("", ElementType.STRING, ElementType.FLOAT32);

    private static TensorSpec floats(String name, String shape) {
        return new TensorSpec(name, ElementType.FLOAT32, Shape.parse(shape));
    }

    @Test
    void aSignatureTellsItsInputsAndOutputsInOrder() {
        Signature signature = Signature.of(
                List.of(floats("x", "[batch, 4]"), floats("a", "[]")),
                List.of(
                        new TensorSpec("label", ElementType.INT64, Shape.parse("[batch]")),
                        new SequenceSpec("p", SCORES)));

        assertThat(signature)
                .hasToString(
                        "(x: float32[batch, 4], a: float32[]) -> (label: int64[batch], p: sequence(map(string, float32)))");
        assertThat(signature.inputs()).extracting(TensorSpec::name).containsExactly("x", "a");
        assertThat(signature.outputs()).extracting(ValueSpec::name).containsExactly("label", "p");
        assertThat(signature.input("a")).contains(floats("a", "[]"));
        assertThat(signature.input("label")).isEmpty();
        assertThat(signature.output("p")).contains(new SequenceSpec("p", SCORES));
        assertThat(signature.output("x")).isEmpty();
    }

    @Test
    void aSignatureNeverChanges() {
        List<TensorSpec> inputs = new ArrayList<>(List.of(floats("x", "[]")));
        List<ValueSpec> outputs = new ArrayList<>(List.of(SCORES));
        Signature signature = Signature.of(inputs, outputs);
        inputs.clear();
        outputs.clear();

        assertThat(signature).isEqualTo(Signature.of(List.of(floats("x", "[]")), List.of(SCORES)));
        assertThatThrownBy(() -> signature.inputs().clear()).isInstanceOf(UnsupportedOperationException.class);
        assertThatThrownBy(() -> signature.outputs().clear()).isInstanceOf(UnsupportedOperationException.class);
    }

    @Test
    void equalityIsOfInputsAndOutputsInOrder() {
        TensorSpec x = floats("x", "[]");
        TensorSpec y = floats("y", "[]");
        Signature signature = Signature.of(List.of(x, y), List.of(x));

        assertThat(signature)
                .isEqualTo(Signature.of(List.of(x, y), List.of(x)))
                .hasSameHashCodeAs(Signature.of(List.of(x, y), List.of(x)))
                .isNotEqualTo(Signature.of(List.of(y, x), List.of(x)))
                .isNotEqualTo(Signature.of(List.of(x, y), List.of(y)))
                .isNotEqualTo("signature");
    }

    @Test
    void twoOfOneNameAreRefusedOnEachSideButNotAcross() {
        TensorSpec x = floats("x", "[]");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Signature.of(List.of(x, floats("x", "[1]")), List.of()))
                .withMessage("Two inputs are named 'x'");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Signature.of(List.of(), List.of(x, SCORES, x)))
                .withMessage("Two outputs are named 'x'");
        assertThat(Signature.of(List.of(x), List.of(x)).output("x")).contains(x);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "[batch, 4] | [batch] | true",
                "[?]        | [?, 2]  | true",
                "[1, 4]     | [batch] | false",
                "[batch]    | [2]     | false",
                "[batch]    | []      | false",
                "[batch]    | unknown | false",
                "unknown    | [batch] | false",
                "[4, batch] | [batch] | false",
            })
    void rowsCanShareARunIfEveryLeadingDimensionIsFree(String input, String output, boolean batchable) {
        assertThat(Signature.of(List.of(floats("x", input)), List.of(floats("y", output)))
                        .isBatchable())
                .isEqualTo(batchable);
    }

    @Test
    void rowsCannotShareARunWithoutInputsOrWithSequencesAndMaps() {
        TensorSpec row = floats("x", "[n]");
        assertThat(Signature.of(List.of(), List.of(row)).isBatchable()).isFalse();
        assertThat(Signature.of(List.of(row), List.of(row, SCORES)).isBatchable())
                .isFalse();
        assertThat(Signature.of(List.of(row), List.of(new SequenceSpec("p", row)))
                        .isBatchable())
                .isFalse();
        assertThat(Signature.of(List.of(row, floats("y", "[3]")), List.of(row)).isBatchable())
                .isFalse();
    }

    @Test
    void declarationsShowTheirType() {
        assertThat(floats("x", "[batch, 4]")).hasToString("x: float32[batch, 4]");
        assertThat(floats("x", "[]").typeText()).isEqualTo("float32[]");
        assertThat(floats("x", "unknown").typeText()).isEqualTo("float32[unknown rank]");
        assertThat(new MapSpec("m", ElementType.INT64, ElementType.FLOAT64)).hasToString("m: map(int64, float64)");
        assertThat(new SequenceSpec("s", new SequenceSpec("", floats("", "[n]"))))
                .hasToString("s: sequence(sequence(float32[n]))");
    }

    @Test
    @SuppressWarnings("NullAway") // What this is about.
    void declarationsHaveAllTheirParts() {
        assertThatThrownBy(() -> new TensorSpec(null, ElementType.BOOL, Shape.of()))
                .hasMessage("name");
        assertThatThrownBy(() -> new TensorSpec("x", null, Shape.of())).hasMessage("elementType");
        assertThatThrownBy(() -> new TensorSpec("x", ElementType.BOOL, null)).hasMessage("shape");
        assertThatThrownBy(() -> new SequenceSpec(null, SCORES)).hasMessage("name");
        assertThatThrownBy(() -> new SequenceSpec("s", null)).hasMessage("element");
        assertThatThrownBy(() -> new MapSpec(null, ElementType.INT64, ElementType.BOOL))
                .hasMessage("name");
        assertThatThrownBy(() -> new MapSpec("m", null, ElementType.BOOL)).hasMessage("keyType");
        assertThatThrownBy(() -> new MapSpec("m", ElementType.INT64, null)).hasMessage("valueType");
    }

    @ParameterizedTest
    @EnumSource(
            mode = EnumSource.Mode.EXCLUDE,
            names = {"INT64", "STRING"})
    void mapsHaveKeysThatJavaKeepsApart(ElementType keyType) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new MapSpec("m", keyType, ElementType.FLOAT32))
                .withMessageContaining("int64 or string; got " + keyType);
    }

    @ParameterizedTest
    @EnumSource
    void elementTypesAreReadFromTheirNames(ElementType type) {
        assertThat(ElementType.parse(type.toString())).isEqualTo(type);
        assertThat(type.toString()).isLowerCase();
        assertThat(type.isUnsigned()).isEqualTo(type.toString().startsWith("uint"));
        assertThat(type.isInteger()).isEqualTo(type.toString().contains("int"));
        assertThat(type.isFloatingPoint()).isEqualTo(type.toString().contains("float"));
    }

    @ParameterizedTest
    @CsvSource({
        "float32, 4",
        "float64, 8",
        "float16, 2",
        "bfloat16, 2",
        "int8, 1",
        "int16, 2",
        "int32, 4",
        "int64, 8",
        "uint8, 1",
        "uint16, 2",
        "uint32, 4",
        "uint64, 8",
        "bool, 1",
        "string, 0"
    })
    void elementTypesHaveTheirSizeInMemory(String name, int bytes) {
        assertThat(ElementType.parse(name).byteSize()).isEqualTo(bytes);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "float", "FLOAT32", "double", " int8"})
    void otherNamesAreNoElementTypes(String name) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> ElementType.parse(name))
                .withMessageContaining("'" + name + "'; there are [float32, float64,");
    }
}
