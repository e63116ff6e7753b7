package dev.maas.engine.onnx;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import dev.maas.tensor.Dimension;
import dev.maas.tensor.ElementType;
import dev.maas.tensor.Signature;
import dev.maas.tensor.TensorSpec;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes a session's arena give back the memory that no run uses.
 *
 * <p>The runtime shrinks an arena only at the end of a run whose options ask for it. So there is a run that is told to stop before it
 * begins: it checks its inputs, executes no operator, fails, and shrinks the arena all the same. The inputs have one element
 * along each free dimension, and the model never sees them. Runs of others that go on meanwhile are not affected, as the arena gives
 * back only what is not in use; it keeps the first region that it ever allocated.
 *
 * <p>Rejected: asking for it with every run, which makes each of them allocate anew; a true run on made-up inputs, which may take any time
 * and allocate any memory. Stateless and safe for use by any thread.
 */
final class ArenaTrim {
    private static final Logger LOG = LoggerFactory.getLogger(ArenaTrim.class);
    private static final String SHRINK = "memory.enable_memory_arena_shrinkage";
    private static final String OF_PROCESSOR = "cpu:0";
    /** A model with larger fixed inputs is left alone: making them up would take what is to be given back. */
    private static final long MOST_ELEMENTS = 1 << 22;

    private ArenaTrim() {}

    /** Shrinks the arena of a session, unless its inputs cannot be made up. */
    static void trim(OrtEnvironment runtime, OrtSession session, Signature signature) throws OrtException {
        Map<String, OnnxTensor> inputs = new HashMap<>();
        try (OrtSession.RunOptions options = new OrtSession.RunOptions()) {
            for (TensorSpec spec : signature.inputs()) {
                long[] shape = shape(spec);
                if (elements(shape) > MOST_ELEMENTS) {
                    return;
                }
                inputs.put(spec.name(), tensor(runtime, spec.elementType(), shape));
            }
            options.addRunConfigEntry(SHRINK, OF_PROCESSOR);
            options.setTerminate(true);
            run(session, inputs, options);
        } finally {
            inputs.values().forEach(OnnxTensor::close);
        }
    }

    private static void run(OrtSession session, Map<String, OnnxTensor> inputs, OrtSession.RunOptions options) {
        Set<String> outputs = session.getOutputNames();
        try (OrtSession.Result result = session.run(inputs, outputs, options)) {
            LOG.trace("A model without operators gave {} outputs", result.size());
        } catch (OrtException e) {
            LOG.trace("The run that only shrinks an arena was stopped, as it should be", e);
        }
    }

    private static long[] shape(TensorSpec spec) {
        if (!spec.shape().isRankKnown()) {
            return new long[] {1};
        }
        return spec.shape().dimensions().stream().mapToLong(ArenaTrim::size).toArray();
    }

    private static long size(Dimension dimension) {
        return dimension.isFree() ? 1 : dimension.size();
    }

    private static double elements(long[] shape) {
        return Arrays.stream(shape).mapToDouble(size -> size).reduce(1, (a, b) -> a * b);
    }

    private static OnnxTensor tensor(OrtEnvironment runtime, ElementType type, long[] shape) throws OrtException {
        int elements = (int) elements(shape);
        if (type == ElementType.STRING) {
            String[] texts = new String[elements];
            Arrays.fill(texts, "");
            return OnnxTensor.createTensor(runtime, texts, shape);
        }
        return Tensors.over(runtime, type, ByteBuffer.allocateDirect(elements * type.byteSize()), elements, shape);
    }
}
