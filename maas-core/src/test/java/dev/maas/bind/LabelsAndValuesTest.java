package dev.maas.bind;

import static dev.maas.bind.TestFrame.alike;
import static dev.maas.bind.TestFrame.echo;
import static dev.maas.bind.TestFrame.tensor;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.maas.EngineException;
import dev.maas.InvalidInputException;
import dev.maas.ModelMetadata;
import dev.maas.TypeRef;
import dev.maas.tensor.ElementType;
import dev.maas.tensor.MapSpec;
import dev.maas.tensor.Outputs;
import dev.maas.tensor.SequenceSpec;
import dev.maas.tensor.Shape;
import dev.maas.tensor.Signature;
import dev.maas.tensor.Tensor;
import dev.maas.tensor.TensorSpec;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Labels, and outputs that are no tensors: sequences and maps, such as scikit-learn's ZipMap. */
class LabelsAndValuesTest {
    enum Species {
        @Name("iris-setosa")
        SETOSA,
        @Name("iris-virginica")
        VIRGINICA
    }

    enum Confused {
        @Name("b")
        A,
        @Name("b")
        B
    }

    private static final ModelMetadata LABELS = ModelMetadata.builder()
            .columns("y", List.of("iris-setosa", "iris-virginica"))
            .build();

    private static final Signature COUNTED = Signature.of(
            List.of(tensor("x", ElementType.FLOAT32, "[batch, 1]")),
            List.of(tensor("y", ElementType.INT64, "[batch]")));

    private static TestFrame run(Binding<Float, ?> binding, Tensor output) {
        return new TestFrame(COUNTED).takes(binding, 1f).gives(0, output);
    }

    @Test
    void stringsComeOutAsEnumsByTheirNames() {
        Signature model = alike(ElementType.STRING, "[batch]");
        assertThat(echo(model, TypeRef.of(String.class), TypeRef.of(Species.class), "iris-setosa"))
                .isEqualTo(Species.SETOSA);
        assertThat(echo(model, TypeRef.of(Species.class), TypeRef.of(String.class), Species.VIRGINICA))
                .isEqualTo("iris-virginica");
        assertThatExceptionOfType(EngineException.class)
                .isThrownBy(() -> echo(model, TypeRef.of(String.class), TypeRef.of(Species.class), "rose"))
                .withMessageContaining("the label 'rose', which no constant of Species has")
                .withMessageContaining("[iris-setosa, iris-virginica]");
    }

    @Test
    void twoConstantsOfOneNameAreRefusedSideBySideWithTheModel() {
        Signature model = alike(ElementType.STRING, "[batch]");
        assertThatExceptionOfType(InvalidInputException.class)
                .isThrownBy(() ->
                        Binder.bind(model, ModelMetadata.empty(), TypeRef.of(String.class), TypeRef.of(Confused.class)))
                .withMessageContaining("two constants of Confused are named 'b'")
                .withMessageContaining("y: string[batch]");
        record Holder(Confused x) {}
        assertThatExceptionOfType(InvalidInputException.class)
                .isThrownBy(() ->
                        Binder.bind(model, ModelMetadata.empty(), TypeRef.of(Holder.class), TypeRef.of(String.class)))
                .withMessageContaining("two constants of Confused are named 'b'");
    }

    @Test
    void integersThatCountLabelsComeOutAsStringsAndEnums() {
        Binding<Float, String> text = Binder.bind(COUNTED, LABELS, TypeRef.of(Float.class), TypeRef.of(String.class));
        Binding<Float, Species> constant =
                Binder.bind(COUNTED, LABELS, TypeRef.of(Float.class), TypeRef.of(Species.class));
        Tensor second = Tensor.of(new long[] {0, 1, 0});

        assertThat(run(text, second).read(text)).isEqualTo("iris-virginica");
        assertThat(run(constant, second).read(constant)).isEqualTo(Species.VIRGINICA);
        for (long beyond : List.of(-1L, 2L, 1L << 32, Long.MIN_VALUE)) {
            assertThatExceptionOfType(EngineException.class)
                    .isThrownBy(() ->
                            run(text, Tensor.of(new long[] {0, beyond, 0})).read(text))
                    .withMessageContaining("the label number " + beyond)
                    .withMessageContaining("names 2 labels");
        }
    }

    @Test
    void integersWithoutLabelsAreNoStringsAndTheErrorSaysHow() {
        assertThatExceptionOfType(InvalidInputException.class)
                .isThrownBy(() ->
                        Binder.bind(COUNTED, ModelMetadata.empty(), TypeRef.of(Float.class), TypeRef.of(String.class)))
                .withMessageContaining("name the labels that it counts in the metadata: columns(\"y\", …)");
    }

    @Test
    void labelsOfManyRowsComeOutAsLists() {
        assertThat(echoLabels(new TypeRef<List<Species>>() {})).isEqualTo(List.of(Species.VIRGINICA, Species.SETOSA));
        assertThat(echoLabels(TypeRef.of(String[].class))).isEqualTo(new String[] {"iris-virginica", "iris-setosa"});
        assertThat(echoLabels(TypeRef.of(long[].class))).isEqualTo(new long[] {1, 0});
    }

    private static <O> O echoLabels(TypeRef<O> type) {
        Binding<float[][], O> binding = Binder.bind(COUNTED, LABELS, TypeRef.of(float[][].class), type);
        return new TestFrame(COUNTED)
                .takes(binding, new float[2][1])
                .gives(0, Tensor.of(new long[] {1, 0}))
                .read(binding);
    }

    private static final Signature ZIP_MAP = Signature.of(
            List.of(tensor("x", ElementType.FLOAT32, "[batch, 2]")),
            List.of(
                    tensor("label", ElementType.INT64, "[batch]"),
                    new SequenceSpec("scores", new MapSpec("", ElementType.STRING, ElementType.FLOAT32))));

    record Verdict(long label, Map<String, Float> scores) {}

    record EnumVerdict(Map<Species, Double> scores) {}

    private static <I, O> TestFrame classify(Binding<I, O> binding, I value) {
        return new TestFrame(ZIP_MAP)
                .takes(binding, value)
                .gives(0, Tensor.of(new long[] {0, 1, 0}))
                .gives(
                        1,
                        List.of(
                                Map.of("iris-setosa", 1f, "iris-virginica", 0f),
                                Map.of("iris-setosa", .25f, "iris-virginica", .75f),
                                Map.of("iris-setosa", 0f, "iris-virginica", 1f)));
    }

    @Test
    void aRowsOwnMapComesOutOfAZipMap() {
        Binding<float[], Verdict> binding =
                Binder.bind(ZIP_MAP, ModelMetadata.empty(), TypeRef.of(float[].class), TypeRef.of(Verdict.class));
        assertThat(binding.isRowwise()).isTrue();
        assertThat(classify(binding, new float[2]).read(binding))
                .isEqualTo(new Verdict(1, Map.of("iris-setosa", .25f, "iris-virginica", .75f)));

        Binding<float[], EnumVerdict> enums =
                Binder.bind(ZIP_MAP, ModelMetadata.empty(), TypeRef.of(float[].class), TypeRef.of(EnumVerdict.class));
        assertThat(classify(enums, new float[2]).read(enums).scores())
                .containsExactlyInAnyOrderEntriesOf(Map.of(Species.SETOSA, .25, Species.VIRGINICA, .75));
    }

    @SuppressWarnings("ArrayRecordComponent") // Nobody compares these.
    record Verdicts(long[] label, List<Map<String, Float>> scores) {}

    @Test
    void allRowsComeOutOfAZipMapAsAList() {
        Binding<float[][], Map<String, Object>> binding = Binder.bind(
                ZIP_MAP, ModelMetadata.empty(), TypeRef.of(float[][].class), new TypeRef<Map<String, Object>>() {});
        Map<String, Object> all = classify(binding, new float[3][2]).read(binding);
        assertThat(all.get("scores"))
                .isInstanceOf(List.class)
                .asInstanceOf(org.assertj.core.api.InstanceOfAssertFactories.LIST)
                .hasSize(3);

        Binding<float[][], Verdicts> typed =
                Binder.bind(ZIP_MAP, ModelMetadata.empty(), TypeRef.of(float[][].class), TypeRef.of(Verdicts.class));
        assertThat(classify(typed, new float[3][2]).read(typed).scores().get(2)).containsEntry("iris-virginica", 1f);
    }

    @Test
    void aSequenceWithOtherThanAnElementForEachRowIsAnErrorOfTheEngine() {
        Binding<float[], Verdict> binding =
                Binder.bind(ZIP_MAP, ModelMetadata.empty(), TypeRef.of(float[].class), TypeRef.of(Verdict.class));
        TestFrame frame = classify(binding, new float[2]).gives(1, List.of(Map.of("a", 1f)));
        assertThatExceptionOfType(EngineException.class)
                .isThrownBy(() -> frame.read(binding))
                .withMessageContaining("a sequence of 1 for 3 rows of input");
    }

    record WrongValues(Map<String, Integer> scores) {}

    record WrongKeys(Map<Long, Float> scores) {}

    @SuppressWarnings("ArrayRecordComponent") // Nobody compares these.
    record NoMap(float[] scores) {}

    @Test
    void typesThatDoNotFitAMapAreRefused() {
        Map<Class<?>, String> refused = Map.of(
                WrongValues.class, "not every float32 is an Integer",
                WrongKeys.class, "not every string is a Long",
                NoMap.class, "a map comes as a Map; got float[]");
        refused.forEach((type, reason) -> assertThatExceptionOfType(InvalidInputException.class)
                .isThrownBy(
                        () -> Binder.bind(ZIP_MAP, ModelMetadata.empty(), TypeRef.of(float[].class), TypeRef.of(type)))
                .withMessageContaining("scores: sequence(map(string, float32))")
                .withMessageContaining(reason));
    }

    @Test
    void narrowNumbersInMapsAreCheckedAndNotCutOff() {
        Signature model = Signature.of(
                List.of(tensor("x", ElementType.FLOAT32, "[1]")),
                List.of(new MapSpec("y", ElementType.INT64, ElementType.INT64)));
        Binding<float[], Map<Integer, Short>> binding = Binder.bind(
                model, ModelMetadata.empty(), TypeRef.of(float[].class), new TypeRef<Map<Integer, Short>>() {});
        TestFrame frame = new TestFrame(model).takes(binding, new float[1]).gives(0, Map.of(7L, -3L));
        assertThat(frame.read(binding)).isEqualTo(Map.of(7, (short) -3));
        frame.gives(0, Map.of(7L, 70_000L));
        assertThatExceptionOfType(EngineException.class)
                .isThrownBy(() -> frame.read(binding))
                .withMessageContaining("70000")
                .withMessageContaining("16-bit");
    }

    private static final Signature SEQUENCE = Signature.of(
            List.of(tensor("x", ElementType.FLOAT32, "[1]")),
            List.of(new SequenceSpec("y", new TensorSpec("", ElementType.FLOAT32, Shape.unknown()))));

    @Test
    void sequencesOfTensorsComeOutAsListsOfAnyFittingType() {
        List<Tensor> values = List.of(Tensor.of(new float[] {1, 2}), Tensor.of(new float[] {3}));
        Binding<float[], List<float[]>> arrays = Binder.bind(
                SEQUENCE, ModelMetadata.empty(), TypeRef.of(float[].class), new TypeRef<List<float[]>>() {});
        Binding<float[], List<Tensor>> tensors =
                Binder.bind(SEQUENCE, ModelMetadata.empty(), TypeRef.of(float[].class), new TypeRef<List<Tensor>>() {});
        TestFrame frame = new TestFrame(SEQUENCE).takes(arrays, new float[1]).gives(0, values);

        assertThat(frame.read(arrays)).containsExactly(new float[] {1, 2}, new float[] {3});
        assertThat(frame.read(tensors)).isEqualTo(values);
        frame.gives(0, List.of(Tensor.of(new float[4], 2, 2)));
        assertThatExceptionOfType(EngineException.class)
                .isThrownBy(() -> frame.read(arrays))
                .withMessageContaining("a tensor of 2 dimensions where the Java type float[] has 1");
    }

    @Test
    void outputsHoldEverythingByName() {
        Binding<float[], Outputs> binding =
                Binder.bind(ZIP_MAP, ModelMetadata.empty(), TypeRef.of(float[].class), TypeRef.of(Outputs.class));
        Outputs outputs = classify(binding, new float[2]).read(binding);
        assertThat(outputs.names()).containsExactly("label", "scores");
        assertThat(outputs.tensor("label")).isEqualTo(Tensor.scalar(1L));
        assertThat(outputs.map("scores")).isEqualTo(Map.of("iris-setosa", .25f, "iris-virginica", .75f));
    }
}
