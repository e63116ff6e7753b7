package dev.maas.benchmarks;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.Map;

/** ONNX Runtime without anything around it. */
final class RawRuntime implements AutoCloseable {
    private final OrtEnvironment environment = OrtEnvironment.getEnvironment();
    private final OrtSession session;
    private final Mlp model;
    private final String input;
    private final String output;

    /**
     * Loads a model.
     *
     * @param threads the threads that share a run; 0 for what the runtime does by itself
     */
    RawRuntime(Mlp model, int threads) throws OrtException {
        this.model = model;
        try (OrtSession.SessionOptions options = new OrtSession.SessionOptions()) {
            if (threads > 0) {
                options.setIntraOpNumThreads(threads);
            }
            session = environment.createSession(model.onnx(), options);
        }
        input = session.getInputNames().iterator().next();
        output = session.getOutputNames().iterator().next();
    }

    /** A call as the runtime's documentation shows it: new tensors each time, results as nested arrays. */
    float[] callAsDocumented(float[] row) throws OrtException {
        try (OnnxTensor tensor = OnnxTensor.createTensor(environment, new float[][] {row});
                OrtSession.Result result = session.run(Map.of(input, tensor))) {
            return ((float[][]) result.get(0).getValue())[0];
        }
    }

    /** Returns buffers and tensors for calls with so many rows, for one thread: the fastest way there is. */
    Pinned pinned(int rows) throws OrtException {
        return new Pinned(rows);
    }

    /** Memory that is wrapped as tensors once and used for each call. */
    final class Pinned implements AutoCloseable {
        private final FloatBuffer in;
        private final FloatBuffer out;
        private final Map<String, OnnxTensor> inputs;
        private final Map<String, OnnxTensor> outputs;

        private Pinned(int rows) throws OrtException {
            in = direct(rows * model.inputs());
            out = direct(rows * model.outputs());
            inputs = Map.of(input, OnnxTensor.createTensor(environment, in, new long[] {rows, model.inputs()}));
            outputs = Map.of(output, OnnxTensor.createTensor(environment, out, new long[] {rows, model.outputs()}));
        }

        private static FloatBuffer direct(int floats) {
            return ByteBuffer.allocateDirect(4 * floats)
                    .order(ByteOrder.nativeOrder())
                    .asFloatBuffer();
        }

        /** Copies a row in, runs, and copies the result out. */
        float[] call(float[] row) throws OrtException {
            in.put(0, row);
            run();
            float[] result = new float[model.outputs()];
            out.get(0, result);
            return result;
        }

        /** Fills one of several rows. */
        void fill(int place, float[] row) {
            in.put(place * model.inputs(), row);
        }

        /** Runs on what is there. */
        void run() throws OrtException {
            session.run(inputs, outputs).close();
        }

        @Override
        public void close() {
            inputs.values().forEach(OnnxTensor::close);
            outputs.values().forEach(OnnxTensor::close);
        }
    }

    @Override
    public void close() throws OrtException {
        session.close();
    }
}
