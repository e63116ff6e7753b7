package dev.maas.pipeline;

import dev.maas.CallOptions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Writes the trace of one call, if somebody listens. Used by whoever conducts the call, one thread at a time. */
final class TraceRecorder {
    private static final Logger LOG = LoggerFactory.getLogger(TraceRecorder.class);

    private final String pipeline;
    private final CallOptions options;
    private final Consumer<PipelineTrace> listener;
    private final boolean listens;
    private final long start;
    private final List<PipelineTrace.Span> spans = new ArrayList<>();

    TraceRecorder(String pipeline, CallOptions options, Consumer<PipelineTrace> listener) {
        this.pipeline = pipeline;
        this.options = options;
        this.listener = listener;
        this.listens = listener != Pipeline.NOBODY;
        this.start = now();
    }

    /** The time, for {@link #add}; 0 if nobody listens. */
    long now() {
        return listens ? System.nanoTime() : 0;
    }

    void add(Node node, long begin, long end, @Nullable Throwable failure) {
        if (listens) {
            Node.ModelWork model = node.model();
            spans.add(new PipelineTrace.Span(
                    node.name(),
                    model == null ? Optional.empty() : Optional.of(model.ref()),
                    Duration.ofNanos(begin - start),
                    Duration.ofNanos(end - begin),
                    Optional.ofNullable(failure)));
        }
    }

    void end(@Nullable Throwable failure) {
        if (!listens) {
            return;
        }
        try {
            listener.accept(new PipelineTrace(
                    HexFormat.of().toHexDigits(ThreadLocalRandom.current().nextLong()),
                    pipeline,
                    options.caller(),
                    Duration.ofNanos(now() - start),
                    spans,
                    Optional.ofNullable(failure)));
        } catch (RuntimeException e) {
            LOG.warn("A listener of pipeline '{}' failed", pipeline, e);
        }
    }
}
