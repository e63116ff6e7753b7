package dev.maas.serving;

import dev.maas.CallOptions;
import dev.maas.InvalidInputException;
import dev.maas.tensor.OutputMemory;
import dev.maas.tensor.Outputs;
import dev.maas.tensor.Signature;
import dev.maas.tensor.Tensor;
import dev.maas.tensor.TensorSpec;
import dev.maas.tensor.ValueSpec;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Runs a version on tensors by name: checks them against the signature, and names the outputs. */
final class TensorRun {
    private TensorRun() {}

    /**
     * Runs and waits; the caller holds a lease of the version.
     *
     * @param shareRuns see {@link dev.maas.batching.ModelRunner#runTensorsLeased}
     */
    static Outputs run(LoadedVersion version, Map<String, Tensor> inputs, boolean shareRuns, CallOptions options) {
        return run(version, inputs, shareRuns, null, options);
    }

    /** As the other, with the outputs in that memory. */
    static Outputs run(
            LoadedVersion version,
            Map<String, Tensor> inputs,
            boolean shareRuns,
            @Nullable OutputMemory memory,
            CallOptions options) {
        List<Tensor> ordered = inOrder(version.signature(), inputs);
        return named(version.signature(), version.runner().runTensorsLeased(ordered, shareRuns, memory, options));
    }

    /** Starts a run that may share with others, and converts the outputs when they are there; the caller holds a lease. */
    static <O> CompletableFuture<O> start(
            LoadedVersion version, Map<String, Tensor> inputs, Function<Outputs, O> conversion, CallOptions options) {
        return start(version, inputs, null, conversion, options);
    }

    /** As the other, with the outputs in that memory. */
    static <O> CompletableFuture<O> start(
            LoadedVersion version,
            Map<String, Tensor> inputs,
            @Nullable OutputMemory memory,
            Function<Outputs, O> conversion,
            CallOptions options) {
        Signature signature = version.signature();
        List<Tensor> ordered = inOrder(signature, inputs);
        return Futures.map(
                version.runner().startTensorsLeased(ordered, true, memory, options),
                values -> conversion.apply(named(signature, values)));
    }

    static Outputs named(Signature signature, List<Object> values) {
        Map<String, Object> named = new LinkedHashMap<>();
        List<ValueSpec> outputs = signature.outputs();
        for (int i = 0; i < outputs.size(); i++) {
            named.put(outputs.get(i).name(), values.get(i));
        }
        return Outputs.of(named);
    }

    static List<Tensor> inOrder(Signature signature, Map<String, Tensor> inputs) {
        List<Tensor> ordered = new ArrayList<>();
        Map<String, Long> symbols = new HashMap<>();
        for (TensorSpec spec : signature.inputs()) {
            Tensor tensor = inputs.get(spec.name());
            if (tensor == null) {
                throw new InvalidInputException("The input '" + spec.name() + "' is missing; the model takes "
                        + signature.inputs() + ", and got " + inputs.keySet());
            }
            check(spec, tensor, symbols);
            ordered.add(tensor);
        }
        if (inputs.size() > ordered.size()) {
            List<String> unknown = inputs.keySet().stream()
                    .filter(name -> signature.input(name).isEmpty())
                    .toList();
            throw new InvalidInputException(
                    "The model has no input named " + unknown + "; it takes " + signature.inputs());
        }
        return ordered;
    }

    private static void check(TensorSpec spec, Tensor tensor, Map<String, Long> symbols) {
        long[] shape = tensor.shape();
        if (tensor.elementType() != spec.elementType() || !spec.shape().accepts(shape)) {
            throw new InvalidInputException("The input '" + spec.name() + "' is " + spec.typeText() + "; got "
                    + tensor.elementType() + Arrays.toString(shape));
        }
        for (int axis = 0; spec.shape().isRankKnown() && axis < shape.length; axis++) {
            String symbol = spec.shape().dimension(axis).symbol();
            Long other = symbol == null ? null : symbols.putIfAbsent(symbol, shape[axis]);
            if (other != null && other != shape[axis]) {
                throw new InvalidInputException("The dimension '" + symbol + "' has one size within a call; input '"
                        + spec.name() + "' has " + shape[axis] + " where another has " + other);
            }
        }
    }
}
