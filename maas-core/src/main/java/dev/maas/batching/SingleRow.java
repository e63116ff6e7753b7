package dev.maas.batching;

import dev.maas.bind.Binding;
import dev.maas.engine.RunFrame;
import org.jspecify.annotations.Nullable;

/** One value of a binding. */
final class SingleRow<I, O> implements Call.Rows {
    private final Binding<I, O> binding;
    private final I input;
    private final long[][] shapes;
    private @Nullable O result;

    SingleRow(Binding<I, O> binding, I input, long[][] shapes) {
        this.binding = binding;
        this.input = input;
        this.shapes = shapes;
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
        return 1;
    }

    @Override
    public void reshape(RunFrame frame, int totalRows) {
        Execution.reshape(frame, shapes, isRowwise(), totalRows);
    }

    @Override
    public void write(RunFrame frame, int row) {
        binding.write(input, frame, row);
    }

    @Override
    public void read(RunFrame frame, int row) {
        result = binding.read(frame, row);
    }

    /** The result, once the call is done without a failure. */
    @SuppressWarnings("NullAway") // Null only before the run.
    O result() {
        return result;
    }
}
