package dev.maas.registry.migrate;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonPrimitive;
import dev.maas.IntegrityException;
import dev.maas.ModelLoadException;
import dev.maas.registry.format.Fields;
import dev.maas.registry.format.StrictJson;
import dev.maas.tensor.ElementType;
import dev.maas.tensor.TensorSpec;
import dev.maas.tensor.ValueSpec;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * Holds a signature of MLflow's, which is JSON within YAML, against that of a model.
 *
 * <p>A tensor must have the type and the shape that it has in the model, where a size of -1 is free. Columns are either the inputs themselves, each
 * under its own name, or the columns of the only input; their numbers may be of another type, as MLflow converts them.
 */
final class MlflowSignature {
    private static final Map<String, ElementType> TENSOR_TYPES = Map.ofEntries(
            Map.entry("float16", ElementType.FLOAT16),
            Map.entry("float32", ElementType.FLOAT32),
            Map.entry("float64", ElementType.FLOAT64),
            Map.entry("int8", ElementType.INT8),
            Map.entry("int16", ElementType.INT16),
            Map.entry("int32", ElementType.INT32),
            Map.entry("int64", ElementType.INT64),
            Map.entry("uint8", ElementType.UINT8),
            Map.entry("uint16", ElementType.UINT16),
            Map.entry("uint32", ElementType.UINT32),
            Map.entry("uint64", ElementType.UINT64),
            Map.entry("bool", ElementType.BOOL),
            Map.entry("str", ElementType.STRING),
            Map.entry("object", ElementType.STRING));

    private final String what;
    private final List<String> notes;

    MlflowSignature(String what, List<String> notes) {
        this.what = what;
        this.notes = notes;
    }

    /**
     * Compares.
     *
     * @param side input or output
     * @param json what MLflow wrote
     * @param actual what the model has
     * @return the names of columns, by the tensor that they are in
     * @throws ModelLoadException if they do not agree; the message shows both
     */
    Map<String, List<String>> compare(String side, String json, List<? extends ValueSpec> actual) {
        List<Fields> given = read(side, json);
        Map<String, List<String>> columns = new LinkedHashMap<>();
        try {
            boolean tensors = given.stream().anyMatch(spec -> spec.has("tensor-spec"));
            if (tensors) {
                requireTensors(side, given, actual);
            } else if (namesAll(given, actual)) {
                given.forEach(column -> requireColumn(side, column, named(column.string("name"), actual)));
            } else if (actual.size() == 1 && actual.get(0) instanceof TensorSpec only) {
                requireColumns(side, given, only);
                if (given.stream().allMatch(column -> column.has("name"))) {
                    columns.put(
                            only.name(),
                            given.stream().map(column -> column.string("name")).toList());
                }
            } else {
                throw mismatch(side, shown(given), actual);
            }
        } catch (IntegrityException e) {
            throw new ModelLoadException("'" + what + "' is not sound: " + e.getMessage(), e);
        }
        return columns;
    }

    private List<Fields> read(String side, String json) {
        String name = "its " + side + " signature";
        try {
            byte[] wrapped = ("{\"specs\":" + json + "}").getBytes(StandardCharsets.UTF_8);
            return new Fields(StrictJson.object(wrapped, name), name).objects("specs");
        } catch (IntegrityException e) {
            throw new ModelLoadException("'" + what + "' is not sound: " + e.getMessage(), e);
        }
    }

    private void requireTensors(String side, List<Fields> given, List<? extends ValueSpec> actual) {
        if (given.size() != actual.size()) {
            throw mismatch(side, shown(given), actual);
        }
        for (Fields spec : given) {
            // MLflow leaves the name out where there is one tensor only.
            Optional<? extends ValueSpec> found = spec.has("name")
                    ? named(spec.string("name"), actual)
                    : actual.stream().findFirst();
            boolean agrees = found.filter(TensorSpec.class::isInstance)
                    .map(TensorSpec.class::cast)
                    .filter(tensor -> agrees(spec.object("tensor-spec"), tensor))
                    .isPresent();
            if (!agrees) {
                throw mismatch(side, shown(given), actual);
            }
        }
    }

    private static boolean agrees(Fields spec, TensorSpec tensor) {
        JsonArray sizes = spec.array("shape");
        boolean type = tensor.elementType() == TENSOR_TYPES.get(spec.string("dtype"));
        if (!type || !tensor.shape().isRankKnown()) {
            return type;
        }
        if (sizes.size() != tensor.shape().rank()) {
            return false;
        }
        for (int axis = 0; axis < sizes.size(); axis++) {
            long size = number(sizes.get(axis));
            long actual = tensor.shape().dimension(axis).size();
            if (size >= 0 && actual >= 0 && size != actual) {
                return false;
            }
        }
        return true;
    }

    private static long number(JsonElement element) {
        if (element instanceof JsonPrimitive primitive && primitive.isNumber()) {
            return primitive.getAsLong();
        }
        throw new IntegrityException("a shape has something else than numbers");
    }

    private static boolean namesAll(List<Fields> given, List<? extends ValueSpec> actual) {
        return given.size() == actual.size()
                && given.stream()
                        .allMatch(column -> column.has("name")
                                && named(column.string("name"), actual).isPresent());
    }

    private static Optional<? extends ValueSpec> named(String name, List<? extends ValueSpec> actual) {
        return actual.stream().filter(spec -> spec.name().equals(name)).findFirst();
    }

    private void requireColumn(String side, Fields column, Optional<? extends ValueSpec> found) {
        boolean agrees = found.filter(TensorSpec.class::isInstance)
                .map(TensorSpec.class::cast)
                .filter(tensor -> fits(column.string("type"), tensor.elementType()))
                .isPresent();
        if (!agrees) {
            throw mismatch(side, shown(List.of(column)), found.stream().toList());
        }
    }

    private void requireColumns(String side, List<Fields> given, TensorSpec only) {
        boolean fits = given.stream().allMatch(column -> fits(column.string("type"), only.elementType()));
        boolean wide = true;
        if (only.shape().isRankKnown()) {
            int rank = only.shape().rank();
            long last = rank == 0 ? 1 : only.shape().dimension(rank - 1).size();
            wide = rank == 2 ? last < 0 || last == given.size() : given.size() == 1;
        }
        if (!fits || !wide) {
            throw mismatch(side, shown(given), List.of(only));
        }
    }

    private boolean fits(String type, ElementType actual) {
        boolean exact = switch (type) {
            case "string" -> actual == ElementType.STRING;
            case "boolean" -> actual == ElementType.BOOL;
            case "integer" -> actual == ElementType.INT32;
            case "long" -> actual == ElementType.INT64;
            case "float" -> actual == ElementType.FLOAT32;
            case "double" -> actual == ElementType.FLOAT64;
            default -> false;
        };
        boolean numbers = List.of("integer", "long", "float", "double").contains(type)
                && (actual.isFloatingPoint() || actual.isInteger());
        if (numbers && !exact) {
            notes.add("A column of the type " + type + " is " + actual + " in the model; callers give that");
        }
        return exact || numbers;
    }

    private ModelLoadException mismatch(String side, String given, List<? extends ValueSpec> actual) {
        return new ModelLoadException(
                "The " + side + " signature in '" + what + "' is not that of the model.\n  MLmodel: " + given
                        + "\n  model: " + actual + "\nLog the model anew with the signature of its ONNX form");
    }

    private static String shown(List<Fields> given) {
        return given.stream().map(spec -> shown(spec.raw())).collect(Collectors.joining(", ", "[", "]"));
    }

    private static String shown(JsonObject spec) {
        String text = spec.toString().replaceAll("\\p{C}", "?");
        return text.length() <= 200 ? text : text.substring(0, 200) + "…";
    }
}
