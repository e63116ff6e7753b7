package dev.maas.pipeline;

import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * What one call of a pipeline did, stage by stage.
 *
 * <p>Immutable and safe for use by any thread.
 *
 * @param id a number of its own, in 16 hexadecimal digits
 * @param pipeline the pipeline's name
 * @param caller who called, if the call said so
 * @param duration how long the whole took
 * @param spans the stages that ended, in the order in which they did
 * @param failure why the call failed; empty if it did not
 */
public record PipelineTrace(
        String id,
        String pipeline,
        Optional<String> caller,
        Duration duration,
        List<Span> spans,
        Optional<Throwable> failure) {
    /** Copies the list. */
    public PipelineTrace {
        spans = List.copyOf(spans);
    }

    /**
     * What one stage did.
     *
     * @param stage its name
     * @param model the reference of its model; empty for a Java function
     * @param start when it began, counted from the beginning of the call
     * @param duration how long it took, with the time it waited for its model
     * @param failure why it failed; empty if it did not
     */
    public record Span(
            String stage, Optional<String> model, Duration start, Duration duration, Optional<Throwable> failure) {}
}
