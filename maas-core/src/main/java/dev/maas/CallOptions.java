package dev.maas;

import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What a caller says about one call: how long it may take, who calls, how urgent it is.
 *
 * <p>Immutable and safe for use by any thread; make it once and use it for many calls.
 *
 * <pre>{@code
 * CallOptions options = CallOptions.timeout(Duration.ofMillis(50)).withCaller("checkout").withPriority(Priority.HIGH);
 * }</pre>
 */
public final class CallOptions {
    private static final CallOptions NONE = new CallOptions(null, null, Priority.NORMAL, null);

    private final @Nullable Duration timeout;
    private final @Nullable String caller;
    private final Priority priority;
    private final @Nullable String routingKey;

    private CallOptions(
            @Nullable Duration timeout, @Nullable String caller, Priority priority, @Nullable String routingKey) {
        this.timeout = timeout;
        this.caller = caller;
        this.priority = priority;
        this.routingKey = routingKey;
    }

    /** How urgent a call is, when calls have to wait for each other. */
    public enum Priority {
        /** Waits while others do not; it is served in the end all the same. */
        LOW,
        /** The priority of a call that says nothing. */
        NORMAL,
        /** Served before others. */
        HIGH
    }

    /** Returns options that say nothing. */
    public static CallOptions none() {
        return NONE;
    }

    /**
     * Returns options with a deadline, counted from the moment of each call.
     *
     * @throws InvalidInputException if the time is zero or negative
     */
    public static CallOptions timeout(Duration timeout) {
        return NONE.withTimeout(timeout);
    }

    /** Returns these options with that deadline; see {@link #timeout(Duration)}. */
    public CallOptions withTimeout(Duration newTimeout) {
        if (newTimeout.isZero() || newTimeout.isNegative()) {
            throw new InvalidInputException("A timeout is longer than zero; got " + newTimeout);
        }
        return new CallOptions(newTimeout, caller, priority, routingKey);
    }

    /** Returns these options with the name of who calls, for access control, quotas and the audit log. */
    public CallOptions withCaller(String newCaller) {
        return new CallOptions(timeout, Objects.requireNonNull(newCaller, "caller"), priority, routingKey);
    }

    /** Returns these options with that priority. */
    public CallOptions withPriority(Priority newPriority) {
        return new CallOptions(timeout, caller, Objects.requireNonNull(newPriority, "priority"), routingKey);
    }

    /** Returns these options with a key; calls with the same key take the same branch of a weighted route. */
    public CallOptions withRoutingKey(String newRoutingKey) {
        return new CallOptions(timeout, caller, priority, Objects.requireNonNull(newRoutingKey, "routingKey"));
    }

    /** Returns how long the call may take, if it is bounded. */
    public Optional<Duration> timeout() {
        return Optional.ofNullable(timeout);
    }

    /** Returns who calls, if that is known. */
    public Optional<String> caller() {
        return Optional.ofNullable(caller);
    }

    /** Returns the priority. */
    public Priority priority() {
        return priority;
    }

    /** Returns the key for weighted routes, if there is one. */
    public Optional<String> routingKey() {
        return Optional.ofNullable(routingKey);
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof CallOptions options
                && Objects.equals(timeout, options.timeout)
                && Objects.equals(caller, options.caller)
                && priority == options.priority
                && Objects.equals(routingKey, options.routingKey);
    }

    @Override
    public int hashCode() {
        return Objects.hash(timeout, caller, priority, routingKey);
    }

    @Override
    public String toString() {
        return "CallOptions[timeout=" + timeout + ", caller=" + caller + ", priority=" + priority + ", routingKey="
                + routingKey + "]";
    }
}
