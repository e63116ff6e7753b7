package dev.maas.bind;

import static dev.maas.bind.TestFrame.absent;
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
import dev.maas.tensor.Signature;
import dev.maas.tensor.Tensor;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class RecordsTest {
    private static final Signature ORDER = Signature.of(
            List.of(
                    tensor("price", ElementType.FLOAT64, "[batch]"),
                    tensor("country code", ElementType.STRING, "[batch, 1]"),
                    tensor("items", ElementType.INT64, "[batch, n]")),
            List.of(
                    tensor("fraud", ElementType.FLOAT32, "[batch, 1]"),
                    tensor("reason", ElementType.STRING, "[batch]"),
                    tensor("embedding", ElementType.FLOAT32, "[batch, 2]")));

    record Order(@Name("country code") String country, List<Long> items, double price) {}

    record Decision(String reason, float fraud) {}

    record Pair<A, B>(A fraud, B embedding) {}

    private static <I, O> Binding<I, O> bind(Signature model, Class<I> in, Class<O> out) {
        return Binder.bind(model, ModelMetadata.empty(), TypeRef.of(in), TypeRef.of(out));
    }

    private static TestFrame decide(TestFrame frame) {
        return frame.gives(0, Tensor.of(new float[] {.1f, .9f, .2f}, 3, 1))
                .gives(1, Tensor.of(new String[] {"a", "far away", "c"}))
                .gives(2, Tensor.of(new float[] {1, 2, 3, 4, 5, 6}, 3, 2));
    }

    @Test
    void componentsGoByTheNamesOfTensorsInAnyOrder() {
        Binding<Order, Decision> binding = bind(ORDER, Order.class, Decision.class);
        TestFrame frame = new TestFrame(ORDER).takes(binding, new Order("NO", List.of(7L, 8L), 9.5));

        assertThat(frame.written(0, binding)).isEqualTo(9.5);
        assertThat(frame.written(1, binding)).isEqualTo(new String[] {"NO"});
        assertThat(frame.written(2, binding)).isEqualTo(new long[] {7, 8});
        assertThat(decide(frame).read(binding)).isEqualTo(new Decision("far away", .9f));
    }

    @Test
    void genericRecordsBindByTheirTypeArguments() {
        Binding<Order, Pair<Double, List<Float>>> binding = Binder.bind(
                ORDER, ModelMetadata.empty(), TypeRef.of(Order.class), new TypeRef<Pair<Double, List<Float>>>() {});
        TestFrame frame = new TestFrame(ORDER).takes(binding, new Order("NO", List.of(), 0));

        assertThat(decide(frame).read(binding)).isEqualTo(new Pair<>((double) .9f, List.of(3f, 4f)));
        assertThatExceptionOfType(InvalidInputException.class)
                .isThrownBy(() -> Binder.bind(
                        ORDER, ModelMetadata.empty(), TypeRef.of(Order.class), new TypeRef<Pair<Boolean, String>>() {}))
                .withMessageContaining("Pair<Boolean, String>")
                .withMessageContaining("Pair.fraud: Boolean")
                .withMessageContaining("Pair.embedding: String");
    }

    record Fewer(double price, @Name("country code") String country) {}

    record More(double price, @Name("country code") String country, List<Long> items, String note) {}

    @Test
    void everyInputNeedsAComponentAndEveryComponentAnInput() {
        assertThatExceptionOfType(InvalidInputException.class)
                .isThrownBy(() -> bind(ORDER, Fewer.class, Decision.class))
                .withMessageContaining("items: int64[batch, n]")
                .withMessageContaining(
                        "no component of Fewer is for this input; add one, or give one @Name(\"items\")");
        assertThatExceptionOfType(InvalidInputException.class)
                .isThrownBy(() -> bind(ORDER, More.class, Decision.class))
                .withMessageContaining("More.note: String")
                .withMessageContaining("no input is named 'note'");
    }

    record Unknown(float fraud, String verdict) {}

    @Test
    void anOutputMayBeLeftOutButNotInvented() {
        assertThatExceptionOfType(InvalidInputException.class)
                .isThrownBy(() -> bind(ORDER, Order.class, Unknown.class))
                .withMessageContaining("no output is named 'verdict'; there are [fraud, reason, embedding]");
    }

    record Twice(@Name("fraud") float a, float fraud) {}

    @Test
    void twoComponentsOfOneNameAreRefused() {
        assertThatExceptionOfType(InvalidInputException.class)
                .isThrownBy(() -> bind(ORDER, Order.class, Twice.class))
                .withMessageContaining("two components of Twice have one name; there are [fraud, fraud]");
    }

    private static final Signature IRIS = alike(ElementType.FLOAT32, "[batch, 3]");
    private static final ModelMetadata COLUMNS = ModelMetadata.builder()
            .columns("x", List.of("sepal length (cm)", "width", "petals"))
            .columns("y", List.of("setosa", "virginica", "versicolor"))
            .build();

    record Flower(
            short petals,
            @Name("sepal length (cm)") float sepalLength,
            @Nullable Float width) {}

    record Scores(double versicolor, float setosa) {}

    @Test
    void componentsGoByTheNamesOfColumnsInAnyOrder() {
        Binding<Flower, Scores> binding =
                Binder.bind(IRIS, COLUMNS, TypeRef.of(Flower.class), TypeRef.of(Scores.class));
        TestFrame frame = new TestFrame(IRIS).takes(binding, new Flower((short) 3, 1.5f, 2f));

        assertThat(binding.isRowwise()).isTrue();
        assertThat(frame.written(0, binding)).isEqualTo(new float[] {1.5f, 2, 3});
        frame.gives(0, Tensor.of(new float[] {0, 0, 0, .2f, .3f, .5f, 0, 0, 0}, 3, 3));
        assertThat(frame.read(binding)).isEqualTo(new Scores(.5f, .2f));
    }

    @Test
    void rowsOfColumnsGoTogetherAsLists() {
        List<Flower> flowers = List.of(new Flower((short) 3, 1, 2f), new Flower((short) 6, 4, 5f));

        List<Scores> scores =
                echo(IRIS, COLUMNS, new TypeRef<List<Flower>>() {}, new TypeRef<List<Scores>>() {}, flowers);

        assertThat(scores).containsExactly(new Scores(3, 1), new Scores(6, 4));
    }

    record Wrong(float width) {}

    record Odd(
            float width,
            float petals,
            @Name("sepal length (cm)") double length) {}

    @Test
    void columnsAreAllGivenKnownAndOfTheRightType() {
        assertThatExceptionOfType(InvalidInputException.class)
                .isThrownBy(() -> Binder.bind(IRIS, COLUMNS, TypeRef.of(Wrong.class), TypeRef.of(float[].class)))
                .withMessageContaining("no component of Wrong is for column 'sepal length (cm)'");
        assertThatExceptionOfType(InvalidInputException.class)
                .isThrownBy(() -> Binder.bind(IRIS, COLUMNS, TypeRef.of(Odd.class), TypeRef.of(float[].class)))
                .withMessageContaining("not every double is a float32; use float");
        assertThatExceptionOfType(InvalidInputException.class)
                .isThrownBy(() -> Binder.bind(IRIS, COLUMNS, TypeRef.of(float[].class), TypeRef.of(Wrong.class)))
                .withMessageContaining("no column is named 'width'; the columns are [setosa, virginica, versicolor]");
        assertThatExceptionOfType(InvalidInputException.class)
                .isThrownBy(() -> bind(IRIS, Flower.class, float[].class))
                .withMessageContaining("no component of Flower is for this input");
        assertThatExceptionOfType(InvalidInputException.class)
                .isThrownBy(() -> bind(IRIS, float[].class, Scores.class))
                .withMessageContaining("names no columns of 'y'; publish with columns(\"y\", …)");
    }

    @Test
    void anOutputWithOtherThanTheNamedColumnsIsAnErrorAndNotCutOff() {
        Signature model = alike(ElementType.FLOAT32, "[batch, n]");
        Binding<float[], Scores> binding =
                Binder.bind(model, COLUMNS, TypeRef.of(float[].class), TypeRef.of(Scores.class));
        TestFrame frame = new TestFrame(model).takes(binding, new float[4]).gives(0, Tensor.of(new float[12], 3, 4));

        assertThatExceptionOfType(EngineException.class)
                .isThrownBy(() -> frame.read(binding))
                .withMessageContaining("has 4 columns, and the model's metadata names 3");
    }

    @Test
    void nullsInRecordsAreRefusedByTheComponentsName() {
        Binding<Order, Decision> order = bind(ORDER, Order.class, Decision.class);
        Binding<Flower, float[]> flower =
                Binder.bind(IRIS, COLUMNS, TypeRef.of(Flower.class), TypeRef.of(float[].class));

        assertThatExceptionOfType(InvalidInputException.class)
                .isThrownBy(() -> order.shapes(absent()))
                .withMessageContaining("A model takes no nulls; expected an Order");
        assertThatExceptionOfType(InvalidInputException.class)
                .isThrownBy(() -> order.shapes(new Order(absent(), List.of(), 1)))
                .withMessageContaining("Order.country is null");
        assertThatExceptionOfType(InvalidInputException.class)
                .isThrownBy(() -> order.shapes(new Order("NO", absent(), 1)))
                .withMessageContaining("Input 'items' (int64[batch, n]) takes")
                .withMessageContaining("null");
        assertThatExceptionOfType(InvalidInputException.class)
                .isThrownBy(() -> flower.shapes(new Flower((short) 1, 2, null)))
                .withMessageContaining("Flower.width is null");
    }

    record Fussy(float fraud) {
        Fussy {
            if (fraud > .5f) {
                throw new IllegalArgumentException("too much");
            }
        }
    }

    record Broken(double price, @Name("country code") String country, List<Long> items) {
        @Override
        public double price() {
            throw new IllegalStateException("no price yet");
        }
    }

    @Test
    void whatARecordsOwnCodeThrowsIsKeptAsTheCause() {
        Binding<Order, Fussy> fussy = bind(ORDER, Order.class, Fussy.class);
        TestFrame frame = decide(new TestFrame(ORDER).takes(fussy, new Order("NO", List.of(), 1)));
        assertThatExceptionOfType(EngineException.class)
                .isThrownBy(() -> frame.read(fussy))
                .withMessageContaining("The constructor of Fussy refused what the model gave: too much")
                .withCauseInstanceOf(IllegalArgumentException.class);

        Binding<Broken, Decision> broken = bind(ORDER, Broken.class, Decision.class);
        assertThatExceptionOfType(InvalidInputException.class)
                .isThrownBy(() -> new TestFrame(ORDER).takes(broken, new Broken(1, "NO", List.of())))
                .withMessageContaining("Broken.price failed: no price yet")
                .withCauseInstanceOf(IllegalStateException.class);
    }

    private record Hidden(float x) {}

    @Test
    void privateAndLocalRecordsBind() {
        record Local(float y) {}
        assertThat(echo(
                        alike(ElementType.FLOAT32, "[batch]"),
                        TypeRef.of(Hidden.class),
                        TypeRef.of(Local.class),
                        new Hidden(3)))
                .isEqualTo(new Local(3));
    }

    record Inner(float a, float b) {}

    record Outer(Inner x, float z) {}

    @Test
    void aRecordOfColumnsFitsInsideARecordOfInputs() {
        Signature model = Signature.of(
                List.of(tensor("x", ElementType.FLOAT32, "[batch, 2]"), tensor("z", ElementType.FLOAT32, "[batch]")),
                List.of(tensor("x", ElementType.FLOAT32, "[batch, 2]"), tensor("z", ElementType.FLOAT32, "[batch]")));
        ModelMetadata columns =
                ModelMetadata.builder().columns("x", List.of("b", "a")).build();
        Outer value = new Outer(new Inner(1, 2), 3);

        assertThat(echo(model, columns, TypeRef.of(Outer.class), TypeRef.of(Outer.class), value))
                .isEqualTo(value);
        Binding<Outer, Outer> binding = Binder.bind(model, columns, TypeRef.of(Outer.class), TypeRef.of(Outer.class));
        assertThat(new TestFrame(model).takes(binding, value).written(0, binding))
                .isEqualTo(new float[] {2, 1});
    }
}
