package dev.maas.registry.cache;

import dev.maas.RegistryException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Whether a store answers. While it does not, it is asked again after a pause that grows, by one caller at a time, so that the others need not wait
 * for it. Safe for use by any thread.
 */
final class Reach {
    private static final Logger LOG = LoggerFactory.getLogger(Reach.class);
    private static final Duration SHORTEST_PAUSE = Duration.ofSeconds(1);
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(30);

    private final Clock clock;
    private final boolean never;

    // Guarded by this.
    private @Nullable Instant since;
    private Instant again = Instant.MIN;
    private Duration pause = SHORTEST_PAUSE;
    private String reason;

    Reach(Clock clock, boolean never) {
        this.clock = clock;
        this.never = never;
        this.since = never ? clock.instant() : null;
        this.reason = never ? "it is not to be asked" : "";
    }

    /** Returns whether to ask now; who is told so does, and tells how it went. */
    synchronized boolean mayAsk() {
        if (never) {
            return false;
        }
        if (since == null) {
            return true;
        }
        Instant now = clock.instant();
        if (now.isBefore(again)) {
            return false;
        }
        again = now.plus(pause);
        return true;
    }

    synchronized void answered(String name) {
        if (since != null && !never) {
            LOG.info("{} answers again, since {} it did not", name, since);
            since = null;
            pause = SHORTEST_PAUSE;
            again = Instant.MIN;
        }
    }

    /** Notes a failure that is met by what is here. */
    synchronized void failed(String name, RegistryException failure) {
        Instant now = clock.instant();
        reason = String.valueOf(failure.getMessage());
        if (since == null) {
            since = now;
            LOG.warn(
                    "{} does not answer ({}). What was read of it before is served from the cache, as it was then; newer"
                            + " versions and moves of aliases do not show until it answers",
                    name,
                    reason);
        } else {
            pause = pause.multipliedBy(2).compareTo(LONGEST_PAUSE) < 0 ? pause.multipliedBy(2) : LONGEST_PAUSE;
        }
        again = now.plus(pause);
    }

    /** Returns since when it does not answer, if so. */
    synchronized Optional<Instant> since() {
        return Optional.ofNullable(since);
    }

    synchronized String reason() {
        return reason;
    }
}
