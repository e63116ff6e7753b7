package dev.maas.gate;

import dev.maas.ModelLoadException;
import dev.maas.engine.VettedModel.ExternalTensor;
import dev.maas.tensor.Signature;
import dev.maas.tensor.TensorSpec;
import dev.maas.tensor.ValueSpec;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.stream.Collectors;

/**
 * What an ONNX file says about itself.
 *
 * <p>Immutable and safe for use by any thread. Texts come from the file as they are, and may be empty.
 *
 * @param irVersion the version of the file format
 * @param operatorSets the version of each set of operators that the file imports, by domain; ONNX's own is {@code ai.onnx}
 * @param producer the program that wrote the file, with its version
 * @param graphName the graph's name
 * @param inputs the graph's inputs in its order, those with a default among them
 * @param outputs the graph's outputs in its order
 * @param properties the key-value pairs that the producer left in the file
 * @param nodes the nodes of the graph, of all graphs inside it and of all functions
 * @param operators how often each operator is used there, by domain and name; a name in a domain that is not imported or not known
 *     is for the engine to judge
 * @param functions the names of the functions that the file defines
 * @param initializers the weights of all graphs
 * @param initializerBytes what the weights take, in the file or outside, in bytes
 * @param externalTensors the weights that lie in other files of the package
 */
public record OnnxModel(
        long irVersion,
        Map<String, Long> operatorSets,
        String producer,
        String graphName,
        List<Value> inputs,
        List<Value> outputs,
        Map<String, String> properties,
        int nodes,
        SortedMap<String, SortedMap<String, Integer>> operators,
        SortedSet<String> functions,
        int initializers,
        long initializerBytes,
        List<ExternalTensor> externalTensors) {

    /** Makes copies that cannot be changed. */
    public OnnxModel {
        operatorSets = Collections.unmodifiableMap(new LinkedHashMap<>(operatorSets));
        inputs = List.copyOf(inputs);
        outputs = List.copyOf(outputs);
        properties = Collections.unmodifiableMap(new LinkedHashMap<>(properties));
        externalTensors = List.copyOf(externalTensors);
    }

    /**
     * An input or output as the file declares it.
     *
     * @param name its name
     * @param type ONNX's own text for its type, such as {@code tensor(float)}; empty where the file leaves it to the engine
     * @param initialized whether it is an input whose default is a weight, so that callers do not give it
     * @param spec the declaration as a signature has it; empty if the type is one that maas does not carry, or left open
     */
    public record Value(String name, String type, boolean initialized, Optional<ValueSpec> spec) {
        /** Returns whether a run may leave the value absent. */
        boolean isOptional() {
            return type.startsWith("optional(");
        }
    }

    /** Returns the inputs that a caller gives: those without a default. */
    public List<Value> requiredInputs() {
        return inputs.stream().filter(input -> !input.initialized).toList();
    }

    /**
     * Returns the inputs and outputs of types that maas does not carry, each as a sentence with its name and ONNX's name of the
     * type; empty if there are none. Inputs are tensors; outputs may also be sequences, maps, and optional values of all three.
     */
    public List<String> uncarried() {
        List<String> sentences = new ArrayList<>();
        for (Value input : requiredInputs()) {
            if (input.isOptional() || !(input.spec.orElse(null) instanceof TensorSpec)) {
                sentences.add("The input " + Shown.name(input.name) + " is of type " + input.type
                        + ", which maas does not carry as an input");
            }
        }
        for (Value output : outputs) {
            if (!output.type.isEmpty() && output.spec.isEmpty()) {
                sentences.add("The output " + Shown.name(output.name) + " is of type " + output.type
                        + ", which maas does not carry as an output");
            }
        }
        return List.copyOf(sentences);
    }

    /** Returns the names of the outputs that a run may leave absent. */
    Set<String> optionalOutputs() {
        return outputs.stream().filter(Value::isOptional).map(Value::name).collect(Collectors.toSet());
    }

    /**
     * Refuses a model with inputs or outputs that maas does not carry.
     *
     * @throws ModelLoadException if there are any; the message names each
     */
    void requireCarried() {
        List<String> uncarried = uncarried();
        if (!uncarried.isEmpty()) {
            throw new ModelLoadException(
                    String.join(". ", uncarried) + ". Convert it inside the model to a tensor of a type that Java has");
        }
    }

    /**
     * Returns the declared signature; empty if a type is left open or is one that maas does not carry. An optional output is
     * declared as what it holds.
     */
    public Optional<Signature> signature() {
        List<ValueSpec> specs =
                outputs.stream().flatMap(output -> output.spec.stream()).toList();
        if (!uncarried().isEmpty() || specs.size() != outputs.size()) {
            return Optional.empty();
        }
        List<TensorSpec> tensors = requiredInputs().stream()
                .flatMap(input -> input.spec.stream())
                .map(TensorSpec.class::cast)
                .toList();
        return Optional.of(Signature.of(tensors, specs));
    }
}
