package dev.maas.gate;

import dev.maas.tensor.Dimension;
import dev.maas.tensor.Shape;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Reads the declarations of values: ONNX's ValueInfoProto and TypeProto. */
final class TypeReader {
    private final WireReader reader;
    private final GateLimits limits;

    TypeReader(WireReader reader, GateLimits limits) {
        this.reader = reader;
        this.limits = limits;
    }

    /** The declaration of one value; its type is null where the file leaves it open. */
    record Declared(String name, @Nullable ValueType type) {}

    /** Reads the present message, a ValueInfoProto. */
    Declared readValueInfo() throws IOException {
        String name = "";
        ValueType[] type = {null};
        while (reader.nextField()) {
            switch (reader.field()) {
                case 1 -> name = reader.once().text(limits.nameBytes());
                case 2 -> reader.once().message("type", () -> type[0] = readType());
                default -> reader.skip();
            }
        }
        return new Declared(name, type[0]);
    }

    /** Reads the present message, a TypeProto; of several kinds the last counts, as in every protobuf parser. */
    private @Nullable ValueType readType() throws IOException {
        ValueType[] type = {null};
        while (reader.nextField()) {
            switch (reader.field()) {
                case 1 -> reader.once().message("tensor_type", () -> type[0] = readTensor());
                case 4 ->
                    reader.once().message("sequence_type", () -> type[0] = new ValueType.Sequence(readElement(1)));
                case 5 -> reader.once().message("map_type", () -> type[0] = readMap());
                case 7 -> reader.once().message("opaque_type", () -> type[0] = readOpaque());
                case 8 ->
                    reader.once()
                            .message(
                                    "sparse_tensor_type",
                                    () -> type[0] = new ValueType.Other(
                                            "sparse_" + readTensor().text()));
                case 9 -> reader.once().message("optional_type", () -> type[0] = new ValueType.Maybe(readElement(1)));
                default -> reader.skip();
            }
        }
        return type[0];
    }

    private ValueType readElement(int field) throws IOException {
        ValueType[] type = {null};
        while (reader.nextField()) {
            if (reader.field() == field) {
                reader.once().message("elem_type", () -> type[0] = readType());
            } else {
                reader.skip();
            }
        }
        return type[0] == null ? new ValueType.Dense(null, Shape.unknown()) : type[0];
    }

    private ValueType.Dense readTensor() throws IOException {
        OnnxType element = null;
        Shape[] shape = {Shape.unknown()};
        while (reader.nextField()) {
            switch (reader.field()) {
                case 1 -> element = elementType(reader.once().integer());
                case 2 -> reader.once().message("shape", () -> shape[0] = readShape());
                default -> reader.skip();
            }
        }
        return new ValueType.Dense(element, shape[0]);
    }

    private ValueType readMap() throws IOException {
        OnnxType key = null;
        ValueType[] value = {null};
        while (reader.nextField()) {
            switch (reader.field()) {
                case 1 -> key = elementType(reader.once().integer());
                case 2 -> reader.once().message("value_type", () -> value[0] = readType());
                default -> reader.skip();
            }
        }
        if (key == null || value[0] == null) {
            throw reader.malformed("a map's type lacks the type of its keys or of its values");
        }
        return new ValueType.Map(key, value[0]);
    }

    private ValueType readOpaque() throws IOException {
        String domain = "";
        String name = "";
        while (reader.nextField()) {
            switch (reader.field()) {
                case 1 -> domain = reader.once().text(limits.nameBytes());
                case 2 -> name = reader.once().text(limits.nameBytes());
                default -> reader.skip();
            }
        }
        return new ValueType.Other("opaque(" + domain + "," + name + ")");
    }

    private @Nullable OnnxType elementType(long number) {
        OnnxType type = OnnxType.numbered(number);
        if (type == null && number != 0) {
            throw reader.malformed("no element type has the number " + number);
        }
        return type;
    }

    private Shape readShape() throws IOException {
        List<Dimension> dimensions = new ArrayList<>();
        while (reader.nextField()) {
            if (reader.field() != 1) {
                reader.skip();
                continue;
            }
            if (dimensions.size() == limits.rank()) {
                throw reader.tooLarge("a shape has more than " + limits.rank() + " dimensions");
            }
            reader.message("dim", () -> dimensions.add(readDimension()));
        }
        return Shape.of(dimensions);
    }

    /** A size below zero is how some writers say that it is free. */
    private Dimension readDimension() throws IOException {
        Dimension dimension = Dimension.free();
        while (reader.nextField()) {
            switch (reader.field()) {
                case 1 ->
                    dimension =
                            new Dimension(Math.max(Dimension.FREE, reader.once().integer()), null);
                case 2 -> dimension = Dimension.free(reader.once().text(limits.nameBytes()));
                default -> reader.skip();
            }
        }
        return dimension;
    }
}
