package dev.maas.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.mockito.ArgumentMatchers.any;
import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.when;

import com.sun.management.ThreadMXBean;
import dev.maas.ModelMetadata;
import dev.maas.ModelRef;
import dev.maas.ModelRegistry;
import dev.maas.ModelSource;
import dev.maas.ModelVersion;
import dev.maas.serving.ModelOptions;
import dev.maas.serving.ModelService;
import dev.maas.serving.ServiceOptions;
import dev.maas.tensor.ElementType;
import dev.maas.tensor.Shape;
import dev.maas.tensor.Signature;
import dev.maas.tensor.Tensor;
import dev.maas.tensor.TensorSpec;
import dev.maas.testmodels.OnnxModels;
import java.lang.management.ManagementFactory;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Tensors between two models of the ONNX runtime. */
class NativeEdgesTest {
    private static final int NUMBERS = 1 << 20;

    private static ModelService service(String shape, int maxBatch) {
        ModelRegistry registry = mock(ModelRegistry.class);
        Signature signature = Signature.of(
                List.of(new TensorSpec("x", ElementType.FLOAT32, Shape.parse(shape))),
                List.of(new TensorSpec("y", ElementType.FLOAT32, Shape.parse(shape))));
        ModelVersion version = new ModelVersion(
                "m", 1, "sha256:" + "0".repeat(64), Instant.EPOCH, "test", 1, signature, ModelMetadata.empty(), false);
        when(registry.resolve(any(ModelRef.class))).thenReturn(version);
        when(registry.open(any())).thenAnswer(call -> ModelSource.of(OnnxModels.identity(ElementType.FLOAT32, shape)));
        return ModelService.of(
                registry,
                ServiceOptions.defaults()
                        .models(ModelOptions.defaults().warmUp(false).maxBatch(maxBatch)));
    }

    private static Pipeline chain(ModelService service, String shape, int models) {
        PipelineBuilder graph = Pipeline.builder("chain", service);
        Port port = graph.input("x", ElementType.FLOAT32, shape);
        for (int i = 0; i < models; i++) {
            port = graph.model("m" + i, "m", port).output();
        }
        return graph.output("y", port).build();
    }

    private static long allocated(Pipeline pipeline, Map<String, Tensor> input) {
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        long[] calls = new long[9];
        for (int i = 0; i < calls.length; i++) {
            long before = threads.getCurrentThreadAllocatedBytes();
            pipeline.run(input);
            calls[i] = threads.getCurrentThreadAllocatedBytes() - before;
        }
        Arrays.sort(calls);
        return calls[calls.length / 2];
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 256})
    void doNotPassThroughTheHeap(int maxBatch) {
        String shape = "[batch, " + NUMBERS + "]";
        Map<String, Tensor> input = Map.of("x", Tensor.of(new float[NUMBERS], 1, NUMBERS));
        try (ModelService service = service(shape, maxBatch)) {
            long one = allocated(chain(service, shape, 1), input);
            long five = allocated(chain(service, shape, 5), input);
            assertThat(one).as("the result is on the heap").isGreaterThan(4L * NUMBERS);
            assertThat((five - one) / 4)
                    .as("bytes for each further edge of 4 MiB")
                    .isLessThan(64 << 10);
        }
    }

    @Test
    void carryTheValuesAndTheirMemoryIsUsedAgain() {
        String shape = "[batch, 3]";
        Random random = new Random(5);
        try (ModelService service = service(shape, 256)) {
            Pipeline pipeline = chain(service, shape, 4);
            for (int call = 0; call < 200; call++) {
                int rows = 1 + random.nextInt(400);
                float[] values = new float[3 * rows];
                for (int i = 0; i < values.length; i++) {
                    values[i] = random.nextFloat();
                }
                Tensor x = Tensor.of(values, rows, 3);
                assertThat(pipeline.run(Map.of("x", x)).tensor("y")).isEqualTo(x);
            }
            assertThat(pipeline.idleBytes()).isBetween(1L, 100_000L);
        }
    }
}
