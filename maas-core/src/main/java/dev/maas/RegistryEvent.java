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
        /** A version's tags, properties or description changed. */
        TAG,
        /** A version was withdrawn. */
        YANK,
        /** A withdrawn version was put back. */
        UNYANK,
        /** A version was deleted; it can be restored for a while. */
        DELETE,
        /** A deleted version was restored. */
        RESTORE,
        /** A deleted version is gone for good. */
        PURGE,
        /** Something was attached to a version, such as a signature of it. */
        ATTACH
    }
}
