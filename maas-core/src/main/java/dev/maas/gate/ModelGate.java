package dev.maas.gate;

import dev.maas.ModelLoadException;
import dev.maas.ModelSource;
import dev.maas.engine.Engine;
import dev.maas.engine.Engines;
import dev.maas.engine.LoadedModel;
import dev.maas.engine.VettedModel;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;

/**
 * The one way from a package's bytes to a loaded model: they are inspected as data first, and only then does an engine see them.
 *
 * <p>Public for the sibling packages that load or describe models; applications open a {@code ModelService}. Immutable and safe for
 * use by any thread. Both methods read files and block; inspection passes over weights without reading them, so that it takes
 * milliseconds and little memory for models of any size.
 */
public final class ModelGate {
    private static final String ONNX = "onnx";

    private final GateLimits limits;

    /** Makes a gate with the usual limits. */
    public ModelGate() {
        this(GateLimits.defaults());
    }

    /** Makes a gate with these limits. */
    public ModelGate(GateLimits limits) {
        this.limits = Objects.requireNonNull(limits, "limits");
    }

    /**
     * Inspects a package without any engine. Leaves the source open.
     *
     * <p>An ONNX model passes if nothing in its file is certainly wrong; whether it also runs, which depends on the operators and
     * types that an engine knows, only loading tells. Of other formats only the package is checked.
     *
     * @throws ModelLoadException if the package or the model in it is not sound; the message says what is wrong and where
     */
    public Inspection inspect(ModelSource source) {
        PackageSizes sizes = PackageSizes.of(source, limits);
        String entry = source.entry();
        String format = format(entry);
        Optional<OnnxModel> onnx =
                format.equals(ONNX) ? Optional.of(OnnxReader.read(source, entry, sizes, limits)) : Optional.empty();
        return new Inspection(entry, format, sizes.count(), sizes.total(), sizes.of(entry), onnx);
    }

    /**
     * Inspects a package and lets an engine load it: the one that its metadata names, or else the preferred one for its format.
     * Leaves the source open, which must stay so until the model is closed.
     *
     * @throws ModelLoadException if the package is not sound, no engine here reads it, or the engine cannot load it
     */
    public LoadedModel load(ModelSource source, Engines engines) {
        Inspection inspection = inspect(source);
        VettedModel vetted = inspection
                .onnx()
                .map(onnx -> vetted(source, onnx))
                .orElseGet(() -> new VettedModel(source, Optional.empty(), List.of()));
        Engine engine = source.metadata()
                .engine()
                .map(name -> engines.named(name, source.entry()))
                .orElseGet(() -> engines.forFile(source.entry()));
        return engine.load(vetted);
    }

    private static VettedModel vetted(ModelSource source, OnnxModel onnx) {
        onnx.requireCarried();
        return new VettedModel(source, onnx.signature(), onnx.optionalOutputs(), onnx.externalTensors());
    }

    private static String format(String entry) {
        String name = entry.substring(entry.lastIndexOf('/') + 1);
        int dot = name.lastIndexOf('.');
        return dot < 0 ? "" : name.substring(dot + 1).toLowerCase(Locale.ROOT);
    }
}
