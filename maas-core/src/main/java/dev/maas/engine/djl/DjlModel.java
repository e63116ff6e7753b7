package dev.maas.engine.djl;

import ai.djl.Model;
import dev.maas.ClosedException;
import dev.maas.engine.LoadedModel;
import dev.maas.engine.RunFrame;
import dev.maas.tensor.Signature;
import java.util.Map;
import java.util.OptionalLong;

/** A model of DJL's. The last of the model and its frames to be closed frees it. */
final class DjlModel implements LoadedModel {
    private final Model model;
    private final Signature signature;
    private final Map<String, String> properties;

    private final Object lock = new Object();
    // Guarded by lock.
    private boolean closed;
    private int openFrames;

    DjlModel(Model model, Signature signature) {
        this.model = model;
        this.signature = signature;
        Map<String, String> custom = model.getBlock().getCustomMetadata();
        this.properties = custom == null ? Map.of() : Map.copyOf(custom);
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
        return OptionalLong.empty();
    }

    @Override
    public RunFrame newFrame() {
        synchronized (lock) {
            if (closed) {
                throw new ClosedException("The model was closed");
            }
            openFrames++;
            return new DjlFrame(this, model);
        }
    }

    void frameClosed() {
        synchronized (lock) {
            openFrames--;
            closeIfUnused();
        }
    }

    @Override
    public void close() {
        synchronized (lock) {
            if (!closed) {
                closed = true;
                closeIfUnused();
            }
        }
    }

    private void closeIfUnused() {
        if (closed && openFrames == 0) {
            model.close();
        }
    }
}
