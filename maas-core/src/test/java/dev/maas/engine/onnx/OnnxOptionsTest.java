package dev.maas.engine.onnx;

import static dev.maas.engine.onnx.OnnxFixture.run;
import static dev.maas.engine.onnx.OnnxFixture.undeclared;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;
import static org.mockito.ArgumentMatchers.anyInt;
import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.never;
import static org.mockito.Mockito.verify;

import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession.SessionOptions;
import ai.onnxruntime.OrtSession.SessionOptions.OptLevel;
import dev.maas.engine.EngineOptions;
import dev.maas.engine.EngineOptions.Optimization;
import dev.maas.engine.RunFrame;
import dev.maas.tensor.ElementType;
import dev.maas.tensor.Tensor;
import dev.maas.testmodels.OnnxGraph;
import dev.maas.testmodels.OnnxModels;
import dev.maas.testmodels.OnnxType;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Every option reaches the runtime; where its effect can be seen from outside, it is. */
class OnnxOptionsTest {
    private static SessionOptions configured(EngineOptions options, boolean sharesThreads) throws OrtException {
        // The class needs the runtime's native library, which needs an environment.
        new OnnxEngineProvider().open(EngineOptions.defaults()).close();
        SessionOptions target = mock(SessionOptions.class);
        SessionLoader.configure(target, options, options.threads(), sharesThreads);
        return target;
    }

    @ParameterizedTest
    @CsvSource({"NONE, NO_OPT", "BASIC, BASIC_OPT", "EXTENDED, EXTENDED_OPT", "ALL, ALL_OPT"})
    void setsTheOptimization(Optimization ours, OptLevel theirs) throws OrtException {
        verify(configured(EngineOptions.defaults().withOptimization(ours), true))
                .setOptimizationLevel(theirs);
    }

    @Test
    void setsEverySwitchBothWays() throws OrtException {
        EngineOptions defaults = EngineOptions.defaults();
        SessionOptions byDefault = configured(defaults, true);
        SessionOptions otherwise = configured(
                defaults.withMemoryArena(false).withMemoryPattern(false).withDeterministic(true), true);

        verify(byDefault).setCPUArenaAllocator(true);
        verify(byDefault).setMemoryPatternOptimization(true);
        verify(byDefault).setDeterministicCompute(false);
        verify(otherwise).setCPUArenaAllocator(false);
        verify(otherwise).setMemoryPatternOptimization(false);
        verify(otherwise).setDeterministicCompute(true);
    }

    @Test
    void sharesThreadsUnlessToldOrUnable() throws OrtException {
        SessionOptions shared = configured(EngineOptions.defaults(), true);
        SessionOptions own = configured(EngineOptions.defaults().withThreads(3), true);
        SessionOptions unable = configured(EngineOptions.defaults(), false);

        verify(shared).disablePerSessionThreads();
        verify(shared, never()).setIntraOpNumThreads(anyInt());
        verify(own, never()).disablePerSessionThreads();
        verify(own).setIntraOpNumThreads(3);
        verify(unable, never()).disablePerSessionThreads();
        verify(unable).setIntraOpNumThreads(Runtime.getRuntime().availableProcessors());
    }

    // As seen from outside, on Linux.

    private static long nativeThreads() throws IOException {
        Path tasks = Path.of("/proc/self/task");
        assumeTrue(Files.exists(tasks), "threads are counted on Linux only");
        try (Stream<Path> threads = Files.list(tasks)) {
            // The JVM's own threads come and go; the runtime's have no name but the process's.
            return threads.filter(OnnxOptionsTest::isUnnamed).count();
        }
    }

    private static boolean isUnnamed(Path thread) {
        try {
            String name = Files.readString(thread.resolve("comm")).strip();
            return name.equals("java");
        } catch (IOException gone) {
            return false;
        }
    }

    @Test
    void startsAsManyThreadsAsTold() throws IOException {
        try (OnnxFixture shared = new OnnxFixture();
                OnnxFixture own = new OnnxFixture(EngineOptions.defaults().withThreads(7))) {
            long before = nativeThreads();
            shared.load(undeclared(OnnxModels.mlp(4, 2)));
            shared.load(undeclared(OnnxModels.mlp(4, 2)));
            assertThat(nativeThreads()).isEqualTo(before);

            own.load(undeclared(OnnxModels.mlp(4, 2)));

            // The caller's own thread is one of the seven.
            assertThat(nativeThreads()).isEqualTo(before + 6);
        }
    }

    @Test
    void keepsTheMemoryOfARunOnlyWithTheArena() throws IOException {
        long kept = medianGrowth(EngineOptions.defaults());
        long returned = medianGrowth(EngineOptions.defaults().withMemoryArena(false));

        assertThat(kept).isGreaterThan(60L << 20);
        assertThat(returned).isLessThan(30L << 20);
    }

    /** The Java heap of the process grows and shrinks meanwhile, now and then. */
    private static long medianGrowth(EngineOptions options) throws IOException {
        long[] growths = new long[5];
        for (int i = 0; i < growths.length; i++) {
            growths[i] = residentGrowth(options);
        }
        Arrays.sort(growths);
        return growths[growths.length / 2];
    }

    /** By how much the process has grown after a run that needs 128 MB in between. */
    private static long residentGrowth(EngineOptions options) throws IOException {
        byte[] model = new OnnxGraph("large")
                .input("x", OnnxType.tensor(ElementType.FLOAT32, "[1]"))
                .input("shape", OnnxType.tensor(ElementType.INT64, "[1]"))
                .node("Expand", List.of("x", "shape"), List.of("large"))
                .node("ReduceSum", List.of("large"), List.of("y"))
                .output("y", OnnxType.tensor(ElementType.FLOAT32, "[1]"))
                .toModel();
        try (OnnxFixture onnx = new OnnxFixture(options)) {
            RunFrame frame = onnx.frame(undeclared(model));
            run(frame, Tensor.of(new float[] {1}), Tensor.of(new long[] {1}));
            long before = resident();
            run(frame, Tensor.of(new float[] {1}), Tensor.of(new long[] {32L << 20}));
            return resident() - before;
        }
    }

    private static long resident() throws IOException {
        Path statistics = Path.of("/proc/self/statm");
        assumeTrue(Files.exists(statistics), "memory is measured on Linux only");
        return 4096L * Long.parseLong(Files.readString(statistics).split(" ", -1)[1]);
    }
}
