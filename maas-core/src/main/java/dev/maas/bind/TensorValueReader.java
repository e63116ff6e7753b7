package dev.maas.bind;

import dev.maas.tensor.ElementType;
import dev.maas.tensor.Tensor;
import dev.maas.tensor.TensorBuffer;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;

/** Copies the dimensions into a tensor of their own; as many as the output has, or all but the leading one. */
final class TensorValueReader extends TensorReader {
    private final int skipped;

    TensorValueReader(boolean withoutLeading) {
        super(ANY_RANK);
        this.skipped = withoutLeading ? 1 : 0;
    }

    @Override
    Object read(TensorBuffer from, int at) {
        long[] shape = Arrays.copyOfRange(from.shape(), skipped, from.rank());
        int count = from.elementCount();
        if (skipped > 0 && count > 0) {
            count /= (int) from.dimension(0);
        }
        if (from.elementType() == ElementType.STRING) {
            String[] texts = new String[count];
            for (int i = 0; i < count; i++) {
                texts[i] = Cells.getText(from, at + i);
            }
            return Tensor.of(texts, shape);
        }
        int size = from.elementType().byteSize();
        ByteBuffer values = from.bytes().duplicate().order(ByteOrder.nativeOrder());
        return Tensor.of(from.elementType(), values.limit((at + count) * size).position(at * size), shape);
    }
}
