package dev.maas.bind;

import static dev.maas.bind.TestFrame.absent;
import static dev.maas.bind.TestFrame.alike;
import static dev.maas.bind.TestFrame.echo;
import static dev.maas.bind.TestFrame.tensor;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.maas.InvalidInputException;
import dev.maas.ModelMetadata;
import dev.maas.TypeRef;
import dev.maas.tensor.ElementType;
import dev.maas.tensor.Signature;
import dev.maas.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class MapsTest {
    private static final TypeRef<Map<String, Object>> ANYTHING = new TypeRef<>() {};
    private static final TypeRef<Map<String, ?>> WILD = new TypeRef<>() {};
    private static final Signature MODEL = Signature.of(
            List.of(tensor("text", ElementType.STRING, "[batch, 1]"), tensor("n", ElementType.INT64, "[batch, k]")),
            List.of(
                    tensor("label", ElementType.STRING, "[batch]"),
                    tensor("score", ElementType.FLOAT32, "[batch, 2]")));

    enum Size {
        SMALL,
        LARGE {
            @Override
            public String toString() {
                return "a constant with a body";
            }
        }
    }

    private static TestFrame take(Map<String, ?> value) {
        Binding<Map<String, ?>, Map<String, Object>> binding =
                Binder.bind(MODEL, ModelMetadata.empty(), WILD, ANYTHING);
        return new TestFrame(MODEL).takes(binding, value);
    }

    private static Map<String, Object> input(Object text, Object numbers) {
        Map<String, Object> map = new HashMap<>();
        map.put("text", text);
        map.put("n", numbers);
        return map;
    }

    @Test
    void valuesOfAnyKindThatFitsGoByTheNamesOfInputs() {
        Binding<Map<String, ?>, Map<String, Object>> binding =
                Binder.bind(MODEL, ModelMetadata.empty(), WILD, ANYTHING);
        for (Object numbers : List.of(
                new long[] {7, 8},
                new int[] {7, 8},
                new Long[] {7L, 8L},
                List.of(7L, 8L),
                List.of(7, 8),
                List.of((short) 7, (short) 8))) {
            TestFrame frame = new TestFrame(MODEL).takes(binding, input("hello", numbers));
            assertThat(frame.written(0, binding)).isEqualTo(new String[] {"hello"});
            assertThat(frame.written(1, binding)).as("%s", numbers).isEqualTo(new long[] {7, 8});
        }
        assertThat(take(input(Size.LARGE, List.of())).written(0, binding)).isEqualTo(new String[] {"LARGE"});
        assertThat(take(input(List.of(Size.LARGE), List.of())).written(0, binding))
                .isEqualTo(new String[] {"LARGE"});
    }

    @Test
    void outputsComeByTheirNamesInTheModelsOrder() {
        Binding<Map<String, ?>, Map<String, Object>> binding =
                Binder.bind(MODEL, ModelMetadata.empty(), WILD, ANYTHING);
        TestFrame frame = take(input("hello", new long[1]))
                .gives(0, Tensor.of(new String[] {"a", "b", "c"}))
                .gives(1, Tensor.of(new float[] {1, 2, 3, 4, 5, 6}, 3, 2));

        Map<String, Object> result = frame.read(binding);

        assertThat(result.keySet()).containsExactly("label", "score");
        assertThat(result.get("label")).isEqualTo(Tensor.scalar("b"));
        assertThat(result.get("score")).isEqualTo(Tensor.of(new float[] {3, 4}));
        org.assertj.core.api.Assertions.assertThatThrownBy(result::clear)
                .isInstanceOf(UnsupportedOperationException.class);
    }

    @Test
    void missingAndUnknownNamesAreBothTold() {
        Map<String, Object> value = new LinkedHashMap<>();
        value.put("text", "a");
        value.put("m", 1L);
        assertThatExceptionOfType(InvalidInputException.class)
                .isThrownBy(() -> take(value))
                .withMessageContaining("takes the inputs [text, n]; missing are [n]; unknown are [m]");
        assertThatExceptionOfType(InvalidInputException.class)
                .isThrownBy(() -> take(Map.of()))
                .withMessageContaining("missing are [text, n]");
        Map<String, Object> extra = input("a", List.of());
        extra.put(absent(), 1L);
        assertThatExceptionOfType(InvalidInputException.class)
                .isThrownBy(() -> take(extra))
                .withMessageContaining("unknown are [null]");
    }

    @Test
    void valuesThatDoNotFitAreRefusedByTheInputsName() {
        Map<Object, String> refused = new LinkedHashMap<>();
        refused.put(1.5, "not every Double is an int64; use long");
        refused.put(new double[1], "not every double is an int64; use long");
        refused.put("seven", "not every String is an int64");
        refused.put(List.of(1L, 2.5), "takes Long; got Double");
        refused.put(List.of("a"), "not every String is an int64");
        refused.put(new long[1][1], "leave the leading dimension out");
        refused.put(Tensor.of(new long[1], 1, 1), "leave the leading dimension out");
        refused.put(new Object(), "takes numbers, strings, and arrays or lists of these; got Object");
        refused.put(new java.util.BitSet(), "BitSet is no type that binds");
        refused.forEach((value, reason) -> assertThatExceptionOfType(InvalidInputException.class)
                .as("%s", value)
                .isThrownBy(() -> take(input("a", value)))
                .withMessageContaining("Input 'n' (int64[batch, k])")
                .withMessageContaining(reason));
    }

    @Test
    void nullsAreRefusedAtEveryDepth() {
        for (Object nothing : Arrays.asList(absent(), Arrays.asList(1L, null), Arrays.asList(null, 1L), new Long[1])) {
            assertThatExceptionOfType(InvalidInputException.class)
                    .isThrownBy(() -> take(input("a", nothing)))
                    .withMessageContaining("takes no nulls");
        }
        assertThatExceptionOfType(InvalidInputException.class)
                .isThrownBy(() -> take(absent()))
                .withMessageContaining("A model takes no nulls");
    }

    @Test
    void aListThatChangesItsKindDuringTheCallIsRefused() {
        Binding<Map<String, ?>, Map<String, Object>> binding =
                Binder.bind(MODEL, ModelMetadata.empty(), WILD, ANYTHING);
        List<Object> numbers = new ArrayList<>(List.of(1L, 2L));
        Map<String, Object> value = input("a", numbers);
        TestFrame frame = new TestFrame(MODEL).takes(binding, value);

        for (Object other : List.of("text", 2.5)) {
            numbers.set(1, other);
            assertThatExceptionOfType(InvalidInputException.class).isThrownBy(() -> binding.write(value, frame, 1));
        }
        value.remove("n");
        assertThatExceptionOfType(InvalidInputException.class)
                .isThrownBy(() -> binding.write(value, frame, 1))
                .withMessageContaining("Input 'n' became null during the call");
    }

    @Test
    void typedValuesAreCheckedWhenBound() {
        assertThatExceptionOfType(InvalidInputException.class)
                .isThrownBy(() ->
                        Binder.bind(MODEL, ModelMetadata.empty(), new TypeRef<Map<String, float[]>>() {}, ANYTHING))
                .withMessageContaining("\"text\" → float[]")
                .withMessageContaining("not every float is a string");
        assertThatExceptionOfType(InvalidInputException.class)
                .isThrownBy(() ->
                        Binder.bind(MODEL, ModelMetadata.empty(), new TypeRef<Map<Integer, Object>>() {}, ANYTHING))
                .withMessageContaining("inputs go by name, so the keys are of type String");
        assertThatExceptionOfType(InvalidInputException.class)
                .isThrownBy(
                        () -> Binder.bind(MODEL, ModelMetadata.empty(), ANYTHING, new TypeRef<Map<Size, Object>>() {}))
                .withMessageContaining("outputs go by name, so the keys are of type String");
    }

    @Test
    void wholeTensorsGoWithAllDimensions() {
        TypeRef<Map<String, Tensor>> tensors = new TypeRef<>() {};
        Map<String, Tensor> value =
                Map.of("text", Tensor.of(new String[] {"a"}, 1, 1), "n", Tensor.of(new long[] {1, 2}, 1, 2));
        Binding<Map<String, Tensor>, Map<String, Object>> binding =
                Binder.bind(MODEL, ModelMetadata.empty(), tensors, ANYTHING);

        assertThat(binding.isRowwise()).isFalse();
        assertThat(binding.shapes(value)).isEqualTo(new long[][] {{1, 1}, {1, 2}});
        assertThatExceptionOfType(InvalidInputException.class)
                .isThrownBy(() -> binding.shapes(Map.of("text", Tensor.scalar(1f), "n", Tensor.scalar(1L))))
                .withMessageContaining("Input 'text' (string[batch, 1]) takes a tensor of that type; got float32[]");
    }

    private static final ModelMetadata COLUMNS = ModelMetadata.builder()
            .columns("x", List.of("a", "b"))
            .columns("y", List.of("SMALL", "LARGE"))
            .build();

    @Test
    void aMapOfColumnsIsOneRow() {
        Signature model = alike(ElementType.FLOAT32, "[batch, 2]");
        TypeRef<Map<String, Float>> floats = new TypeRef<>() {};
        Map<String, Float> value = new TreeMap<>(Map.of("b", 2f, "a", 1f));

        Map<String, Float> back = echo(model, COLUMNS, floats, floats, value);

        assertThat(back).containsExactly(Map.entry("SMALL", 1f), Map.entry("LARGE", 2f));
        assertThat(echo(model, COLUMNS, floats, new TypeRef<Map<Size, Double>>() {}, value))
                .containsExactly(Map.entry(Size.SMALL, 1.0), Map.entry(Size.LARGE, 2.0));
        assertThat(echo(model, COLUMNS, new TypeRef<Map<String, Number>>() {}, floats, Map.of("a", 1f, "b", (short) 2)))
                .containsExactly(Map.entry("SMALL", 1f), Map.entry("LARGE", 2f));
    }

    @Test
    void columnsMustAllBeThereWithValuesThatFit() {
        Signature model = alike(ElementType.FLOAT32, "[batch, 2]");
        TypeRef<Map<String, Object>> any = new TypeRef<>() {};
        Map<String, Object> withNull = new HashMap<>(Map.of("a", 1f));
        withNull.put("b", absent());
        Map<Map<String, Object>, String> refused = Map.of(
                Map.of("a", 1f),
                "none came for 'b'",
                withNull,
                "none came for 'b'",
                Map.of("a", 1f, "b", 2f, "c", 3f),
                "has the columns [a, b]; got also [c]",
                Map.of("a", 1f, "b", 2.0),
                "takes float in column 'b'; got Double",
                Map.of("a", 1f, "b", "two"),
                "takes float in column 'b'; got String",
                Map.of("a", 1f, "b", new float[1]),
                "takes float in column 'b'; got float[]");
        refused.forEach((value, reason) -> assertThatExceptionOfType(InvalidInputException.class)
                .isThrownBy(() -> echo(model, COLUMNS, any, any, value))
                .withMessageContaining("Input 'x' (float32[batch, 2])")
                .withMessageContaining(reason));
    }

    @Test
    void aMapOfInputsIsNotMistakenForARowWhereColumnsHaveNames() {
        Signature model = alike(ElementType.FLOAT32, "[batch, 2]");
        assertThat(echo(
                        model,
                        COLUMNS,
                        new TypeRef<Map<String, float[]>>() {},
                        new TypeRef<Map<String, float[]>>() {},
                        Map.of("x", new float[] {1, 2})))
                .hasEntrySatisfying("y", y -> assertThat(y).containsExactly(1, 2));
    }

    @Test
    void aMapOfOneOutputNeedsNoColumns() {
        Signature model = alike(ElementType.FLOAT32, "[batch, 1]");
        assertThat(echo(
                        model,
                        new TypeRef<Map<String, Float>>() {},
                        new TypeRef<Map<String, Float>>() {},
                        Map.of("x", 3f)))
                .containsExactly(Map.entry("y", 3f));
    }

    @Test
    void anEnumWithoutAConstantForAColumnIsRefused() {
        ModelMetadata columns =
                ModelMetadata.builder().columns("y", List.of("SMALL", "HUGE")).build();
        assertThatExceptionOfType(InvalidInputException.class)
                .isThrownBy(() -> Binder.bind(
                        alike(ElementType.FLOAT32, "[batch, 2]"),
                        columns,
                        TypeRef.of(float[].class),
                        new TypeRef<Map<Size, Float>>() {}))
                .withMessageContaining("no constant of Size is for column 'HUGE'");
    }
}
