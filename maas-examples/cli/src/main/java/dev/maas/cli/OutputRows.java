package dev.maas.cli;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonPrimitive;
import dev.maas.InvalidInputException;
import dev.maas.ModelMetadata;
import dev.maas.tensor.Outputs;
import dev.maas.tensor.Tensor;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Takes what a model gave apart into rows: an object with a member for each output. Scores whose columns have names become an object of
 * these; an integer that counts labels becomes its label. Immutable and safe for use by any thread.
 */
final class OutputRows {
    private final ModelMetadata metadata;

    OutputRows(ModelMetadata metadata) {
        this.metadata = metadata;
    }

    /** Returns how many rows there are, as far as the first output tells. */
    static int count(Outputs outputs) {
        Object first = outputs.asMap().values().stream().findFirst().orElse(List.of(0));
        if (first instanceof Tensor tensor) {
            return tensor.rank() == 0 ? 1 : Math.toIntExact(tensor.shape()[0]);
        }
        return first instanceof List<?> list ? list.size() : 1;
    }

    /**
     * Returns so many rows.
     *
     * @throws InvalidInputException if an output has another number of them
     */
    List<JsonObject> rows(Outputs outputs, int count) {
        List<JsonObject> rows = new ArrayList<>();
        for (int row = 0; row < count; row++) {
            JsonObject object = new JsonObject();
            for (Map.Entry<String, Object> output : outputs.asMap().entrySet()) {
                object.add(output.getKey(), cell(output.getKey(), output.getValue(), row, count));
            }
            rows.add(object);
        }
        return rows;
    }

    private JsonElement cell(String name, Object value, int row, int count) {
        if (value instanceof Tensor tensor) {
            boolean split = tensor.rank() > 0 && tensor.shape()[0] == count;
            if (!split && count != 1) {
                throw unsplit(name, count);
            }
            long size = split ? tensor.elementCount() / count : tensor.elementCount();
            return size == 1
                    ? single(name, tensor, split ? row : 0)
                    : several(name, Elements.toJson(tensor, row * size, (row + 1) * size));
        }
        if (value instanceof List<?> list && list.size() == count) {
            return free(name, list.get(row));
        }
        if (count == 1) {
            return free(name, value);
        }
        throw unsplit(name, count);
    }

    private static InvalidInputException unsplit(String name, int count) {
        return new InvalidInputException("The output '" + name + "' is not one of " + count
                + " rows. Give the input as JSON of the Open Inference Protocol, and take the answer as JSON");
    }

    private JsonElement single(String name, Tensor tensor, long index) {
        List<String> labels = metadata.columns().getOrDefault(name, List.of());
        if (tensor.elementType().isInteger() && !labels.isEmpty()) {
            long place = ((Number) tensor.element(index)).longValue();
            if (place >= 0 && place < labels.size()) {
                return new JsonPrimitive(labels.get((int) place));
            }
        }
        return Elements.toJson(tensor.elementType(), tensor.element(index));
    }

    private JsonElement several(String name, JsonArray values) {
        List<String> columns = metadata.columns().getOrDefault(name, List.of());
        if (columns.size() != values.size()) {
            return values;
        }
        JsonObject named = new JsonObject();
        for (int i = 0; i < columns.size(); i++) {
            named.add(columns.get(i), values.get(i));
        }
        return named;
    }

    private JsonElement free(String name, Object value) {
        if (value instanceof Map<?, ?> map) {
            JsonObject object = new JsonObject();
            map.forEach((key, scalar) -> object.add(String.valueOf(key), Elements.toJson(scalar)));
            return object;
        }
        if (value instanceof Tensor tensor) {
            return tensor.elementCount() == 1
                    ? Elements.toJson(tensor.elementType(), tensor.element(0))
                    : Elements.toJson(tensor, 0, tensor.elementCount());
        }
        if (value instanceof List<?> list) {
            JsonArray array = new JsonArray();
            list.forEach(item -> array.add(free(name, item)));
            return array;
        }
        return Elements.toJson(value);
    }

    /** Returns the rows as cells, the heads first: {@code scores.ham} for a member, {@code x[0]} for an element. */
    static List<List<String>> cells(List<JsonObject> rows) {
        List<Map<String, String>> flat = new ArrayList<>();
        Set<String> heads = new LinkedHashSet<>();
        for (JsonObject row : rows) {
            Map<String, String> cells = new LinkedHashMap<>();
            row.entrySet().forEach(member -> flatten(member.getKey(), member.getValue(), cells));
            heads.addAll(cells.keySet());
            flat.add(cells);
        }
        List<List<String>> lines = new ArrayList<>();
        lines.add(List.copyOf(heads));
        flat.forEach(cells -> lines.add(
                heads.stream().map(head -> cells.getOrDefault(head, "")).toList()));
        return lines;
    }

    private static void flatten(String name, JsonElement value, Map<String, String> cells) {
        if (value instanceof JsonObject object) {
            object.entrySet().forEach(member -> flatten(name + "." + member.getKey(), member.getValue(), cells));
        } else if (value instanceof JsonArray array) {
            for (int i = 0; i < array.size(); i++) {
                flatten(name + "[" + i + "]", array.get(i), cells);
            }
        } else {
            cells.put(name, value.getAsString());
        }
    }
}
