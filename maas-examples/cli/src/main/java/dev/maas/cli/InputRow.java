package dev.maas.cli;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonPrimitive;
import dev.maas.InvalidInputException;
import java.util.List;

/** One row of data with named values. Implementations are immutable. */
sealed interface InputRow {
    /** Returns whether the row has a value of that name. */
    boolean has(String name);

    /** Returns the names of all values, for messages. */
    List<String> names();

    /** Returns where the row is, for messages. */
    String place();

    /**
     * Adds the value of a name that is there.
     *
     * @return its sizes; empty for a plain value
     * @throws InvalidInputException if it is not of the elements' type
     */
    long[] add(String name, Elements elements);

    /**
     * A row of a CSV file.
     *
     * @param line the line it begins on
     * @param heads the names of the columns
     * @param cells as many cells
     */
    record Cells(int line, List<String> heads, List<String> cells) implements InputRow {
        @Override
        public boolean has(String name) {
            return heads.contains(name);
        }

        @Override
        public List<String> names() {
            return heads;
        }

        @Override
        public String place() {
            return "line " + line;
        }

        @Override
        public long[] add(String name, Elements elements) {
            elements.addText(cells.get(heads.indexOf(name)), place() + ", column '" + name + "'");
            return new long[0];
        }
    }

    /**
     * An object of a JSON array.
     *
     * @param number its place in the array, from 1
     * @param object the object
     */
    record Members(int number, JsonObject object) implements InputRow {
        @Override
        public boolean has(String name) {
            return object.has(name);
        }

        @Override
        public List<String> names() {
            return List.copyOf(object.keySet());
        }

        @Override
        public String place() {
            return "row " + number;
        }

        @Override
        public long[] add(String name, Elements elements) {
            JsonElement value = object.get(name);
            if (value instanceof JsonPrimitive || value.isJsonArray()) {
                return NestedJson.addAll(value, elements, "'" + name + "' of row " + number);
            }
            throw new InvalidInputException("'" + name + "' of row " + number + " is a plain value or an array; got "
                    + (value.isJsonNull() ? "null" : "an object"));
        }
    }
}
