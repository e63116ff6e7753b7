package dev.maas.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class TensorBufferTest {
    private static Tensor random(ElementType type, Random random, long... shape) {
        int count = (int) Shape.elementCount(shape);
        if (type == ElementType.STRING) {
            String[] values = new String[count];
            Arrays.setAll(values, i -> "s" + random.nextInt(100));
            return Tensor.of(values, shape);
        }
        byte[] bytes = new byte[count * type.byteSize()];
        random.nextBytes(bytes);
        return Tensor.of(type, ByteBuffer.wrap(bytes), shape);
    }

    @ParameterizedTest
    @EnumSource
    void aTensorOfAnyTypeGoesInAndComesOutAgainInAnyOrderOfSizes(ElementType type) {
        TensorBuffer buffer = new TensorBuffer(type);
        Random random = new Random(type.name().hashCode());
        for (int round = 0; round < 100; round++) {
            Tensor tensor = random(type, random, random.nextInt(5), random.nextInt(5));
            buffer.copyFrom(tensor);

            assertThat(buffer.toTensor()).isEqualTo(tensor);
            assertThat(buffer.shape()).isEqualTo(tensor.shape());
            assertThat(buffer.hasShape(tensor.shape())).isTrue();
            assertThat(buffer.elementCount()).isEqualTo((int) tensor.elementCount());
        }
        buffer.copyFrom(random(type, random));
        assertThat(buffer.rank()).isZero();
        assertThat(buffer.elementCount()).isOne();
    }

    @Test
    void aNewBufferIsEmpty() {
        TensorBuffer buffer = new TensorBuffer(ElementType.FLOAT32);

        assertThat(buffer.elementType()).isEqualTo(ElementType.FLOAT32);
        assertThat(buffer.elementCount()).isZero();
        assertThat(buffer.shape()).containsExactly(0);
        assertThat(buffer.toTensor()).isEqualTo(Tensor.of(new float[0]));
    }

    @Test
    void theMemoryIsDirectAndInTheMachinesByteOrder() {
        TensorBuffer buffer = new TensorBuffer(ElementType.INT32);
        buffer.reshape(3);
        buffer.bytes().putInt(8, 7);

        assertThat(buffer.bytes().isDirect()).isTrue();
        assertThat(buffer.bytes().order()).isEqualTo(ByteOrder.nativeOrder());
        assertThat(buffer.toTensor().toInts()).containsExactly(0, 0, 7);
    }

    @Test
    void viewsWriteIntoTheSameMemory() {
        TensorBuffer buffer = new TensorBuffer(ElementType.INT64);
        buffer.reshape(2);
        buffer.longs().put(1, -2L);
        assertThat(buffer.bytes().getLong(8)).isEqualTo(-2);
        buffer.ints().put(0, 1);
        assertThat(buffer.bytes().getInt(0)).isOne();
        buffer.shorts().put(0, (short) 5);
        assertThat(buffer.bytes().getShort(0)).isEqualTo((short) 5);
        buffer.floats().put(0, 1.5f);
        assertThat(buffer.bytes().getFloat(0)).isEqualTo(1.5f);
        buffer.doubles().put(1, 2.5);
        assertThat(buffer.bytes().getDouble(8)).isEqualTo(2.5);
        assertThat(buffer.longs()).isSameAs(buffer.longs());
    }

    @Test
    void aSmallerShapeKeepsTheMemoryAndALargerOneMovesIt() {
        TensorBuffer buffer = new TensorBuffer(ElementType.FLOAT32);
        buffer.reshape(4, 2);
        ByteBuffer memory = buffer.bytes();
        int generation = buffer.memoryGeneration();

        buffer.reshape(4, 2);
        buffer.reshape(2, 4);
        buffer.reshape(0);
        buffer.reshape(3);
        assertThat(buffer.bytes()).isSameAs(memory);
        assertThat(buffer.memoryGeneration()).isEqualTo(generation);

        buffer.floats();
        buffer.reshape(9);
        assertThat(buffer.memoryGeneration()).isNotEqualTo(generation);
        buffer.floats().put(8, 1.5f);
        assertThat(buffer.bytes().getFloat(32)).as("views follow the memory").isEqualTo(1.5f);
    }

    @Test
    void everyViewFollowsTheMemory() {
        TensorBuffer buffer = new TensorBuffer(ElementType.INT64);
        buffer.reshape(1);
        assertThat(buffer.floats().capacity()
                        + buffer.doubles().capacity()
                        + buffer.longs().capacity()
                        + buffer.ints().capacity()
                        + buffer.shorts().capacity())
                .isEqualTo(2 + 1 + 1 + 2 + 4);
        buffer.reshape(2);
        assertThat(buffer.floats().capacity()).isEqualTo(4);
        assertThat(buffer.doubles().capacity()).isEqualTo(2);
        assertThat(buffer.longs().capacity()).isEqualTo(2);
        assertThat(buffer.ints().capacity()).isEqualTo(4);
        assertThat(buffer.shorts().capacity()).isEqualTo(8);
    }

    @Test
    void theSameShapeKeepsTheValues() {
        TensorBuffer buffer = new TensorBuffer(ElementType.FLOAT32);
        buffer.copyFrom(Tensor.of(new float[] {1, 2, 3, 4}, 2, 2));
        buffer.reshape(2, 2);
        buffer.reshapeRows(2, new long[] {2});

        assertThat(buffer.toTensor().toFloats()).containsExactly(1, 2, 3, 4);
    }

    @Test
    void rowsStandBeforeTheShapeOfARow() {
        TensorBuffer buffer = new TensorBuffer(ElementType.INT8);
        buffer.reshapeRows(3, new long[] {2, 5});
        assertThat(buffer.shape()).containsExactly(3, 2, 5);
        assertThat(buffer.dimension(2)).isEqualTo(5);

        buffer.reshapeRows(4, new long[] {2, 5});
        assertThat(buffer.shape()).containsExactly(4, 2, 5);
        buffer.reshapeRows(4, new long[] {5, 2});
        assertThat(buffer.shape()).containsExactly(4, 5, 2);
        buffer.reshapeRows(7, new long[0]);
        assertThat(buffer.shape()).containsExactly(7);
        assertThatThrownBy(() -> buffer.dimension(1)).isInstanceOf(IndexOutOfBoundsException.class);
    }

    @Test
    void whatCannotBeReshapedStaysAsItWas() {
        TensorBuffer buffer = new TensorBuffer(ElementType.FLOAT64);
        buffer.copyFrom(Tensor.of(new double[] {1, 2}));

        assertThatIllegalArgumentException().isThrownBy(() -> buffer.reshape(2, -1));
        assertThatThrownBy(() -> buffer.reshape(1L << 32)).isInstanceOf(ArithmeticException.class);
        assertThatThrownBy(() -> buffer.reshape(1L << 28)).isInstanceOf(ArithmeticException.class);
        assertThatThrownBy(() -> buffer.reshape(Long.MAX_VALUE, 2)).isInstanceOf(ArithmeticException.class);
        assertThat(buffer.toTensor()).isEqualTo(Tensor.of(new double[] {1, 2}));
    }

    @Test
    void theBufferDoesNotShareTheShapeItWasGiven() {
        TensorBuffer buffer = new TensorBuffer(ElementType.INT8);
        long[] shape = {2, 3};
        buffer.reshape(shape);
        shape[0] = 9;
        buffer.shape()[1] = 9;

        assertThat(buffer.shape()).containsExactly(2, 3);
    }

    @Test
    void aTensorOfAnotherTypeIsRefused() {
        TensorBuffer buffer = new TensorBuffer(ElementType.FLOAT32);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> buffer.copyFrom(Tensor.of(new double[] {1})))
                .withMessage("Expected a tensor of float32; got float64");
    }

    @Test
    void theTensorIsACopy() {
        TensorBuffer buffer = new TensorBuffer(ElementType.FLOAT32);
        buffer.copyFrom(Tensor.of(new float[] {1, 2}));
        Tensor tensor = buffer.toTensor();
        buffer.floats().put(0, 9);

        assertThat(tensor.toFloats()).containsExactly(1, 2);
    }

    @Test
    void aStringThatWasNotWrittenIsToldWithItsPlace() {
        TensorBuffer buffer = new TensorBuffer(ElementType.STRING);
        buffer.reshape(2);
        buffer.strings()[0] = "a";

        assertThatThrownBy(buffer::toTensor)
                .isInstanceOf(NullPointerException.class)
                .hasMessageContaining("index 1");
    }

    @Test
    void stringsMoveOnlyToAGreaterArray() {
        TensorBuffer buffer = new TensorBuffer(ElementType.STRING);
        buffer.reshape(3);
        int generation = buffer.memoryGeneration();
        buffer.reshape(2);
        assertThat(buffer.memoryGeneration()).isEqualTo(generation);
        assertThat(buffer.strings()).hasSizeGreaterThanOrEqualTo(2);
        buffer.reshape(4);
        assertThat(buffer.memoryGeneration()).isNotEqualTo(generation);
        assertThat(buffer.strings()).hasSizeGreaterThanOrEqualTo(4);
    }

    @Test
    void attachedMemoryIsReadFromItsPositionOn() {
        TensorBuffer buffer = new TensorBuffer(ElementType.FLOAT32);
        buffer.floats();
        int generation = buffer.memoryGeneration();
        ByteBuffer memory = ByteBuffer.allocateDirect(16).order(ByteOrder.nativeOrder());
        memory.putFloat(4, 1.5f).putFloat(8, 2.5f).position(4).limit(12);
        buffer.attach(memory, 1, 2);

        assertThat(buffer.memoryGeneration()).isNotEqualTo(generation);
        assertThat(buffer.shape()).containsExactly(1, 2);
        assertThat(buffer.floats().get(1)).isEqualTo(2.5f);
        assertThat(buffer.toTensor()).isEqualTo(Tensor.of(new float[] {1.5f, 2.5f}, 1, 2));
        memory.putFloat(4, 7);
        memory.position(0);
        assertThat(buffer.floats().get(0)).as("shared").isEqualTo(7);
    }

    @Test
    void attachedStringsAreSharedAndMayBeMoreThanTheShapeNeeds() {
        TensorBuffer buffer = new TensorBuffer(ElementType.STRING);
        int generation = buffer.memoryGeneration();
        String[] values = {"a", "b", "c"};
        buffer.attach(values, 2, 1);

        assertThat(buffer.strings()).isSameAs(values);
        assertThat(buffer.memoryGeneration()).isNotEqualTo(generation);
        assertThat(buffer.toTensor()).isEqualTo(Tensor.of(new String[] {"a", "b"}, 2, 1));
    }

    @Test
    void memoryThatDoesNotFitIsNotAttached() {
        TensorBuffer floats = new TensorBuffer(ElementType.FLOAT32);
        floats.copyFrom(Tensor.of(new float[] {1}));
        ByteBuffer memory = ByteBuffer.allocateDirect(8).order(ByteOrder.nativeOrder());
        ByteBuffer foreign = ByteBuffer.allocateDirect(8)
                .order(
                        ByteOrder.nativeOrder() == ByteOrder.BIG_ENDIAN
                                ? ByteOrder.LITTLE_ENDIAN
                                : ByteOrder.BIG_ENDIAN);
        TensorBuffer strings = new TensorBuffer(ElementType.STRING);

        assertThatIllegalArgumentException()
                .isThrownBy(() -> floats.attach(memory, 3))
                .withMessageContaining("3 elements of 4 bytes")
                .withMessageContaining("8 bytes");
        assertThatIllegalArgumentException()
                .isThrownBy(() ->
                        floats.attach(memory.duplicate().order(memory.order()).position(4), 2));
        assertThatIllegalArgumentException().isThrownBy(() -> floats.attach(foreign, 2));
        assertThatIllegalArgumentException().isThrownBy(() -> floats.attach(memory, -1));
        assertThatIllegalArgumentException().isThrownBy(() -> floats.attach(memory, Long.MAX_VALUE, 2));
        assertThatIllegalArgumentException().isThrownBy(() -> floats.attach(memory, 1L << 62));
        assertThatIllegalArgumentException().isThrownBy(() -> floats.attach(new String[] {"a"}, 1));
        assertThatIllegalArgumentException().isThrownBy(() -> strings.attach(memory, 1));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> strings.attach(new String[] {"a"}, 2))
                .withMessageContaining("holds 2 strings; got 1");
        assertThat(floats.toTensor()).isEqualTo(Tensor.of(new float[] {1}));
    }
}
