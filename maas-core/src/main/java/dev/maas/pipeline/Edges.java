package dev.maas.pipeline;

import dev.maas.InvalidInputException;
import dev.maas.tensor.Dimension;
import dev.maas.tensor.Shape;
import dev.maas.tensor.TensorSpec;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The edges into one stage: whether their types and shapes fit, and what follows for the stage's outputs.
 *
 * <p>What is certain to fail is refused. A free dimension may turn out to be right, so that it passes here; each call checks it. A symbol
 * of the stage takes on what is led into it: the model {@code [n, 4] -> [n]} that gets {@code [6, 4]} gives {@code [6]}. Symbols of its
 * outputs that no input has get the stage's name, so that two stages with a symbol of the same name are not taken to mean the same.
 */
final class Edges {
    private final String place;
    private final String stage;
    private final Map<String, Dimension> symbols = new HashMap<>();

    /**
     * Begins the edges of a stage.
     *
     * @param place how messages call it
     */
    Edges(String place, String stage) {
        this.place = place;
        this.stage = stage;
    }

    /**
     * Adds an edge.
     *
     * @throws InvalidInputException if the input cannot take what the source gives
     */
    void connect(TensorSpec input, TensorSpec source, Object sourceText) {
        boolean fits = input.elementType() == source.elementType();
        if (fits && input.shape().isRankKnown() && source.shape().isRankKnown()) {
            List<Dimension> wanted = input.shape().dimensions();
            List<Dimension> given = source.shape().dimensions();
            fits = wanted.size() == given.size();
            for (int axis = 0; fits && axis < wanted.size(); axis++) {
                fits = unite(wanted.get(axis), given.get(axis));
            }
        }
        if (!fits) {
            throw new InvalidInputException(
                    place + ": the input '" + input + "' does not take '" + sourceText + "'" + knownSymbols());
        }
    }

    private boolean unite(Dimension wanted, Dimension given) {
        if (!wanted.isFree()) {
            return given.isFree() || given.size() == wanted.size();
        }
        String symbol = wanted.symbol();
        if (symbol == null) {
            return true;
        }
        Dimension known = symbols.get(symbol);
        if (known == null || (known.isFree() && (!given.isFree() || known.symbol() == null))) {
            symbols.put(symbol, given);
            return true;
        }
        return known.isFree() || given.isFree() || known.size() == given.size();
    }

    private String knownSymbols() {
        return symbols.isEmpty() ? "" : ", with " + symbols + " from what is led into it";
    }

    /** Returns an output with the shape that follows. */
    TensorSpec resolve(TensorSpec output) {
        return output.shape().isRankKnown()
                ? new TensorSpec(output.name(), output.elementType(), resolve(output.shape()))
                : output;
    }

    private Shape resolve(Shape shape) {
        List<Dimension> dimensions = new ArrayList<>();
        for (Dimension dimension : shape.dimensions()) {
            @Nullable String symbol = dimension.symbol();
            if (symbol == null) {
                dimensions.add(dimension);
            } else {
                dimensions.add(symbols.getOrDefault(symbol, Dimension.free(stage + "." + symbol)));
            }
        }
        return Shape.of(dimensions);
    }
}
