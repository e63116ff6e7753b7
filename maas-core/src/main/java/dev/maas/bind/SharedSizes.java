package dev.maas.bind;

import dev.maas.InvalidInputException;
import dev.maas.tensor.Dimension;
import dev.maas.tensor.TensorSpec;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The free dimensions of one symbol, which have the same size within a call. Immutable. */
final class SharedSizes {
    private record Place(int input, int axis, String tensor, String symbol) {}

    /** Each list has the places of one symbol that stands in several. */
    private final List<List<Place>> groups;

    private SharedSizes(List<List<Place>> groups) {
        this.groups = groups;
    }

    static SharedSizes of(List<TensorSpec> specs, boolean withoutLeading) {
        Map<String, List<Place>> bySymbol = new LinkedHashMap<>();
        int skipped = withoutLeading ? 1 : 0;
        for (int input = 0; input < specs.size(); input++) {
            TensorSpec spec = specs.get(input);
            List<Dimension> dims = spec.shape().isRankKnown() ? spec.shape().dimensions() : List.of();
            for (int axis = skipped; axis < dims.size(); axis++) {
                String symbol = dims.get(axis).symbol();
                if (symbol != null) {
                    bySymbol.computeIfAbsent(symbol, key -> new ArrayList<>())
                            .add(new Place(input, axis - skipped, spec.name(), symbol));
                }
            }
        }
        return new SharedSizes(
                bySymbol.values().stream().filter(places -> places.size() > 1).toList());
    }

    void check(long[][] sizes) {
        for (List<Place> places : groups) {
            Place first = places.get(0);
            long expected = sizes[first.input()][first.axis()];
            for (Place place : places) {
                long actual = sizes[place.input()][place.axis()];
                if (actual != expected) {
                    throw new InvalidInputException("Dimensions named '" + first.symbol()
                            + "' have one size within a call; got " + expected + " in input '" + first.tensor()
                            + "' and "
                            + actual + " in input '" + place.tensor() + "'");
                }
            }
        }
    }
}
