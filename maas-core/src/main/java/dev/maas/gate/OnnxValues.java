package dev.maas.gate;

import dev.maas.ModelLoadException;
import dev.maas.tensor.ElementType;
import dev.maas.tensor.MapSpec;
import dev.maas.tensor.SequenceSpec;
import dev.maas.tensor.Tensor;
import dev.maas.tensor.TensorSpec;
import dev.maas.tensor.ValueSpec;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Reads and writes values as ONNX stores them beside models: TensorProto, SequenceProto, MapProto and OptionalProto.
 *
 * <p>Values are what {@code Outputs} holds: a {@link Tensor}, a {@link List} of values, or a {@link Map} from {@code Long} or
 * {@code String} to boxed scalars.
 */
final class OnnxValues {
    private static final int MOST_DEPTH = 100;
    private static final int TENSOR_KIND = 1;
    private static final int SEQUENCE_KIND = 3;
    private static final int MAP_KIND = 4;

    private OnnxValues() {}

    /**
     * Reads a value of the declared type from a file's bytes.
     *
     * @throws ModelLoadException if the bytes are no such value
     */
    static Object read(String file, byte[] bytes, OnnxModel.Value declared) {
        WireReader reader =
                new WireReader(file, declared.type(), new ByteArrayInputStream(bytes), bytes.length, MOST_DEPTH);
        try {
            Object value = declared.isOptional()
                    ? readOptional(reader)
                    : readAs(reader, declared.spec().orElse(null));
            if (value == null) {
                throw reader.malformed("it is absent");
            }
            return value;
        } catch (IOException e) {
            throw new UncheckedIOException(e); // Memory does not fail.
        }
    }

    private static Object readAs(WireReader reader, @Nullable ValueSpec spec) throws IOException {
        if (spec instanceof SequenceSpec) {
            return readSequence(reader);
        }
        return spec instanceof MapSpec ? readMap(reader) : new TensorDecoder(reader).read();
    }

    private static List<Object> readSequence(WireReader reader) throws IOException {
        List<Object> values = new ArrayList<>();
        while (reader.nextField()) {
            switch (reader.field()) {
                case 3 -> reader.message("tensor_values", () -> values.add(new TensorDecoder(reader).read()));
                case 5 -> reader.message("sequence_values", () -> values.add(readSequence(reader)));
                case 6 -> reader.message("map_values", () -> values.add(readMap(reader)));
                case 4, 7 -> throw reader.malformed("a sequence holds sparse or optional values");
                default -> reader.skip();
            }
        }
        return List.copyOf(values);
    }

    /** The values of a map are a sequence with one scalar for each key, or with one tensor that holds them all. */
    private static Map<Object, Object> readMap(WireReader reader) throws IOException {
        List<Object> keys = new ArrayList<>();
        List<Object> values = new ArrayList<>();
        while (reader.nextField()) {
            switch (reader.field()) {
                case 3 -> reader.integers(keys::add);
                case 4 -> keys.add(reader.looseText(Integer.MAX_VALUE));
                case 5 -> reader.once().message("values", () -> addElements(readSequence(reader), values));
                default -> reader.skip();
            }
        }
        if (keys.size() != values.size()) {
            throw reader.malformed("a map has " + keys.size() + " keys and " + values.size() + " values");
        }
        Map<Object, Object> map = new LinkedHashMap<>();
        for (int i = 0; i < keys.size(); i++) {
            map.put(keys.get(i), values.get(i));
        }
        return map;
    }

    private static void addElements(List<Object> tensors, List<Object> values) {
        for (Object each : tensors) {
            if (each instanceof Tensor tensor) {
                for (long i = 0; i < tensor.elementCount(); i++) {
                    values.add(tensor.element(i));
                }
            }
        }
    }

    private static @Nullable Object readOptional(WireReader reader) throws IOException {
        @Nullable Object[] value = {null};
        while (reader.nextField()) {
            switch (reader.field()) {
                case 3 -> reader.once().message("tensor_value", () -> value[0] = new TensorDecoder(reader).read());
                case 5 -> reader.once().message("sequence_value", () -> value[0] = readSequence(reader));
                case 6 -> reader.once().message("map_value", () -> value[0] = readMap(reader));
                case 7 -> reader.once().message("optional_value", () -> value[0] = readOptional(reader));
                case 4 -> throw reader.malformed("an optional value holds a sparse tensor");
                default -> reader.skip();
            }
        }
        return value[0];
    }

    /**
     * Writes a value of the declared type.
     *
     * @throws IllegalArgumentException if the value is of another type, or maas does not carry that type
     */
    static byte[] write(OnnxModel.Value declared, Object value) {
        ValueSpec spec = declared.spec()
                .orElseThrow(() -> new IllegalArgumentException("maas does not carry " + declared.type()));
        WireWriter written = write(spec, value).text(nameField(spec), declared.name());
        if (!declared.isOptional()) {
            return written.toBytes();
        }
        return new WireWriter()
                .text(1, declared.name())
                .integer(2, kind(spec))
                .message(valueField(spec), written)
                .toBytes();
    }

    /** The number by which sequences and optional values say what they hold. */
    private static int kind(ValueSpec spec) {
        return spec instanceof TensorSpec ? TENSOR_KIND : spec instanceof SequenceSpec ? SEQUENCE_KIND : MAP_KIND;
    }

    /** The field of sequences and optional values that holds values of that kind. */
    private static int valueField(ValueSpec spec) {
        return spec instanceof TensorSpec ? 3 : spec instanceof SequenceSpec ? 5 : 6;
    }

    private static int nameField(ValueSpec spec) {
        return spec instanceof TensorSpec ? 8 : 1;
    }

    private static WireWriter write(ValueSpec spec, Object value) {
        if (spec instanceof TensorSpec tensorSpec
                && value instanceof Tensor tensor
                && tensor.elementType() == tensorSpec.elementType()) {
            return writeTensor(tensor);
        }
        if (spec instanceof SequenceSpec sequenceSpec && value instanceof List<?> list) {
            ValueSpec element = sequenceSpec.element();
            WireWriter sequence = new WireWriter().integer(2, kind(element));
            list.forEach(each -> sequence.message(valueField(element), write(element, each)));
            return sequence;
        }
        if (spec instanceof MapSpec mapSpec && value instanceof Map<?, ?> map) {
            return writeMap(mapSpec, map);
        }
        throw new IllegalArgumentException("Expected " + spec.typeText() + "; got "
                + (value instanceof Tensor tensor
                        ? tensor.toString()
                        : value.getClass().getName()));
    }

    private static WireWriter writeMap(MapSpec spec, Map<?, ?> map) {
        boolean numbered = spec.keyType() == ElementType.INT64;
        WireWriter written =
                new WireWriter().integer(2, OnnxType.of(spec.keyType()).number());
        WireWriter values = new WireWriter().integer(2, TENSOR_KIND);
        map.forEach((key, value) -> {
            if (numbered) {
                written.integer(3, (Long) key);
            } else {
                written.text(4, (String) key);
            }
            values.message(3, writeTensor(scalar(spec.valueType(), value)));
        });
        return written.message(5, values);
    }

    private static WireWriter writeTensor(Tensor tensor) {
        WireWriter written = new WireWriter();
        Arrays.stream(tensor.shape()).forEach(size -> written.integer(1, size));
        written.integer(2, OnnxType.of(tensor.elementType()).number());
        if (tensor.elementType() == ElementType.STRING) {
            for (String text : tensor.toStrings()) {
                written.text(6, text);
            }
            return written;
        }
        return written.bytes(9, littleEndian(tensor));
    }

    private static byte[] littleEndian(Tensor tensor) {
        ByteBuffer target = ByteBuffer.allocate((int) tensor.byteSize()).order(ByteOrder.LITTLE_ENDIAN);
        ByteBuffer source = tensor.buffer();
        switch (tensor.elementType().byteSize()) {
            case Long.BYTES -> target.asLongBuffer().put(source.asLongBuffer());
            case Integer.BYTES -> target.asIntBuffer().put(source.asIntBuffer());
            case Short.BYTES -> target.asShortBuffer().put(source.asShortBuffer());
            default -> target.put(source);
        }
        return target.array();
    }

    private static Tensor scalar(ElementType type, Object value) {
        return switch (type) {
            case FLOAT32 -> Tensor.scalar((Float) value);
            case FLOAT64 -> Tensor.scalar((Double) value);
            case INT64 -> Tensor.scalar((Long) value);
            case INT32 -> Tensor.scalar((Integer) value);
            case BOOL -> Tensor.scalar((Boolean) value);
            case STRING -> Tensor.scalar((String) value);
            default -> throw new IllegalArgumentException("Maps to " + type + " cannot be written");
        };
    }
}
