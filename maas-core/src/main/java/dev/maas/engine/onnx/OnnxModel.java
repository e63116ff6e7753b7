package dev.maas.engine.onnx;

import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import dev.maas.ClosedException;
import dev.maas.EngineException;
import dev.maas.engine.ErrorText;
import dev.maas.engine.LoadedModel;
import dev.maas.engine.RunFrame;
import dev.maas.engine.VettedModel;
import dev.maas.tensor.Signature;
import dev.maas.tensor.ValueSpec;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;

/**
 * The sessions of a model, with what was read from them once.
 *
 * <p>A session that is closed during a run crashes the JVM, so the last of the model and its frames to be closed closes it.
 */
final class OnnxModel implements LoadedModel {
    private final OrtEnvironment runtime;
    private final Sessions sessions;
    private final TextBridge texts;
    private final ValueReader reader;
    private final Signature signature;
    private final Map<String, String> properties;
    private final OptionalLong nativeBytes;
    private final OutputShapes outputShapes;
    private final List<List<String>> namesOfOutputs = new ArrayList<>();
    private final Set<String> optionalOutputs;

    private final boolean hasArena;
    private final Object lock = new Object();
    // Guarded by lock.
    private boolean closed;
    private int openFrames;

    OnnxModel(OnnxEnvironment environment, Sessions sessions, VettedModel model, TextBridge texts, boolean hasArena)
            throws OrtException {
        this.hasArena = hasArena;
        this.runtime = environment.runtime();
        this.sessions = sessions;
        OrtSession session = sessions.forRunsAlone();
        this.texts = texts;
        this.reader = new ValueReader(texts);
        this.optionalOutputs = model.optionalOutputs();
        List<String> outputs = session.getOutputNames().stream()
                .filter(name -> !OptionalOutputs.isAdded(name, optionalOutputs))
                .toList();
        this.signature = new SignatureReader(session, model).read(outputs);
        this.properties = Map.copyOf(session.getMetadata().getCustomMetadata());
        this.nativeBytes = WeightBytes.of(model, sessions.count());
        this.outputShapes = new OutputShapes(signature, optionalOutputs);
        for (String output : outputs) {
            namesOfOutputs.add(
                    optionalOutputs.contains(output)
                            ? List.of(OptionalOutputs.presence(output), OptionalOutputs.value(output))
                            : List.of(output));
        }
    }

    @Override
    public Signature signature() {
        return signature;
    }

    @Override
    public Map<String, String> properties() {
        return properties;
    }

    @Override
    public OptionalLong nativeBytes() {
        return nativeBytes;
    }

    @Override
    public RunFrame newFrame() {
        return newFrame(sessions.forRunsAlone());
    }

    @Override
    public RunFrame newThroughputFrame() {
        return newFrame(sessions.forRunsBesideOthers());
    }

    @Override
    public void trim() {
        if (!hasArena) {
            return;
        }
        try {
            for (OrtSession session : sessions.all()) {
                ArenaTrim.trim(runtime, session, signature);
            }
        } catch (OrtException e) {
            throw new EngineException("The model's idle memory cannot be given back: " + ErrorText.of(e, List.of()), e);
        }
    }

    private RunFrame newFrame(OrtSession session) {
        synchronized (lock) {
            if (closed) {
                throw new ClosedException("The model was closed");
            }
            openFrames++;
        }
        try {
            return new OnnxFrame(this, session);
        } catch (OrtException e) {
            frameClosed();
            throw new EngineException("No memory for a run: " + ErrorText.of(e, List.of()), e);
        }
    }

    void frameClosed() {
        synchronized (lock) {
            openFrames--;
            closeSessionIfUnused();
        }
    }

    @Override
    public void close() {
        synchronized (lock) {
            if (!closed) {
                closed = true;
                closeSessionIfUnused();
            }
        }
    }

    private void closeSessionIfUnused() {
        if (closed && openFrames == 0) {
            try {
                sessions.close();
            } catch (OrtException e) {
                throw new EngineException("The model's memory cannot be freed: " + ErrorText.of(e, List.of()), e);
            }
        }
    }

    // For its frames.

    OrtEnvironment runtime() {
        return runtime;
    }

    TextBridge texts() {
        return texts;
    }

    ValueReader reader() {
        return reader;
    }

    OutputShapes outputShapes() {
        return outputShapes;
    }

    /** The names by which the runtime gives an output: its own, or the two that stand for an optional one. */
    List<String> namesOf(int output) {
        return namesOfOutputs.get(output);
    }

    boolean isOptional(int output) {
        ValueSpec spec = signature.outputs().get(output);
        return optionalOutputs.contains(spec.name());
    }
}
