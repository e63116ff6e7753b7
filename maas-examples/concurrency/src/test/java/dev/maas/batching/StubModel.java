package dev.maas.batching;

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

    final AtomicInteger running = new AtomicInteger();
    final AtomicInteger mostRunning = new AtomicInteger();
    final AtomicInteger frames = new AtomicInteger();

    /** One row: counts what is done with it. */
    static final class Row implements Call.Rows {
        private int writes;
        private int reads;

        /** 1 if the row went through one run, as it should. */
        int outcome() {
            return writes == reads ? reads : -1;
        }

        @Override
        public long[][] shapes() {
            return SHAPES;
        }

        @Override
        public boolean isRowwise() {
            return true;
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
            mostRunning.accumulateAndGet(running.incrementAndGet(), Math::max);
            running.decrementAndGet();
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
            frames.decrementAndGet();
        }
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
        frames.incrementAndGet();
        return new Frame();
    }

    @Override
    public void close() {
        // There is nothing.
    }
}
