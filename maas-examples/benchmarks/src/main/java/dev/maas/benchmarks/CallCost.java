package dev.maas.benchmarks;

import dev.maas.Predictor;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/** One call by one thread to an idle model, from a {@code float[]} to a {@code float[]}. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@SuppressWarnings("NullAway") // JMH sets the fields up.
public class CallCost {
    /** The model that is called. */
    @Param({"SMALL", "MEDIUM", "LARGE"})
    public Mlp model;

    private float[] row;
    private MaasRuntime maas;
    private Predictor<float[], float[]> predictor;
    private DjlRuntime djl;
    private ai.djl.inference.Predictor<float[], float[]> djlPredictor;
    /** With as many threads as maas gives a run. */
    private RawRuntime raw;

    private RawRuntime.Pinned pinned;
    /** As it is unless told otherwise. */
    private RawRuntime documented;

    /** Loads the model into each contender; maas first, as its engine sets the process up for all. */
    @Setup(Level.Trial)
    public void load() throws Exception {
        row = model.row(1);
        maas = new MaasRuntime(model);
        predictor = maas.predictor();
        raw = new RawRuntime(model, Runtime.getRuntime().availableProcessors());
        pinned = raw.pinned(1);
        documented = new RawRuntime(model, 0);
        djl = new DjlRuntime(model);
        djlPredictor = djl.predictor();
    }

    /** Frees everything. */
    @TearDown(Level.Trial)
    public void free() throws Exception {
        djlPredictor.close();
        djl.close();
        pinned.close();
        raw.close();
        documented.close();
        maas.close();
    }

    /** ONNX Runtime with memory wrapped once, and a run shared among all processors. */
    @Benchmark
    public float[] rawPinned() throws Exception {
        return pinned.call(row);
    }

    /** ONNX Runtime as its documentation shows it. */
    @Benchmark
    public float[] rawDocumented() throws Exception {
        return documented.callAsDocumented(row);
    }

    /** maas. */
    @Benchmark
    public float[] maas() {
        return predictor.predict(row);
    }

    /** DJL. */
    @Benchmark
    public float[] djl() throws Exception {
        return djlPredictor.predict(row);
    }
}
