package dev.maas.engine;

import ai.djl.Device;
import ai.djl.Model;
import ai.djl.inference.Predictor;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.translate.NoopTranslator;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtLoggingLevel;
import ai.onnxruntime.OrtSession;
import dev.maas.ModelLoadException;
import dev.maas.ModelSource;
import dev.maas.tensor.ElementType;
import dev.maas.tensor.Signature;
import dev.maas.tensor.Tensor;
import dev.maas.tensor.TensorSpec;
import dev.maas.testmodels.OnnxModels;
import java.io.ByteArrayInputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.ServiceLoader;

/**
 * The main program of forked JVMs: does what its arguments say, one after the other, each step with a run, and writes a line for
 * each that went well.
 */
public final class EnvironmentOrder {
    private static final byte[] MODEL = OnnxModels.add(ElementType.FLOAT32, "[n]");

    private EnvironmentOrder() {}

    /** Runs the steps. */
    public static void main(String[] steps) throws Exception {
        for (String step : steps) {
            switch (step) {
                case "maas-onnx" -> maas("onnxruntime");
                case "maas-djl" -> maas("djl");
                case "maas-djl-refuses" -> maasDjlRefuses();
                case "host-ort" -> hostRuns(OrtEnvironment.getEnvironment());
                case "host-ort-with-threads" -> hostRuns(hostEnvironmentWithThreads());
                case "host-djl" -> Djl.run();
                case "availability" -> availability();
                case "properties" -> properties();
                default -> throw new IllegalArgumentException(step);
            }
            System.out.println("done: " + step);
        }
    }

    private static void maas(String name) {
        try (Engines engines = new Engines(EngineOptions.defaults());
                LoadedModel model = engines.named(name).load(vetted());
                RunFrame frame = model.newFrame()) {
            for (int i = 0; i < 2; i++) {
                frame.input(i).copyFrom(Tensor.of(new float[] {1, 2}));
            }
            frame.run();
            require(frame.outputValue(0).equals(Tensor.of(new float[] {2, 4})));
        }
    }

    private static VettedModel vetted() {
        return new VettedModel(
                ModelSource.of(MODEL),
                Optional.of(Signature.of(List.of(tensor("a"), tensor("b")), List.of(tensor("y")))),
                List.of());
    }

    private static TensorSpec tensor(String name) {
        return new TensorSpec(name, ElementType.FLOAT32, dev.maas.tensor.Shape.parse("[n]"));
    }

    private static void maasDjlRefuses() {
        try (Engines engines = new Engines(EngineOptions.defaults())) {
            engines.named("djl").load(vetted());
            throw new AssertionError("DJL ran");
        } catch (ModelLoadException e) {
            System.out.println("refused: " + e.getMessage());
        }
    }

    private static OrtEnvironment hostEnvironmentWithThreads() throws Exception {
        try (OrtEnvironment.ThreadingOptions threads = new OrtEnvironment.ThreadingOptions()) {
            threads.setGlobalIntraOpNumThreads(1);
            return OrtEnvironment.getEnvironment(OrtLoggingLevel.ORT_LOGGING_LEVEL_WARNING, "host", threads);
        }
    }

    private static void hostRuns(OrtEnvironment environment) throws Exception {
        try (OrtSession.SessionOptions options = new OrtSession.SessionOptions();
                OrtSession session = environment.createSession(MODEL, options);
                OnnxTensor tensor = OnnxTensor.createTensor(environment, new float[] {1, 2});
                OrtSession.Result result = session.run(Map.of("a", tensor, "b", tensor))) {
            require(((float[]) result.get(0).getValue())[1] == 4);
        }
    }

    private static void availability() {
        for (EngineProvider provider : ServiceLoader.load(EngineProvider.class)) {
            System.out.println(provider.name() + ": " + provider.availability() + " " + provider.formats());
        }
    }

    private static void properties() {
        for (String property : List.of("ai.djl.offline", "OPT_OUT_TRACKING", "ai.djl.onnxruntime.num_threads")) {
            System.out.println(property + "=" + System.getProperty(property));
        }
    }

    private static void require(boolean condition) {
        if (!condition) {
            throw new AssertionError("a wrong result");
        }
    }

    /** Apart, since DJL may be absent. */
    private static final class Djl {
        static void run() throws Exception {
            try (Model model = Model.newInstance("host", Device.cpu(), "OnnxRuntime")) {
                model.load(new ByteArrayInputStream(MODEL));
                try (Predictor<NDList, NDList> predictor = model.newPredictor(new NoopTranslator(null))) {
                    ByteBuffer values = ByteBuffer.allocateDirect(8).order(ByteOrder.nativeOrder());
                    values.putFloat(0, 1).putFloat(4, 2);
                    var manager = model.getNDManager();
                    NDList inputs = new NDList(
                            manager.create(values, new Shape(2), DataType.FLOAT32),
                            manager.create(
                                    values.duplicate().order(ByteOrder.nativeOrder()), new Shape(2), DataType.FLOAT32));
                    require(predictor.predict(inputs).get(0).toFloatArray()[1] == 4);
                }
            }
        }
    }
}
