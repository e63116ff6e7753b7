package dev.maas.engine.djl;

import ai.djl.ndarray.types.DataType;
import dev.maas.tensor.ElementType;
import java.util.Optional;

/** Element types as DJL names them. */
final class DjlTypes {
    private DjlTypes() {}

    static DataType dataType(ElementType type) {
        return switch (type) {
            case FLOAT32 -> DataType.FLOAT32;
            case FLOAT64 -> DataType.FLOAT64;
            case FLOAT16 -> DataType.FLOAT16;
            case BFLOAT16 -> DataType.BFLOAT16;
            case INT8 -> DataType.INT8;
            case INT16 -> DataType.INT16;
            case INT32 -> DataType.INT32;
            case INT64 -> DataType.INT64;
            case UINT8 -> DataType.UINT8;
            case UINT16 -> DataType.UINT16;
            case UINT32 -> DataType.UINT32;
            case UINT64 -> DataType.UINT64;
            case BOOL -> DataType.BOOLEAN;
            case STRING -> DataType.STRING;
        };
    }

    static Optional<ElementType> elementType(DataType type) {
        for (ElementType candidate : ElementType.values()) {
            if (dataType(candidate) == type) {
                return Optional.of(candidate);
            }
        }
        return Optional.empty();
    }
}
