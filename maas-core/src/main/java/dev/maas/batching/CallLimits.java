package dev.maas.batching;

import dev.maas.CallOptions;
import dev.maas.CallOptions.Priority;
import dev.maas.DeadlineExceededException;
import java.time.Duration;

/**
 * The bounds of one call, counted from its beginning.
 *
 * @param deadline when it must be answered, by {@link System#nanoTime()}; meaningless without one
 */
record CallLimits(boolean hasDeadline, long deadline, Priority priority) {
    private static final CallLimits NONE = new CallLimits(false, 0, Priority.NORMAL);

    static CallLimits of(CallOptions options) {
        if (options.timeout().isEmpty()) {
            return options.priority() == Priority.NORMAL ? NONE : new CallLimits(false, 0, options.priority());
        }
        long deadline = System.nanoTime() + nanos(options.timeout().get());
        return new CallLimits(true, deadline, options.priority());
    }

    private static long nanos(Duration timeout) {
        // A quarter of the clock's range: 73 years, and differences between two such times still compare.
        Duration longest = Duration.ofNanos(Long.MAX_VALUE / 4);
        return (timeout.compareTo(longest) > 0 ? longest : timeout).toNanos();
    }

    long nanosLeft() {
        return deadline - System.nanoTime();
    }

    static DeadlineExceededException exceeded(boolean whileRunning) {
        return new DeadlineExceededException(
                whileRunning
                        ? "The deadline passed while the model ran; the run was stopped. Allow more time, or use a smaller input"
                        : "The deadline passed while the call waited for the model. Allow more time, or send fewer calls");
    }
}
