package dev.maas.serving;

import dev.maas.tensor.Outputs;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Makes outputs that several callers may share. */
final class ResultValues {
    private ResultValues() {}

    /** Returns outputs in which nobody can change anything. */
    static List<Object> copy(List<Object> values) {
        Map<String, Object> named = new LinkedHashMap<>();
        for (int i = 0; i < values.size(); i++) {
            named.put(Integer.toString(i), values.get(i));
        }
        return List.copyOf(new ArrayList<>(Outputs.of(named).asMap().values()));
    }
}
