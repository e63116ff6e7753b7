package dev.maas.bind;

import dev.maas.EngineException;
import dev.maas.tensor.ElementType;
import dev.maas.tensor.MapSpec;
import dev.maas.tensor.SequenceSpec;
import dev.maas.tensor.Tensor;
import dev.maas.tensor.TensorBuffer;
import dev.maas.tensor.TensorSpec;
import dev.maas.tensor.ValueSpec;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Turns a value as {@link dev.maas.tensor.Outputs} holds it into one of a Java type. Immutable and safe for use by any thread. */
interface ValueConverter {
    /** Returns the value of the Java type. */
    Object convert(Object value);

    /** Finds the converter for a Java type of what is declared so. */
    static ValueConverter of(ValueSpec spec, JavaType type) throws Misfit {
        if (type.raw() == Object.class) {
            return value -> value;
        }
        if (spec instanceof MapSpec map) {
            return ofMap(map, type);
        }
        if (spec instanceof SequenceSpec sequence) {
            if (!type.isList()) {
                throw new Misfit("a sequence comes as a List; got " + type);
            }
            ValueConverter element = of(sequence.element(), type.element());
            return value -> Collections.unmodifiableList(new ArrayList<>(
                    ((List<?>) value).stream().map(element::convert).toList()));
        }
        return ofTensor((TensorSpec) spec, type);
    }

    private static ValueConverter ofTensor(TensorSpec spec, JavaType type) throws Misfit {
        if (type.raw() == Tensor.class) {
            return value -> value;
        }
        TensorReader reader = new ReaderFactory(spec, false, List.of()).reader(type);
        return value -> {
            Tensor tensor = (Tensor) value;
            if (tensor.rank() != reader.rank) {
                throw new EngineException("A sequence gave a tensor of " + tensor.rank()
                        + " dimensions where the Java type " + type + " has " + reader.rank);
            }
            TensorBuffer buffer = new TensorBuffer(tensor.elementType());
            if (tensor.elementType() == ElementType.STRING) {
                buffer.attach(tensor.toStrings(), tensor.shape());
            } else {
                buffer.attach(tensor.buffer(), tensor.shape());
            }
            return reader.read(buffer, 0);
        };
    }

    private static ValueConverter ofMap(MapSpec spec, JavaType type) throws Misfit {
        if (!type.isMap()) {
            throw new Misfit("a map comes as a Map; got " + type);
        }
        ValueConverter key = ofScalar(spec.keyType(), type.key());
        ValueConverter cell = ofScalar(spec.valueType(), type.value());
        return value -> {
            Map<Object, Object> converted = new LinkedHashMap<>();
            ((Map<?, ?>) value).forEach((k, v) -> converted.put(key.convert(k), cell.convert(v)));
            return Collections.unmodifiableMap(converted);
        };
    }

    private static ValueConverter ofScalar(ElementType from, JavaType type) throws Misfit {
        Scalar kind = Scalar.of(type.raw());
        if (type.raw() == Object.class || (type.raw() == Number.class && from != ElementType.STRING)) {
            return value -> value;
        }
        if (kind == null || !kind.comesFrom(from)) {
            throw new Misfit("not every " + from + " is " + WriterFactory.article(type.toString()) + "; use "
                    + Scalar.givenBy(from));
        }
        @Nullable EnumNames names = kind == Scalar.ENUM ? EnumNames.of(type.raw()) : null;
        return value -> scalar(value, kind, names);
    }

    private static Object scalar(Object value, Scalar kind, @Nullable EnumNames names) {
        return switch (kind) {
            case FLOAT -> ((Number) value).floatValue();
            case DOUBLE -> ((Number) value).doubleValue();
            case LONG -> ((Number) value).longValue();
            case INT -> (int) narrow(value, Integer.SIZE);
            case SHORT -> (short) narrow(value, Short.SIZE);
            case BYTE -> (byte) narrow(value, Byte.SIZE);
            case BOOLEAN, STRING -> value;
            case ENUM -> names == null ? value : names.constantOf((String) value);
        };
    }

    private static long narrow(Object value, int bits) {
        long wide = ((Number) value).longValue();
        if ((wide << (Long.SIZE - bits)) >> (Long.SIZE - bits) != wide) {
            throw new EngineException("The model gave " + wide + ", which does not fit into the " + bits
                    + "-bit integer of the Java type; bind it as long");
        }
        return wide;
    }
}
