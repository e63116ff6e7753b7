package dev.maas.testing;

import dev.maas.InvalidInputException;
import dev.maas.tensor.ElementType;
import dev.maas.tensor.Shape;
import dev.maas.tensor.Signature;
import dev.maas.tensor.Tensor;
import dev.maas.tensor.TensorSpec;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * A model that is a lambda, and obeys the test: it fails, waits, or cannot be loaded when told to, and counts what happens to it.
 *
 * <p>Safe for use by any thread, if its function is; the function gets copies of the inputs and may be called by several threads at once.
 * Serve it by a {@link TestService}, or by a {@link LambdaEngine} where an application makes its own service.
 *
 * <pre>{@code
 * TestModel twice = TestModel.ofFloats(1, 1, row -> new float[] {2 * row[0]});
 * twice.failRuns(new EngineException("out of memory"));
 * }</pre>
 */
public final class TestModel {
    private final Signature signature;
    private final Function<Map<String, Tensor>, ? extends Map<String, ?>> function;

    private volatile @Nullable RuntimeException runFailure;
    private volatile @Nullable RuntimeException loadFailure;
    private volatile @Nullable Hold hold;

    private volatile long occupied = 1;
    private final AtomicLong runs = new AtomicLong();
    private final AtomicLong loads = new AtomicLong();
    private final AtomicInteger loaded = new AtomicInteger();

    private TestModel(Signature signature, Function<Map<String, Tensor>, ? extends Map<String, ?>> function) {
        this.signature = Objects.requireNonNull(signature, "signature");
        this.function = Objects.requireNonNull(function, "function");
    }

    /**
     * Returns a model with that signature. The function gets a tensor for each input and returns a value for each output, as
     * {@link dev.maas.tensor.Outputs} holds them. Where the signature lets calls share runs, the tensors hold the rows of several.
     *
     * <p>A {@link dev.maas.MaasException} from the function reaches the caller as it is, any other as the cause of a
     * {@link dev.maas.EngineException}.
     */
    public static TestModel of(Signature signature, Function<Map<String, Tensor>, ? extends Map<String, ?>> function) {
        return new TestModel(signature, function);
    }

    /**
     * Returns a model {@code (x: float32[batch, inputs]) -> (y: float32[batch, outputs])} that applies the function to each row.
     *
     * @throws InvalidInputException if a number is below 1
     */
    public static TestModel ofFloats(int inputs, int outputs, UnaryOperator<float[]> row) {
        TensorSpec x = new TensorSpec("x", ElementType.FLOAT32, rowsOf(inputs));
        return ofRows(x, outputs, tensor -> {
            float[] values = tensor.toFloats();
            return index -> row.apply(Arrays.copyOfRange(values, index * inputs, (index + 1) * inputs));
        });
    }

    /**
     * Returns a model {@code (text: string[batch]) -> (scores: float32[batch, outputs])} that applies the function to each text.
     *
     * @throws InvalidInputException if the number is below 1
     */
    public static TestModel ofTexts(int outputs, Function<String, float[]> scores) {
        TensorSpec text = new TensorSpec("text", ElementType.STRING, Shape.parse("[batch]"));
        return ofRows(text, outputs, tensor -> {
            String[] texts = tensor.toStrings();
            return index -> scores.apply(texts[index]);
        });
    }

    private interface Row {
        float[] result(int index);
    }

    private static TestModel ofRows(TensorSpec input, int outputs, Function<Tensor, Row> function) {
        String name = input.elementType() == ElementType.STRING ? "scores" : "y";
        TensorSpec output = new TensorSpec(name, ElementType.FLOAT32, rowsOf(outputs));
        return of(Signature.of(List.of(input), List.of(output)), inputs -> {
            Tensor tensor = Objects.requireNonNull(inputs.get(input.name()));
            int rows = (int) tensor.shape()[0];
            Row row = function.apply(tensor);
            float[] results = new float[rows * outputs];
            for (int i = 0; i < rows; i++) {
                float[] result = row.result(i);
                if (result.length != outputs) {
                    throw new IllegalArgumentException(
                            "A row of the model's output has " + outputs + " numbers; got " + result.length);
                }
                System.arraycopy(result, 0, results, i * outputs, outputs);
            }
            return Map.of(name, Tensor.of(results, rows, outputs));
        });
    }

    private static Shape rowsOf(int numbers) {
        if (numbers < 1) {
            throw new InvalidInputException("A row has one number or more; got " + numbers);
        }
        return Shape.parse("[batch, " + numbers + "]");
    }

    /** Returns what the model takes and gives. */
    public Signature signature() {
        return signature;
    }

    /** Makes every run from now on fail with that exception, until {@link #recover()}. */
    public void failRuns(RuntimeException failure) {
        runFailure = Objects.requireNonNull(failure, "failure");
    }

    /** Makes every load from now on fail with that exception, until {@link #recover()}; what is loaded goes on. */
    public void failLoads(RuntimeException failure) {
        loadFailure = Objects.requireNonNull(failure, "failure");
    }

    /** Lets runs and loads succeed again. */
    public void recover() {
        runFailure = null;
        loadFailure = null;
    }

    /**
     * Holds every run that begins from now on. A run can be stopped while it is held, as a deadline does.
     *
     * @throws IllegalStateException if an earlier hold is not closed
     */
    public synchronized Hold hold() {
        Hold present = hold;
        if (present != null && !present.isClosed()) {
            throw new IllegalStateException("The model is held already; close that hold first");
        }
        Hold fresh = new Hold();
        hold = fresh;
        return fresh;
    }

    /**
     * Makes the model count with that many bytes where a service has a memory budget, from its next load on; by default with one.
     *
     * @throws InvalidInputException if the number is below 1
     */
    public void occupy(long bytes) {
        if (bytes < 1) {
            throw new InvalidInputException("A model occupies one byte or more; got " + bytes);
        }
        occupied = bytes;
    }

    long occupied() {
        return occupied;
    }

    /** Returns how many runs have begun, failed ones among them. Calls that shared a run count once. */
    public long runs() {
        return runs.get();
    }

    /** Returns how often somebody has tried to load the model. */
    public long loads() {
        return loads.get();
    }

    /** Returns how many times the model is in memory at this moment: 0 when each service that loaded it has let go. */
    public int loaded() {
        return loaded.get();
    }

    /** Counts a load and fails it if it is to fail. */
    void load() {
        loads.incrementAndGet();
        RuntimeException failure = loadFailure;
        if (failure != null) {
            throw failure;
        }
        loaded.incrementAndGet();
    }

    void unload() {
        loaded.decrementAndGet();
    }

    /** The hold that a run beginning now has to pass, if any; counts the run. */
    @Nullable
    Hold beginRun() {
        runs.incrementAndGet();
        return hold;
    }

    /** Fails, or applies the function. */
    Map<String, ?> apply(Map<String, Tensor> inputs) {
        RuntimeException failure = runFailure;
        if (failure != null) {
            throw failure;
        }
        return function.apply(inputs);
    }

    @Override
    public String toString() {
        return "TestModel" + signature;
    }
}
