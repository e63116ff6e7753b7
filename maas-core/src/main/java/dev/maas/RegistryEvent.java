package dev.maas;

import java.time.Instant;

/**
 * One entry of a model's history.
 *
 * <p>Immutable and safe for use by any thread.
 *
 * @param name the model's name
 * @param sequence the entry's place in the model's history, from 1 without gaps
 * @param kind what happened
 * @param subject to what: a version's number, an alias, or both as {@code champion=7}
 * @param at when
 * @param who who did it
 * @param why the reason they gave; empty if none
 */
public record RegistryEvent(String name, long sequence, Kind kind, String subject, Instant at, String who, String why) {
    /** What happened. */
    public enum Kind {
        /** A version was published. */
        PUBLISH,
        /** An alias was created, moved or removed. */
        ALIAS,
        /** A version's tags changed. */
        TAG,
        /** A version was withdrawn, or put back. */
        YANK,
        /** A version was deleted, or restored. */
        DELETE
    }
}
