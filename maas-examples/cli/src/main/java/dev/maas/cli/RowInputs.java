package dev.maas.cli;

import dev.maas.InvalidInputException;
import dev.maas.ModelMetadata;
import dev.maas.tensor.Dimension;
import dev.maas.tensor.Signature;
import dev.maas.tensor.Tensor;
import dev.maas.tensor.TensorSpec;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.LongStream;

/**
 * Makes the tensors of a model from rows of named values.
 *
 * <p>A value belongs to the input of its name. An input of several columns takes the columns that its publisher named, or {@code x[0]},
 * {@code x[1]} and so on; in JSON also one array of the input's name. What a row has besides is left alone. Immutable and safe for use by
 * any thread.
 */
final class RowInputs {
    private final Signature signature;
    private final ModelMetadata metadata;

    RowInputs(Signature signature, ModelMetadata metadata) {
        this.signature = signature;
        this.metadata = metadata;
    }

    /** Returns whether many rows go into one run; otherwise each has a run of its own. */
    boolean isBatchable() {
        return !signature.inputs().isEmpty()
                && signature.inputs().stream().allMatch(input -> input.shape().hasFreeLeadingDimension());
    }

    /**
     * Returns a tensor for each input.
     *
     * @throws InvalidInputException if a value is missing or wrong; the message says where
     */
    Map<String, Tensor> tensors(List<? extends InputRow> rows) {
        Map<String, Tensor> tensors = new LinkedHashMap<>();
        for (TensorSpec input : signature.inputs()) {
            tensors.put(input.name(), tensor(input, rows));
        }
        return tensors;
    }

    private Tensor tensor(TensorSpec input, List<? extends InputRow> rows) {
        requireRows(input, rows.size());
        Elements elements = new Elements(input.elementType(), "The input '" + input.name() + "'");
        long[] rowShape = new long[0];
        for (int i = 0; i < rows.size(); i++) {
            long[] shape = add(input, rows.get(i), elements);
            if (i > 0 && !Arrays.equals(shape, rowShape)) {
                throw new InvalidInputException(
                        "The input '" + input.name() + "' has the shape " + Arrays.toString(shape)
                                + " in " + rows.get(i).place() + " and " + Arrays.toString(rowShape)
                                + " in the rows before; rows of one run are of one shape");
            }
            rowShape = shape;
        }
        boolean scalar = input.shape().isRankKnown() && input.shape().rank() == 0;
        long[] whole = scalar
                ? rowShape
                : LongStream.concat(LongStream.of(rows.size()), Arrays.stream(rowShape))
                        .toArray();
        return elements.toTensor(whole);
    }

    private static void requireRows(TensorSpec input, int rows) {
        boolean fixed = input.shape().isRankKnown()
                && input.shape().rank() > 0
                && !input.shape().dimension(0).isFree();
        if (fixed && input.shape().dimension(0).size() != rows) {
            throw new InvalidInputException(
                    "The input '" + input + "' is not one of rows: give it as JSON of the Open"
                            + " Inference Protocol, {\"inputs\": [{\"name\": ..., \"shape\": ..., \"datatype\": ..., \"data\": ...}]}");
        }
    }

    private long[] add(TensorSpec input, InputRow row, Elements elements) {
        Optional<long[]> declared = declaredRow(input);
        long columns = declared.map(sizes -> LongStream.of(sizes).reduce(1, Math::multiplyExact))
                .orElse(0L);
        if (row.has(input.name())) {
            long[] shape = row.add(input.name(), elements);
            return shape.length == 0 && columns == 1 ? declared.orElse(shape) : shape;
        }
        List<String> names = columns > 1 ? columnNames(input, columns) : List.of(input.name());
        for (String name : names) {
            if (!row.has(name)) {
                throw missing(input, names, row);
            }
            if (row.add(name, elements).length > 0) {
                throw new InvalidInputException(
                        "The column '" + name + "' holds plain values; got an array in " + row.place());
            }
        }
        return declared.orElse(new long[0]);
    }

    /** Returns the sizes of what one row gives, if all of them are declared. */
    private static Optional<long[]> declaredRow(TensorSpec input) {
        if (!input.shape().isRankKnown()) {
            return Optional.empty();
        }
        List<Dimension> dimensions = input.shape().dimensions();
        List<Dimension> rest = dimensions.isEmpty() ? dimensions : dimensions.subList(1, dimensions.size());
        return rest.stream().anyMatch(Dimension::isFree)
                ? Optional.empty()
                : Optional.of(rest.stream().mapToLong(Dimension::size).toArray());
    }

    private List<String> columnNames(TensorSpec input, long columns) {
        List<String> named = metadata.columns().getOrDefault(input.name(), List.of());
        if (named.size() == columns) {
            return named;
        }
        List<String> names = new ArrayList<>();
        for (long i = 0; i < columns; i++) {
            names.add(input.name() + "[" + i + "]");
        }
        return names;
    }

    private static InvalidInputException missing(TensorSpec input, List<String> names, InputRow row) {
        String taken = names.size() == 1
                ? (declaredRow(input).isPresent() ? "a column" : "an array") + " '" + names.get(0) + "'"
                : "the columns " + names;
        return new InvalidInputException(
                "The input '" + input + "' takes " + taken + "; " + row.place() + " has " + row.names());
    }
}
