package dev.maas.gate;

import dev.maas.tensor.ElementType;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The element types of ONNX, with their numbers, their widths, and the field of a TensorProto that holds their values. */
enum OnnxType {
    FLOAT(1, 32, DataField.FLOAT_DATA, ElementType.FLOAT32),
    UINT8(2, 8, DataField.INT32_DATA, ElementType.UINT8),
    INT8(3, 8, DataField.INT32_DATA, ElementType.INT8),
    UINT16(4, 16, DataField.INT32_DATA, ElementType.UINT16),
    INT16(5, 16, DataField.INT32_DATA, ElementType.INT16),
    INT32(6, 32, DataField.INT32_DATA, ElementType.INT32),
    INT64(7, 64, DataField.INT64_DATA, ElementType.INT64),
    STRING(8, 0, DataField.STRING_DATA, ElementType.STRING),
    BOOL(9, 8, DataField.INT32_DATA, ElementType.BOOL),
    FLOAT16(10, 16, DataField.INT32_DATA, ElementType.FLOAT16),
    DOUBLE(11, 64, DataField.DOUBLE_DATA, ElementType.FLOAT64),
    UINT32(12, 32, DataField.UINT64_DATA, ElementType.UINT32),
    UINT64(13, 64, DataField.UINT64_DATA, ElementType.UINT64),
    COMPLEX64(14, 64, DataField.FLOAT_DATA, null),
    COMPLEX128(15, 128, DataField.DOUBLE_DATA, null),
    BFLOAT16(16, 16, DataField.INT32_DATA, ElementType.BFLOAT16),
    FLOAT8E4M3FN(17, 8, DataField.INT32_DATA, null),
    FLOAT8E4M3FNUZ(18, 8, DataField.INT32_DATA, null),
    FLOAT8E5M2(19, 8, DataField.INT32_DATA, null),
    FLOAT8E5M2FNUZ(20, 8, DataField.INT32_DATA, null),
    UINT4(21, 4, DataField.INT32_DATA, null),
    INT4(22, 4, DataField.INT32_DATA, null),
    FLOAT4E2M1(23, 4, DataField.INT32_DATA, null),
    FLOAT8E8M0(24, 8, DataField.INT32_DATA, null),
    UINT2(25, 2, DataField.INT32_DATA, null),
    INT2(26, 2, DataField.INT32_DATA, null);

    /** The typed fields of a TensorProto. */
    enum DataField {
        FLOAT_DATA,
        INT32_DATA,
        STRING_DATA,
        INT64_DATA,
        DOUBLE_DATA,
        UINT64_DATA;

        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    private final int number;
    private final int bits;
    private final DataField dataField;
    private final @Nullable ElementType elementType;

    OnnxType(int number, int bits, DataField dataField, @Nullable ElementType elementType) {
        this.number = number;
        this.bits = bits;
        this.dataField = dataField;
        this.elementType = elementType;
    }

    /** Returns the type with that number in ONNX's own enumeration, or null if there is none. */
    static @Nullable OnnxType numbered(long number) {
        OnnxType[] all = values();
        return number >= 1 && number <= all.length ? all[(int) number - 1] : null;
    }

    /** Returns ONNX's type for an element type. */
    static OnnxType of(ElementType elementType) {
        for (OnnxType type : values()) {
            if (type.elementType == elementType) {
                return type;
            }
        }
        throw new IllegalArgumentException("ONNX has no " + elementType);
    }

    int number() {
        return number;
    }

    /** Returns the type under which maas carries the elements, if it carries them. */
    Optional<ElementType> elementType() {
        return Optional.ofNullable(elementType);
    }

    DataField dataField() {
        return dataField;
    }

    /** Returns the bytes that so many elements take as raw data; types narrower than a byte are packed together. */
    long byteCount(long elements) {
        return bits < Byte.SIZE ? entryCount(elements) : Math.multiplyExact(elements, (long) bits / Byte.SIZE);
    }

    /** Returns how many entries of the typed field hold so many elements: two for a complex one, one for several narrow ones. */
    long entryCount(long elements) {
        if (this == COMPLEX64 || this == COMPLEX128) {
            return Math.multiplyExact(elements, 2L);
        }
        if (bits == 0 || bits >= Byte.SIZE) {
            return elements;
        }
        int each = Byte.SIZE / bits;
        return elements / each + (elements % each == 0 ? 0 : 1);
    }

    /** Returns ONNX's name in lower case, such as {@code float8e4m3fn}. */
    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
