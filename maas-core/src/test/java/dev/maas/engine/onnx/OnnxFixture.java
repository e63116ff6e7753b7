package dev.maas.engine.onnx;

import dev.maas.ModelSource;
import dev.maas.engine.Engine;
import dev.maas.engine.EngineOptions;
import dev.maas.engine.LoadedModel;
import dev.maas.engine.RunFrame;
import dev.maas.engine.VettedModel;
import dev.maas.tensor.ElementType;
import dev.maas.tensor.Shape;
import dev.maas.tensor.Signature;
import dev.maas.tensor.Tensor;
import dev.maas.tensor.TensorSpec;
import dev.maas.tensor.ValueSpec;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** An open engine and what was loaded by it, all closed together. */
final class OnnxFixture implements AutoCloseable {
    private final Engine engine;
    private final List<LoadedModel> models = new ArrayList<>();
    private final List<RunFrame> frames = new ArrayList<>();

    OnnxFixture() {
        this(EngineOptions.defaults());
    }

    OnnxFixture(EngineOptions options) {
        this.engine = new OnnxEngineProvider().open(options);
    }

    Engine engine() {
        return engine;
    }

    LoadedModel load(VettedModel model) {
        LoadedModel loaded = engine.load(model);
        models.add(loaded);
        return loaded;
    }

    RunFrame frame(VettedModel model) {
        return frame(load(model));
    }

    RunFrame frame(LoadedModel model) {
        RunFrame frame = model.newFrame();
        frames.add(frame);
        return frame;
    }

    /** A model of which nothing is known but its bytes. */
    static VettedModel undeclared(byte[] model) {
        return new VettedModel(ModelSource.of(model), Optional.empty(), List.of());
    }

    static VettedModel declared(byte[] model, Signature signature, String... optionalOutputs) {
        return new VettedModel(ModelSource.of(model), Optional.of(signature), Set.of(optionalOutputs), List.of());
    }

    static TensorSpec tensor(String name, ElementType type, String shape) {
        return new TensorSpec(name, type, Shape.parse(shape));
    }

    static Signature signature(List<TensorSpec> inputs, ValueSpec... outputs) {
        return Signature.of(inputs, List.of(outputs));
    }

    static void run(RunFrame frame, Tensor... inputs) {
        for (int i = 0; i < inputs.length; i++) {
            frame.input(i).copyFrom(inputs[i]);
        }
        frame.run();
    }

    @Override
    public void close() {
        frames.forEach(RunFrame::close);
        models.forEach(LoadedModel::close);
        engine.close();
    }
}
