package dev.maas.serving;

import dev.maas.ModelMetadata;
import dev.maas.Translator;
import dev.maas.TypeRef;
import dev.maas.bind.Binder;
import dev.maas.bind.Binding;
import dev.maas.tensor.Outputs;
import dev.maas.tensor.Signature;
import dev.maas.tensor.Tensor;
import java.util.List;

/**
 * How values of two Java types become a model's input tensors, and what comes out becomes a value. Implementations are safe for use by any
 * thread.
 *
 * <p>Public for the sibling packages that compose models; applications ask for a predictor.
 *
 * @param <I> the type of the input
 * @param <O> the type of the prediction
 */
public interface TensorConversion<I, O> {
    /** Returns the tensors in the order of the signature; those of a batchable model have a leading dimension. */
    List<Tensor> toTensors(I input);

    /** Returns a new value for outputs in the order of the signature, which came of these inputs. */
    O toResult(List<Tensor> inputs, List<Object> values);

    /**
     * By the names and types of the Java types, as predictors bind them.
     *
     * @throws dev.maas.InvalidInputException if they do not fit; the message shows both sides, line by line
     */
    static <I, O> TensorConversion<I, O> of(
            Signature signature, ModelMetadata metadata, TypeRef<I> inputType, TypeRef<O> outputType) {
        return of(signature, Binder.bind(signature, metadata, inputType, outputType));
    }

    /** By a binding. */
    static <I, O> TensorConversion<I, O> of(Signature signature, Binding<I, O> binding) {
        return new TensorConversion<>() {
            @Override
            public List<Tensor> toTensors(I input) {
                return new HeapFrame(signature).write(binding, input);
            }

            @Override
            public O toResult(List<Tensor> inputs, List<Object> values) {
                return binding.read(new HeapFrame(inputs, values), 0);
            }
        };
    }

    /** By a translator. */
    static <I, O> TensorConversion<I, O> of(Signature signature, Translator<I, O> translator) {
        return new TensorConversion<>() {
            @Override
            public List<Tensor> toTensors(I input) {
                return TensorRun.inOrder(signature, translator.toTensors(input));
            }

            @Override
            public O toResult(List<Tensor> inputs, List<Object> values) {
                Outputs outputs = TensorRun.named(signature, values);
                return translator.fromOutputs(outputs);
            }
        };
    }
}
