package dev.maas.batching;

import dev.maas.EngineException;
import dev.maas.bind.Binding;
import dev.maas.engine.LoadedModel;
import dev.maas.engine.RunFrame;
import dev.maas.tensor.ElementType;
import dev.maas.tensor.Shape;
import dev.maas.tensor.Signature;
import dev.maas.tensor.Tensor;
import dev.maas.tensor.TensorBuffer;
import dev.maas.tensor.TensorFrame;
import dev.maas.tensor.TensorSpec;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CancellationException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;

/**
 * A model in Java: each row is two numbers, and the result is their sum. A test can hold its runs, slow them down, and watch them.
 */
final class FakeModel implements LoadedModel {
    /** A row with this first number makes the whole run fail. */
    static final float POISON = -666;

    static final Binding<float[], Float> SUM = new SumBinding();

    private static final int UNLIMITED = 1_000_000_000;

    private static final Signature SIGNATURE = Signature.of(
            List.of(new TensorSpec("x", ElementType.FLOAT32, Shape.parse("[batch, 2]"))),
            List.of(new TensorSpec("y", ElementType.FLOAT32, Shape.parse("[batch]"))));

    final AtomicInteger framesOpen = new AtomicInteger();
    final AtomicInteger running = new AtomicInteger();
    final AtomicInteger mostRunning = new AtomicInteger();
    final AtomicInteger closes = new AtomicInteger();
    /** The rows of each run, in the order of their beginnings. */
    final BlockingQueue<Integer> runs = new LinkedBlockingQueue<>();

    /** Unlimited while nothing is held. */
    private volatile Semaphore gate = new Semaphore(UNLIMITED);

    private volatile long nanosPerRun;
    private volatile long nanosPerRow;

    /** Holds every run from now on until {@link #letPass}. */
    FakeModel hold() {
        gate = new Semaphore(0);
        return this;
    }

    void letPass(int runsToPass) {
        gate.release(runsToPass);
    }

    void letAllPass() {
        gate.release(UNLIMITED);
    }

    FakeModel costs(long perRun, long perRow) {
        nanosPerRun = perRun;
        nanosPerRow = perRow;
        return this;
    }

    @Override
    public Signature signature() {
        return SIGNATURE;
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
        framesOpen.incrementAndGet();
        return new Frame();
    }

    @Override
    public void close() {
        if (framesOpen.get() != 0) {
            throw new IllegalStateException("A model was closed before its frames");
        }
        closes.incrementAndGet();
    }

    private final class Frame implements RunFrame {
        private final TensorBuffer x = new TensorBuffer(ElementType.FLOAT32);
        private final TensorBuffer y = new TensorBuffer(ElementType.FLOAT32);
        private volatile boolean interrupted;
        private boolean open = true;

        @Override
        public void bind(int index, Tensor tensor) {
            x.copyFrom(tensor);
        }

        @Override
        public void run() {
            if (closes.get() != 0 || !open) {
                throw new IllegalStateException("A run of a closed model");
            }
            int rows = (int) x.dimension(0);
            mostRunning.accumulateAndGet(running.incrementAndGet(), Math::max);
            runs.add(rows);
            try {
                await();
                spend(nanosPerRun + rows * nanosPerRow);
                compute(rows);
            } finally {
                running.decrementAndGet();
            }
        }

        private void await() {
            Semaphore held = gate;
            while (!interrupted) {
                try {
                    if (held.tryAcquire(1, TimeUnit.MILLISECONDS)) {
                        return;
                    }
                } catch (InterruptedException e) {
                    // Native code knows nothing of Java's interrupts; keep the mark for the runner.
                    Thread.currentThread().interrupt();
                    LockSupport.parkNanos(1);
                }
            }
            if (interrupted) {
                throw new CancellationException("stopped");
            }
        }

        private void spend(long nanos) {
            long end = System.nanoTime() + nanos;
            while (nanos > 0 && System.nanoTime() - end < 0) {
                Thread.onSpinWait();
            }
        }

        private void compute(int rows) {
            y.reshape(rows);
            for (int row = 0; row < rows; row++) {
                float a = x.floats().get(2 * row);
                if (a == POISON) {
                    throw new EngineException("poisoned row");
                }
                y.floats().put(row, a + x.floats().get(2 * row + 1));
            }
        }

        @Override
        public boolean interrupt() {
            interrupted = true;
            return true;
        }

        @Override
        public TensorBuffer input(int index) {
            return x;
        }

        @Override
        public TensorBuffer output(int index) {
            return y;
        }

        @Override
        public Object outputValue(int index) {
            return y.toTensor();
        }

        @Override
        public void close() {
            if (open) {
                open = false;
                framesOpen.decrementAndGet();
            }
        }
    }

    private static final class SumBinding implements Binding<float[], Float> {
        private static final long[][] SHAPES = {{2}};

        @Override
        public boolean isRowwise() {
            return true;
        }

        @Override
        public long[][] shapes(float[] input) {
            if (input.length != 2) {
                throw new dev.maas.InvalidInputException("two numbers, not " + input.length);
            }
            return SHAPES;
        }

        @Override
        public void write(float[] input, TensorFrame frame, int row) {
            if (Float.isInfinite(input[0])) {
                throw new dev.maas.InvalidInputException("no infinities");
            }
            frame.input(0).floats().put(2 * row, input);
        }

        @Override
        public Float read(TensorFrame frame, int row) {
            return frame.output(0).floats().get(row);
        }
    }
}
