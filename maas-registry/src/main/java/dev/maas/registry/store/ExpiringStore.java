package dev.maas.registry.store;

import java.time.Instant;

/**
 * A store whose answers are to be believed for a time only, after which it must have been asked again: otherwise whoever keeps newer answers back
 * would be believed for ever. Safe for use by any thread.
 */
public interface ExpiringStore extends ObjectStore {
    /** Returns until when the answers that it gave last are to be believed. Does not block, and asks nobody. */
    Instant believedUntil();
}
