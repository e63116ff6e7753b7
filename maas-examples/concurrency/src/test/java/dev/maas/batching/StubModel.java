package dev.maas.batching;

import static dev.maas.concurrency.Proof.require;

import dev.maas.engine.LoadedModel;
import dev.maas.engine.RunFrame;
import dev.maas.tensor.Signature;
import dev.maas.tensor.Tensor;
import dev.maas.tensor.TensorBuffer;
import java.util.Map;
import java.util.OptionalLong;
import java.util.concurrent.atomic.AtomicInteger;

/** A model of which nothing is left but that runs happen: small enough to explore every step of what goes on around it. */
final class StubModel implements LoadedModel {
    private static final long[][] SHAPES = {{1}};

    private final int slots;
    private final AtomicInteger running = new AtomicInteger();
    private volatile boolean crowded;

    StubModel(int slots) {
        this.slots = slots;
    }

    /** One row: counts what is done with it. */
    static class Row implements Call.Rows {
        private final boolean sound;
        private final boolean rowwise;
        private int writes;
        private int reads;

        Row(boolean sound) {
            this(sound, true);
        }

        /** Makes a row that can be written, or not, and that may share a run with others, or not. */
        Row(boolean sound, boolean rowwise) {
            this.sound = sound;
            this.rowwise = rowwise;
        }

        /** How many runs the row went through; it may be written once more where a run begins anew without a bad row. */
        final int outcome() {
            return writes >= reads ? reads : -1;
        }

        @Override
        public long[][] shapes() {
            return SHAPES;
        }

        @Override
        public boolean isRowwise() {
            return rowwise;
        }

        @Override
        public int count() {
            return 1;
        }

        @Override
        public void reshape(RunFrame frame, int totalRows) {
            // There is no memory.
        }

        @Override
        public void write(RunFrame frame, int row) {
            require(sound, "this row can be written");
            writes++;
        }

        @Override
        public void read(RunFrame frame, int row) {
            reads++;
        }
    }

    private final class Frame implements RunFrame {
        @Override
        public void bind(int index, Tensor tensor) {
            throw new UnsupportedOperationException();
        }

        @Override
        public void run() {
            runOnce();
        }

        @Override
        public boolean interrupt() {
            return false;
        }

        @Override
        public TensorBuffer input(int index) {
            throw new UnsupportedOperationException();
        }

        @Override
        public TensorBuffer output(int index) {
            throw new UnsupportedOperationException();
        }

        @Override
        public Object outputValue(int index) {
            throw new UnsupportedOperationException();
        }

        @Override
        public void close() {
            // There is no memory.
        }
    }

    /** A run, which must find a slot free. */
    void runOnce() {
        if (running.incrementAndGet() > slots) {
            crowded = true;
        }
        running.decrementAndGet();
    }

    /** Whether there were ever more runs at a time than slots. */
    boolean wasCrowded() {
        return crowded;
    }

    @Override
    public Signature signature() {
        throw new UnsupportedOperationException();
    }

    @Override
    public Map<String, String> properties() {
        return Map.of();
    }

    @Override
    public OptionalLong nativeBytes() {
        return OptionalLong.empty();
    }

    @Override
    public RunFrame newFrame() {
        return new Frame();
    }

    @Override
    public void close() {
        // There is nothing.
    }
}
