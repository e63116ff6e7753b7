package dev.maas.registry.store.http;

import java.io.IOException;
import java.time.Duration;

/** Says in our own words what is wrong with an answer, and whether another may be right. */
final class AnswerException extends IOException {
    private static final long serialVersionUID = 1L;

    private final boolean passing;
    private final Duration retryAfter;

    private AnswerException(String message, boolean passing, Duration retryAfter) {
        super(message);
        this.passing = passing;
        this.retryAfter = retryAfter;
    }

    /** What asking again would not mend. */
    static AnswerException permanent(String message) {
        return new AnswerException(message, false, Duration.ZERO);
    }

    /** What may pass. */
    static AnswerException passing(String message) {
        return passing(message, Duration.ZERO);
    }

    /** What may pass after a time that the server named. */
    static AnswerException passing(String message, Duration retryAfter) {
        return new AnswerException(message, true, retryAfter);
    }

    boolean mayPass() {
        return passing;
    }

    Duration retryAfter() {
        return retryAfter;
    }

    /** Says what went wrong, whoever found it. */
    static String reason(IOException e) {
        String message = e.getMessage() == null ? "" : ": " + e.getMessage();
        return e instanceof AnswerException
                ? message.substring(2)
                : "the server gave no answer (" + e.getClass().getSimpleName() + message
                        + "). Look at the address and the network";
    }
}
