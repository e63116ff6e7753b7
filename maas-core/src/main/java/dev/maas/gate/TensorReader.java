package dev.maas.gate;

import dev.maas.engine.VettedModel.ExternalTensor;
import dev.maas.gate.OnnxType.DataField;
import dev.maas.tensor.Shape;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Reads the declarations of weights, ONNX's TensorProto and SparseTensorProto, without their values, and checks that as many
 * values are there as the dimensions ask for. Keeps account of how much there is.
 */
final class TensorReader {
    private final WireReader reader;
    private final GateLimits limits;
    private final GraphMemory memory;
    private final ExternalFiles files;
    private final List<ExternalTensor> externalTensors = new ArrayList<>();
    private long expandedBytes;

    TensorReader(WireReader reader, GateLimits limits, GraphMemory memory, ExternalFiles files) {
        this.reader = reader;
        this.limits = limits;
        this.memory = memory;
        this.files = files;
    }

    /**
     * What a tensor declares.
     *
     * @param type null for a tensor that is empty altogether, which stands for none
     * @param bytes what its values take, in the model's file or outside
     */
    record Header(String name, @Nullable OnnxType type, int rank, long elements, long bytes) {}

    /** Returns the weights found so far whose values lie outside the model's file. */
    List<ExternalTensor> externalTensors() {
        return externalTensors;
    }

    /** Reads the present message, a TensorProto. */
    Header readTensor() throws IOException {
        Fields fields = new Fields();
        while (reader.nextField()) {
            switch (reader.field()) {
                case 1 -> reader.integers(fields::addDimension);
                case 2 -> fields.dataType = reader.once().integer();
                case 4 -> fields.add(DataField.FLOAT_DATA, reader.skipFixed(Float.BYTES));
                case 5 -> fields.add(DataField.INT32_DATA, reader.skipIntegers());
                case 6 -> {
                    fields.stringBytes += reader.skipBytes();
                    fields.add(DataField.STRING_DATA, 1);
                }
                case 7 -> fields.add(DataField.INT64_DATA, reader.skipIntegers());
                case 8 -> fields.name = reader.once().text(limits.nameBytes());
                case 9 -> fields.rawBytes = reader.once().skipBytes();
                case 10 -> fields.add(DataField.DOUBLE_DATA, reader.skipFixed(Double.BYTES));
                case 11 -> fields.add(DataField.UINT64_DATA, reader.skipIntegers());
                case 13 -> reader.message("external_data", fields.location::read);
                case 14 -> fields.setDataLocation(reader.once().integer());
                default -> reader.skip();
            }
        }
        return fields.check();
    }

    /** Reads the present message, a SparseTensorProto. */
    Header readSparse() throws IOException {
        Header[] parts = {null, null};
        Fields dense = new Fields();
        while (reader.nextField()) {
            switch (reader.field()) {
                case 1 -> reader.once().message("values", () -> parts[0] = readTensor());
                case 2 -> reader.once().message("indices", () -> parts[1] = readTensor());
                case 3 -> reader.integers(dense::addDimension);
                default -> reader.skip();
            }
        }
        Header values = parts[0];
        if (values == null || values.type == null || parts[1] == null || parts[1].type == null) {
            throw reader.malformed("a sparse tensor lacks its values or its indices");
        }
        dense.name = values.name;
        long elements = dense.elementCount();
        if (values.elements > elements) {
            throw reader.malformed(dense + " has " + values.elements + " values");
        }
        spreadOut(dense, values.type, elements);
        return new Header(values.name, values.type, dense.rank, elements, values.bytes + parts[1].bytes);
    }

    /** The runtime makes sparse weights dense when it loads them, so a few bytes may ask for any amount of memory. */
    private void spreadOut(Fields dense, OnnxType type, long elements) {
        try {
            expandedBytes = Math.addExact(expandedBytes, type.byteCount(elements));
        } catch (ArithmeticException e) {
            expandedBytes = Long.MAX_VALUE;
        }
        if (expandedBytes > limits.expandedBytes()) {
            throw reader.tooLarge(dense + ", spread out with the sparse tensors before it, takes more than "
                    + limits.expandedBytes() + " bytes");
        }
    }

    /** The fields of one tensor as they come. */
    private final class Fields {
        private String name = "";
        private long dataType;
        private long[] dimensions = new long[4];
        private int rank;
        private final Map<DataField, Long> counts = new EnumMap<>(DataField.class);
        private long stringBytes;
        private long rawBytes = -1;
        private boolean external;
        private final ExternalLocation location = new ExternalLocation(reader, limits);

        void addDimension(long size) {
            if (rank == limits.rank()) {
                throw reader.tooLarge("a tensor has more than " + limits.rank() + " dimensions");
            }
            if (rank == dimensions.length) {
                dimensions = Arrays.copyOf(dimensions, 2 * rank);
            }
            dimensions[rank++] = size;
        }

        void add(DataField field, long count) {
            counts.merge(field, count, Long::sum);
        }

        void setDataLocation(long number) {
            if (number != 0 && number != 1) {
                throw reader.malformed("a tensor's data_location is 0 or 1; got " + number);
            }
            external = number == 1;
        }

        Header check() {
            boolean empty = counts.isEmpty() && rawBytes <= 0;
            if (dataType == 0 && rank == 0 && empty && !external) {
                return new Header(name, null, 0, 0, 0);
            }
            OnnxType type = OnnxType.numbered(dataType);
            if (type == null) {
                throw reader.malformed(this + " has the element type " + dataType + ", which does not exist");
            }
            long elements = elementCount();
            long bytes = byteCount(type, elements);
            if (external) {
                requireNone("outside the file", empty);
                addExternal(type, bytes);
            } else if (rawBytes >= 0) {
                requireNone("as raw_data", counts.isEmpty());
                checkRaw(type, bytes);
            } else {
                checkTyped(type, elements);
            }
            return new Header(name, type, rank, elements, type == OnnxType.STRING ? stringBytes : bytes);
        }

        private long elementCount() {
            long[] sizes = Arrays.copyOf(dimensions, rank);
            for (long size : sizes) {
                if (size < 0) {
                    throw reader.malformed(this + " has a dimension of " + size);
                }
            }
            try {
                return Shape.elementCount(sizes);
            } catch (ArithmeticException e) {
                throw reader.malformed(this + " has more elements than a number of 64 bits counts");
            }
        }

        private long byteCount(OnnxType type, long elements) {
            try {
                return type.byteCount(elements);
            } catch (ArithmeticException e) {
                throw reader.malformed(this + " has more bytes than a number of 64 bits counts");
            }
        }

        private void requireNone(String where, boolean none) {
            if (!none) {
                throw reader.malformed(this + " has values twice: " + where + ", and as " + counts.keySet());
            }
        }

        private void checkRaw(OnnxType type, long bytes) {
            if (type == OnnxType.STRING) {
                throw reader.malformed(this + " holds strings as raw_data; they lie in string_data");
            }
            if (rawBytes != bytes) {
                throw reader.malformed(this + " takes " + bytes + " bytes; its raw_data holds " + rawBytes);
            }
        }

        private void checkTyped(OnnxType type, long elements) {
            long wanted = type.entryCount(elements);
            long found = counts.getOrDefault(type.dataField(), 0L);
            if (counts.size() > (found > 0 ? 1 : 0)) {
                throw reader.malformed(
                        this + " has its values in " + counts.keySet() + "; expected " + type.dataField());
            }
            if (wanted != found) {
                throw reader.malformed(
                        this + " takes " + wanted + " values; its " + type.dataField() + " holds " + found);
            }
        }

        private void addExternal(OnnxType type, long bytes) {
            if (type == OnnxType.STRING) {
                throw reader.malformed(this + " holds strings outside the file; they lie in string_data");
            }
            memory.take(Long.BYTES * (long) rank + ExternalFiles.ENTRY_BYTES);
            List<Long> shape = Arrays.stream(dimensions, 0, rank).boxed().toList();
            ExternalFiles.Place place = files.locate(this.toString(), location, bytes, reader);
            externalTensors.add(new ExternalTensor(
                    memory.name(name), type.elementType(), shape, place.file(), place.offset(), bytes));
        }

        @Override
        public String toString() {
            OnnxType type = OnnxType.numbered(dataType);
            return "the tensor " + Shown.name(name) + " " + (type == null ? "" : type)
                    + Arrays.toString(Arrays.copyOf(dimensions, rank));
        }
    }
}
