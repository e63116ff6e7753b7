package dev.maas.rollout;

import dev.maas.CallOptions;
import java.time.Duration;

/** The time until a call's deadline, which its steps share. Immutable. */
record TimeLeft(CallOptions options, long begun) {
    static TimeLeft of(CallOptions options) {
        return new TimeLeft(options, System.nanoTime());
    }

    /** Whether none is left. */
    boolean isOver() {
        return options.timeout().filter(timeout -> left(timeout).isZero()).isPresent();
    }

    /** The options for a step that begins now; the deadline is not over. */
    CallOptions now() {
        return options.timeout()
                .map(timeout -> options.withTimeout(left(timeout)))
                .orElse(options);
    }

    private Duration left(Duration timeout) {
        Duration left = timeout.minusNanos(System.nanoTime() - begun);
        return left.isNegative() ? Duration.ZERO : left;
    }
}
