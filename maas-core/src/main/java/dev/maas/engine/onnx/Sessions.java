package dev.maas.engine.onnx;

import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import ai.onnxruntime.OrtSession.SessionOptions;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * The one or two sessions of a model, with what must outlive them. Made by one thread, then safe for use by any; whoever closes it
 * makes sure that no run is under way.
 */
final class Sessions implements AutoCloseable {
    private final ExternalWeights weights;
    private final List<SessionOptions> options = new ArrayList<>(2);
    private final List<OrtSession> sessions = new ArrayList<>(2);

    /** Makes an empty set, which owns the weights. */
    Sessions(ExternalWeights weights) {
        this.weights = weights;
    }

    /** Opens a session; the first is for runs alone, the second for runs beside others. */
    interface Opener {
        OrtSession open(SessionOptions options) throws OrtException;
    }

    /** Adds a session with these options, and owns both. */
    void add(SessionOptions sessionOptions, Opener opener) throws OrtException {
        options.add(sessionOptions);
        sessions.add(opener.open(sessionOptions));
    }

    int count() {
        return sessions.size();
    }

    List<OrtSession> all() {
        return Collections.unmodifiableList(sessions);
    }

    OrtSession forRunsAlone() {
        return sessions.get(0);
    }

    OrtSession forRunsBesideOthers() {
        return sessions.get(sessions.size() - 1);
    }

    @Override
    public void close() throws OrtException {
        try (weights) {
            List<AutoCloseable> parts = new ArrayList<>(sessions);
            parts.addAll(options);
            closeAll(parts);
        }
    }

    private static void closeAll(List<AutoCloseable> parts) throws OrtException {
        Exception failure = null;
        for (AutoCloseable part : parts) {
            try {
                part.close();
            } catch (Exception e) {
                if (failure == null) {
                    failure = e;
                } else {
                    failure.addSuppressed(e);
                }
            }
        }
        if (failure instanceof OrtException e) {
            throw e;
        }
        if (failure != null) {
            throw (RuntimeException) failure;
        }
    }
}
