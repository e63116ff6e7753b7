package dev.maas.benchmarks;

import ai.djl.MalformedModelException;
import ai.djl.Model;
import ai.djl.inference.Predictor;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.types.Shape;
import ai.djl.translate.Batchifier;
import ai.djl.translate.Translator;
import ai.djl.translate.TranslatorContext;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** DJL with its ONNX Runtime engine; a predictor for each thread, as its documentation asks. */
final class DjlRuntime implements AutoCloseable {
    private final Model model;
    private final Mlp mlp;

    DjlRuntime(Mlp mlp) throws IOException, MalformedModelException {
        this.mlp = mlp;
        Path folder = Files.createTempDirectory("benchmark");
        Path file = folder.resolve("mlp.onnx");
        Files.write(file, mlp.onnx());
        model = Model.newInstance("mlp", "OnnxRuntime");
        model.load(file);
        Files.delete(file);
        Files.delete(folder);
    }

    Predictor<float[], float[]> predictor() {
        return model.newPredictor(new RowTranslator(mlp.inputs()));
    }

    private static final class RowTranslator implements Translator<float[], float[]> {
        private final Shape shape;

        RowTranslator(int inputs) {
            this.shape = new Shape(1, inputs);
        }

        @Override
        public NDList processInput(TranslatorContext context, float[] row) {
            return new NDList(context.getNDManager().create(row, shape));
        }

        @Override
        public float[] processOutput(TranslatorContext context, NDList list) {
            return list.singletonOrThrow().toFloatArray();
        }

        @Override
        public @Nullable Batchifier getBatchifier() {
            return null;
        }
    }

    @Override
    public void close() {
        model.close();
    }
}
