package dev.maas.rollout;

import dev.maas.AccessDeniedException;
import dev.maas.CancelledException;
import dev.maas.InvalidInputException;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletionException;

/** What failures of calls mean. */
final class Failures {
    private Failures() {}

    /** The failure that a future's wrapper hides. */
    static Throwable unwrapped(Throwable failure) {
        Throwable known = failure;
        while (known instanceof CompletionException && known.getCause() != null) {
            known = known.getCause();
        }
        return known;
    }

    /** Whether the caller gave up, which says nothing of the model. */
    static boolean isCancellation(Throwable failure) {
        Throwable known = unwrapped(failure);
        return known instanceof CancelledException || known instanceof CancellationException;
    }

    /** Whether another model may do better: not if the call itself is wrong, is not allowed, or is not wanted any more. */
    static boolean mayGoElsewhere(Throwable failure) {
        Throwable known = unwrapped(failure);
        return known instanceof RuntimeException
                && !isCancellation(known)
                && !(known instanceof InvalidInputException)
                && !(known instanceof AccessDeniedException);
    }
}
