package dev.maas.gate;

import dev.maas.tensor.ElementType;
import dev.maas.tensor.Tensor;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Reads one TensorProto with its values: as raw bytes, or in whichever typed field its element type uses. */
final class TensorDecoder {
    private static final int MOST_RANK = 64;

    private final WireReader reader;
    private final List<Long> dimensions = new ArrayList<>();
    private long dataType;
    private byte @Nullable [] raw;
    private final List<String> strings = new ArrayList<>();

    // The typed fields as they come: each value's bits, before the element type, which may come last, says how wide it
    // is.
    private OnnxType.@Nullable DataField dataField;
    private long[] values = new long[16];
    private int count;

    TensorDecoder(WireReader reader) {
        this.reader = reader;
    }

    /** Reads the present message. */
    Tensor read() throws IOException {
        while (reader.nextField()) {
            switch (reader.field()) {
                case 1 -> reader.integers(this::addDimension);
                case 2 -> dataType = reader.once().integer();
                case 4 -> reader.fixed32(in(OnnxType.DataField.FLOAT_DATA)::add);
                case 5 -> reader.integers(in(OnnxType.DataField.INT32_DATA)::add);
                case 6 -> in(OnnxType.DataField.STRING_DATA).strings.add(reader.looseText(Integer.MAX_VALUE));
                case 7 -> reader.integers(in(OnnxType.DataField.INT64_DATA)::add);
                case 9 -> raw = reader.once().bytes(Integer.MAX_VALUE);
                case 10 -> reader.fixed64(in(OnnxType.DataField.DOUBLE_DATA)::add);
                case 11 -> reader.integers(in(OnnxType.DataField.UINT64_DATA)::add);
                case 14 -> {
                    if (reader.once().integer() != 0) {
                        throw reader.malformed("its values lie in another file");
                    }
                }
                default -> reader.skip();
            }
        }
        return tensor();
    }

    private void addDimension(long size) {
        if (size < 0 || dimensions.size() == MOST_RANK) {
            throw reader.malformed("its dimensions are " + dimensions + " and " + size);
        }
        dimensions.add(size);
    }

    private TensorDecoder in(OnnxType.DataField field) {
        if (dataField != null && dataField != field) {
            throw reader.malformed("it has values in " + dataField + " and in " + field);
        }
        dataField = field;
        return this;
    }

    private void add(long value) {
        if (count == values.length) {
            values = Arrays.copyOf(values, Math.multiplyExact(2, count));
        }
        values[count++] = value;
    }

    private Tensor tensor() {
        OnnxType type = OnnxType.numbered(dataType);
        ElementType elementType = type == null ? null : type.elementType().orElse(null);
        if (type == null || elementType == null) {
            throw reader.malformed("it holds " + (type == null ? "the unknown type " + dataType : type)
                    + ", which maas does not carry");
        }
        if (raw == null && dataField != null && dataField != type.dataField()) {
            throw reader.malformed("it holds " + type + ", but has its values in " + dataField);
        }
        long[] shape = dimensions.stream().mapToLong(Long::longValue).toArray();
        try {
            return elementType == ElementType.STRING
                    ? Tensor.of(strings.toArray(new String[0]), shape)
                    : Tensor.of(elementType, bytes(elementType.byteSize()).order(ByteOrder.LITTLE_ENDIAN), shape);
        } catch (IllegalArgumentException | ArithmeticException e) {
            throw reader.malformed(String.valueOf(e.getMessage()));
        }
    }

    private ByteBuffer bytes(int width) {
        if (raw != null) {
            return ByteBuffer.wrap(raw);
        }
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(count);
        for (int i = 0; i < count; i++) {
            for (int shift = 0; shift < width * Byte.SIZE; shift += Byte.SIZE) {
                bytes.write((int) (values[i] >>> shift));
            }
        }
        return ByteBuffer.wrap(bytes.toByteArray());
    }
}
