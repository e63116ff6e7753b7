package dev.maas.serving;

import dev.maas.CallOptions;
import dev.maas.MaasException;
import dev.maas.ModelLoadException;
import dev.maas.ModelSource;
import dev.maas.gate.GoldenData;
import dev.maas.gate.ModelGate;
import dev.maas.gate.OnnxModel;
import dev.maas.tensor.Outputs;
import dev.maas.tensor.Signature;
import dev.maas.tensor.Tensor;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs a version before its first caller does: on the golden data of its package, whose outputs must come out as expected, or else on
 * made-up inputs; then measures how it profits from batches.
 */
final class WarmUp {
    private static final Logger LOG = LoggerFactory.getLogger(WarmUp.class);
    private static final Duration BUDGET = Duration.ofMillis(100);
    private static final int RUNS = 3;

    private final LoadedVersion version;
    private final ModelSource source;
    private final ModelGate gate;
    private final ModelOptions options;

    WarmUp(LoadedVersion version, ModelSource source, ModelGate gate, ModelOptions options) {
        this.version = version;
        this.source = source;
        this.gate = gate;
        this.options = options;
    }

    /**
     * Does it.
     *
     * @throws ModelLoadException if the version fails its golden data
     */
    void run() {
        List<GoldenData> golden = golden();
        if (options.goldenTests()) {
            for (int i = 0; i < golden.size(); i++) {
                test(golden.get(i), i);
            }
        }
        if (options.warmUp()) {
            Optional<Map<String, Tensor>> inputs = golden.isEmpty()
                    ? SyntheticInputs.of(version.signature())
                    : Optional.of(golden.get(0).inputs());
            inputs.ifPresent(this::warm);
        }
    }

    private List<GoldenData> golden() {
        try {
            return readGolden();
        } catch (ModelLoadException e) {
            if (options.goldenTests()) {
                throw e;
            }
            LOG.debug("The golden data of {} cannot be read, and need not be", version.ref(), e);
            return List.of();
        }
    }

    private List<GoldenData> readGolden() {
        if (GoldenData.numbers(source).isEmpty()) {
            return List.of();
        }
        Optional<OnnxModel> model = gate.inspect(source).onnx();
        List<GoldenData> golden = new ArrayList<>();
        for (int number : GoldenData.numbers(source)) {
            model.ifPresent(onnx -> golden.add(GoldenData.read(source, onnx, number)));
        }
        return golden;
    }

    private void test(GoldenData golden, int number) {
        Outputs outputs;
        try {
            outputs = TensorRun.run(version, golden.inputs(), false, CallOptions.none());
        } catch (MaasException e) {
            throw new ModelLoadException(
                    "The model failed on the golden data set " + number + " of its own package: " + e.getMessage(), e);
        }
        new GoldenCheck(number).compare(golden.outputs(), outputs);
    }

    private void warm(Map<String, Tensor> inputs) {
        Signature signature = version.signature();
        long begin = System.nanoTime();
        try {
            for (int run = 0; run < RUNS && System.nanoTime() - begin < BUDGET.toNanos(); run++) {
                TensorRun.run(version, inputs, false, CallOptions.none());
            }
            List<Tensor> row = signature.inputs().stream()
                    .map(spec -> inputs.get(spec.name()))
                    .toList();
            if (signature.isBatchable() && row.stream().allMatch(tensor -> tensor.shape()[0] == 1)) {
                version.runner().calibrate(row, BUDGET);
            }
        } catch (MaasException e) {
            // Made-up inputs may mean nothing to a model; the golden data, which do, passed before.
            LOG.debug("Warm-up of {} was cut short", version.ref(), e);
        }
    }
}
