package dev.maas.batching;

import dev.maas.InvalidInputException;
import dev.maas.bind.Binding;
import dev.maas.engine.RunFrame;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Some values of a list, all of the same shapes; the results go to the same places of an array. */
final class ListRows<I, O> implements Call.Rows {
    private final Binding<I, O> binding;
    private final List<? extends I> inputs;
    private final int[] places;
    private final long[][] shapes;
    private final @Nullable Object[] results;

    ListRows(
            Binding<I, O> binding,
            List<? extends I> inputs,
            int[] places,
            long[][] shapes,
            @Nullable Object[] results) {
        this.binding = binding;
        this.inputs = inputs;
        this.places = places;
        this.shapes = shapes;
        this.results = results;
    }

    @Override
    public long[][] shapes() {
        return shapes;
    }

    @Override
    public boolean isRowwise() {
        return binding.isRowwise();
    }

    @Override
    public int count() {
        return places.length;
    }

    @Override
    public void reshape(RunFrame frame, int totalRows) {
        Execution.reshape(frame, shapes, isRowwise(), totalRows);
    }

    @Override
    public void write(RunFrame frame, int row) {
        for (int i = 0; i < places.length; i++) {
            try {
                binding.write(inputs.get(places[i]), frame, row + i);
            } catch (InvalidInputException e) {
                throw ListRuns.at(places[i], e);
            }
        }
    }

    @Override
    public void read(RunFrame frame, int row) {
        for (int i = 0; i < places.length; i++) {
            results[places[i]] = binding.read(frame, row + i);
        }
    }
}
