package dev.maas.engine.onnx;

import static dev.maas.engine.onnx.OnnxFixture.undeclared;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatNoException;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.maas.engine.EngineOptions;
import dev.maas.engine.ForkedJvm;
import dev.maas.engine.LoadedModel;
import dev.maas.engine.RunFrame;
import dev.maas.tensor.ElementType;
import dev.maas.tensor.TensorBuffer;
import dev.maas.testmodels.OnnxModels;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Idle memory that is given back. */
@Timeout(120)
class ArenaTrimTest {
    private static final Path STATUS = Path.of("/proc/self/status");
    private static final int INPUTS = 64;

    private static void fill(RunFrame frame, int rows) {
        TensorBuffer input = frame.input(0);
        input.reshape(rows, INPUTS);
        for (int i = 0; i < rows * INPUTS; i++) {
            input.floats().put(i, (float) Math.sin(i));
        }
    }

    private static float first(RunFrame frame) {
        return frame.output(0).floats().get(0);
    }

    @Test
    void runsAfterItAndBesideItGiveTheSame() throws Exception {
        try (OnnxFixture fixture = new OnnxFixture()) {
            LoadedModel model = fixture.load(undeclared(OnnxModels.mlp(INPUTS, 128, 10)));
            RunFrame frame = fixture.frame(model);
            fill(frame, 512);
            frame.run();
            float expected = first(frame);
            AtomicBoolean done = new AtomicBoolean();
            CompletableFuture<Integer> trims = CompletableFuture.supplyAsync(() -> {
                int count = 0;
                for (; !done.get(); count++) {
                    model.trim();
                }
                return count;
            });
            for (int run = 0; run < 200 || trims.isDone(); run++) {
                frame.run();
                assertThat(first(frame)).isEqualTo(expected);
            }
            done.set(true);
            assertThat(trims.get(30, TimeUnit.SECONDS)).isPositive();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"[batch, 3]", "[2, 3]", "[]", "[100000, 100000]"})
    void inputsOfAllShapesAndTextsAreNoHindrance(String shape) {
        try (OnnxFixture fixture = new OnnxFixture()) {
            LoadedModel numbers = fixture.load(undeclared(OnnxModels.identity(ElementType.FLOAT32, shape)));
            LoadedModel texts = fixture.load(undeclared(OnnxModels.identity(ElementType.STRING, shape)));
            assertThatNoException().isThrownBy(numbers::trim);
            assertThatNoException().isThrownBy(texts::trim);
        }
    }

    @Test
    void withoutAnArenaThereIsNothingToGiveBack() {
        try (OnnxFixture fixture = new OnnxFixture(EngineOptions.defaults().withMemoryArena(false))) {
            LoadedModel model = fixture.load(undeclared(OnnxModels.mlp(INPUTS, 128, 10)));
            assertThatNoException().isThrownBy(model::trim);
        }
    }

    @Test
    void theProcessGetsSmaller() throws Exception {
        assumeTrue(Files.exists(STATUS));
        String written = ForkedJvm.of(Trimming.class).option("-Xms256m").run();
        assertThat(written).contains("given back");
        long bytes = Long.parseLong(written.replaceAll("(?s).*given back (-?\\d+).*", "$1"));
        assertThat(bytes).isGreaterThan(8L << 20);
    }

    /** Runs many rows, which makes the arena grow, then trims, and tells by how much the process shrank. */
    static final class Trimming {
        private Trimming() {}

        @SuppressWarnings("SystemOut") // Whoever started this JVM reads it.
        public static void main(String[] arguments) throws Exception {
            try (OnnxFixture fixture = new OnnxFixture()) {
                LoadedModel model = fixture.load(undeclared(OnnxModels.mlp(INPUTS, 2_048, 1_024, 10)));
                RunFrame frame = fixture.frame(model);
                fill(frame, 4_096);
                frame.run();
                long before = resident();
                model.trim();
                System.out.println("given back " + (before - resident()));
            }
        }

        private static long resident() throws Exception {
            return Files.readAllLines(STATUS).stream()
                    .filter(line -> line.startsWith("RssAnon:"))
                    .mapToLong(line -> 1024 * Long.parseLong(line.replaceAll("\\D", "")))
                    .findFirst()
                    .orElseThrow();
        }
    }
}
