package dev.maas.engine.djl;

import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.translate.Batchifier;
import ai.djl.translate.StackBatchifier;
import ai.djl.translate.Translator;
import dev.maas.EngineException;
import dev.maas.InvalidInputException;
import dev.maas.tensor.Outputs;
import dev.maas.tensor.Signature;
import dev.maas.tensor.Tensor;
import java.nio.file.Path;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A translator that was written for the Deep Java Library, for use with any model and engine of maas.
 *
 * <pre>{@code
 * DjlTranslator<Image, Classifications> translator = DjlTranslator.of(imageTranslator, model.signature());
 * Predictor<Image, Classifications> predictor = model.predictor(translator);
 * }</pre>
 *
 * <p>The arrays that it makes and reads are those of DJL's default engine, or, where none starts, plain memory without arithmetic.
 * DJL's call home and downloads are switched off as by {@link DjlEngineProvider}. What it gives and takes must fit the model's signature:
 * arrays go to the inputs of their own names if all have one, else in the model's order. A translator that stacks inputs to batches gets
 * its one input as a batch of one.
 *
 * <p>The two halves of a call do not know of each other, since calls of several callers may share a run. A translator that keeps
 * something of the input for the output, by {@code setAttachment}, is refused at its first call.
 *
 * <p>Safe for use by any thread if the DJL translator is, as those that keep nothing but what {@code prepare} set are. Close it after
 * the predictors that use it; closing again does nothing.
 *
 * @param <I> the type of the input
 * @param <O> the type of the prediction
 */
public final class DjlTranslator<I, O> implements dev.maas.Translator<I, O>, AutoCloseable {
    private final Translator<I, O> translator;
    private final Signature signature;
    private final NDManager manager;
    private final @Nullable Path artifacts;
    private final boolean stacks;

    private DjlTranslator(
            Translator<I, O> translator, Signature signature, NDManager manager, @Nullable Path artifacts) {
        this.translator = Objects.requireNonNull(translator, "translator");
        this.signature = Objects.requireNonNull(signature, "signature");
        this.manager = manager;
        this.artifacts = artifacts;
        Batchifier batchifier = translator.getBatchifier();
        // Those derived from it may add arrays of their own.
        this.stacks = batchifier != null && batchifier.getClass() == StackBatchifier.class;
    }

    /**
     * Adapts a DJL translator to a model with that signature, and prepares it.
     *
     * @throws InvalidInputException if it cannot be prepared
     */
    public static <I, O> DjlTranslator<I, O> of(Translator<I, O> translator, Signature signature) {
        return prepared(new DjlTranslator<>(translator, signature, DjlRuntimes.manager(), null));
    }

    /**
     * Adapts a DJL translator that reads files of its own, such as a list of labels, from a folder.
     *
     * @throws InvalidInputException if it cannot be prepared
     */
    public static <I, O> DjlTranslator<I, O> of(Translator<I, O> translator, Signature signature, Path artifacts) {
        return prepared(new DjlTranslator<>(
                translator, signature, DjlRuntimes.manager(), Objects.requireNonNull(artifacts, "artifacts")));
    }

    private static <I, O> DjlTranslator<I, O> prepared(DjlTranslator<I, O> adapted) {
        try (DjlContext context = adapted.context(DjlContext.Stage.PREPARE)) {
            adapted.translator.prepare(context);
            return adapted;
        } catch (Exception e) {
            adapted.close();
            throw new InvalidInputException(
                    "The DJL translator " + adapted.translator.getClass().getName() + " cannot be prepared", e);
        }
    }

    private DjlContext context(DjlContext.Stage stage) {
        return new DjlContext(stage, manager, Optional.ofNullable(artifacts));
    }

    /**
     * Returns what the DJL translator makes of an input.
     *
     * @throws InvalidInputException if it makes something else than the model takes, or fails with a checked exception
     */
    @Override
    public Map<String, Tensor> toTensors(I input) {
        try (DjlContext context = context(DjlContext.Stage.INPUT)) {
            NDList list = translator.processInput(context, input);
            Batchifier batchifier = translator.getBatchifier();
            if (batchifier != null && !stacks) {
                list = batchifier.batchify(new NDList[] {list});
            }
            return DjlArrays.toTensors(list, signature, stacks);
        } catch (RuntimeException e) {
            throw e;
        } catch (Exception e) {
            throw new InvalidInputException(
                    "The DJL translator " + translator.getClass().getName() + " refuses the input", e);
        }
    }

    /**
     * Returns what the DJL translator makes of a model's outputs.
     *
     * @throws EngineException if the outputs are not tensors, or it fails with a checked exception
     */
    @Override
    public O fromOutputs(Outputs outputs) {
        try (DjlContext context = context(DjlContext.Stage.OUTPUT)) {
            NDList list = DjlArrays.toList(outputs, signature, context.getNDManager(), stacks);
            Batchifier batchifier = translator.getBatchifier();
            if (batchifier != null && !stacks) {
                list = batchifier.unbatchify(list)[0];
            }
            return translator.processOutput(context, list);
        } catch (RuntimeException e) {
            throw e;
        } catch (Exception e) {
            throw new EngineException(
                    "The DJL translator " + translator.getClass().getName() + " cannot read the outputs", e);
        }
    }

    /** Frees the arrays that the translator keeps from call to call. */
    @Override
    public void close() {
        manager.close();
    }
}
