package dev.maas.registry;

import dev.maas.RegistryEvent;
import java.time.Instant;
import java.util.Locale;
import java.util.Optional;

/**
 * One entry of a model's log. Immutable.
 *
 * @param model the model's name, so that an entry cannot be moved to another's log
 * @param sequence its place, from 1 without gaps
 * @param previous the digest of the entry before, 64 zeros for the first
 * @param commit a random id, by which a committer whose answer was lost knows its own entry
 * @param at when, by the committer's clock; the order is that of the sequence
 * @param who who did it
 * @param why the reason they gave
 * @param checkpoint a checkpoint that the committer vouches for
 * @param change what it does
 */
record LogEntry(
        String model,
        long sequence,
        String previous,
        String commit,
        Instant at,
        String who,
        String why,
        Optional<CheckpointRef> checkpoint,
        Change change) {
    /** The digest before the first entry. */
    static final String NOTHING = "0".repeat(64);

    /**
     * A checkpoint's place and digest.
     *
     * @param sequence the entry up to which it goes
     * @param hex the digest of its bytes
     */
    record CheckpointRef(long sequence, String hex) {}

    RegistryEvent event() {
        RegistryEvent.Kind kind = RegistryEvent.Kind.valueOf(change.kind().toUpperCase(Locale.ROOT));
        return new RegistryEvent(model, sequence, kind, change.subject(), at, who, why);
    }
}
