package dev.maas.cli;

import dev.maas.InvalidInputException;
import dev.maas.tensor.ElementType;
import java.util.LinkedHashMap;
import java.util.Map;

/** The names that the Open Inference Protocol has for the types of elements. The methods are pure. */
final class Datatypes {
    private static final Map<String, ElementType> TYPES = new LinkedHashMap<>();

    static {
        TYPES.put("BOOL", ElementType.BOOL);
        TYPES.put("UINT8", ElementType.UINT8);
        TYPES.put("UINT16", ElementType.UINT16);
        TYPES.put("UINT32", ElementType.UINT32);
        TYPES.put("UINT64", ElementType.UINT64);
        TYPES.put("INT8", ElementType.INT8);
        TYPES.put("INT16", ElementType.INT16);
        TYPES.put("INT32", ElementType.INT32);
        TYPES.put("INT64", ElementType.INT64);
        TYPES.put("FP16", ElementType.FLOAT16);
        TYPES.put("FP32", ElementType.FLOAT32);
        TYPES.put("FP64", ElementType.FLOAT64);
        TYPES.put("BF16", ElementType.BFLOAT16);
        TYPES.put("BYTES", ElementType.STRING);
    }

    private Datatypes() {}

    /** Returns the protocol's name of a type. */
    static String name(ElementType type) {
        return TYPES.entrySet().stream()
                .filter(entry -> entry.getValue() == type)
                .map(Map.Entry::getKey)
                .findFirst()
                .orElseThrow();
    }

    /**
     * Returns the type of that name.
     *
     * @throws InvalidInputException if the protocol has none of that name
     */
    static ElementType parse(String name) {
        ElementType type = TYPES.get(name);
        if (type == null) {
            throw new InvalidInputException("There is no datatype '" + name + "'; there are " + TYPES.keySet());
        }
        return type;
    }
}
