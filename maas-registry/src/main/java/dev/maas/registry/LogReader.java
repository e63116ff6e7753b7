package dev.maas.registry;

import dev.maas.IntegrityException;
import dev.maas.registry.format.Sha256;
import dev.maas.registry.store.ObjectInfo;
import dev.maas.registry.store.ObjectListing;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Reads and replays the logs of models. Has no state of its own; safe for use by any thread. */
final class LogReader {
    private static final Logger LOG = LoggerFactory.getLogger(LogReader.class);

    /** Older checkpoints help only if the newest, which no entry may vouch for yet, is of no use. */
    private static final int MOST_CHECKPOINTS_TRIED = 3;

    /** The entries that are asked for at once at the beginning of a replay, and after it went on for a while. */
    private static final int FEWEST_AHEAD = 2;

    private static final int MOST_AHEAD = 16;

    private final StoreReader reader;

    LogReader(StoreReader reader) {
        this.reader = reader;
    }

    /**
     * An entry with the digest of its bytes.
     *
     * @param entry the entry
     * @param hex the digest
     */
    record Read(LogEntry entry, String hex) {}

    /** Returns whether there is an entry of that number. */
    boolean exists(String model, long sequence) {
        return reader.store().stat(Keys.log(model, sequence)).isPresent();
    }

    /** Returns an entry, sound in itself; whether it fits into the chain, only its neighbours tell. */
    Optional<Read> entry(String model, long sequence) {
        return reader.read(Keys.log(model, sequence), LogJson.LARGEST, bytes -> decode(bytes, model, sequence));
    }

    /** Returns an entry's bytes, sound in themselves as {@link #entry} has them. */
    Optional<byte[]> bytes(String model, long sequence) {
        return reader.read(Keys.log(model, sequence), LogJson.LARGEST, bytes -> {
            LogJson.read(bytes, model, sequence);
            return bytes;
        });
    }

    /** Applies all entries that follow. */
    void catchUp(ModelState state) {
        follow(state, entry -> {});
    }

    /**
     * Applies all entries that follow, and tells of each. Where every read is a round trip, a store reads a few entries ahead at once. That
     * one of them was read before the one in front of it does no harm: the first that is absent ends the replay, whatever lies behind it.
     */
    private void follow(ModelState state, Consumer<LogEntry> each) {
        String model = state.model();
        for (int width = FEWEST_AHEAD; ; width = Math.min(2 * width, MOST_AHEAD)) {
            long first = state.sequence() + 1;
            List<String> keys = LongStream.range(first, first + width)
                    .mapToObj(sequence -> Keys.log(model, sequence))
                    .toList();
            Iterator<Optional<Read>> reads =
                    reader.readAll(keys, LogJson.LARGEST, (place, bytes) -> decode(bytes, model, first + place));
            while (reads.hasNext()) {
                Optional<Read> next = reads.next();
                if (next.isEmpty()) {
                    return;
                }
                state.apply(next.get().entry(), next.get().hex());
                each.accept(next.get().entry());
            }
        }
    }

    private static Read decode(byte[] bytes, String model, long sequence) {
        return new Read(LogJson.read(bytes, model, sequence), Sha256.hex(bytes));
    }

    /**
     * Replays a model's log from the newest checkpoint that it vouches for, or else from its first entry.
     *
     * @throws IntegrityException if the log is damaged
     */
    ModelState replay(String model) {
        ModelState state = fromCheckpoint(model).orElseGet(() -> {
            ModelState fresh = new ModelState(model);
            catchUp(fresh);
            return fresh;
        });
        requireNoGap(state);
        return state;
    }

    /** An entry that was removed from the middle must not pass for the end of the log: the next commit would take its number. */
    private void requireNoGap(ModelState state) {
        String newest = Keys.log(state.model(), state.sequence());
        ObjectListing behind = reader.store().list(Keys.logFolder(state.model()), newest, 1);
        if (!behind.objects().isEmpty()) {
            catchUp(state);
            String next = Keys.log(state.model(), state.sequence() + 1);
            if (behind.objects().get(0).key().compareTo(next) > 0) {
                throw new IntegrityException(reader.store().name() + ": '" + next
                        + "' is missing, but there are entries behind it. Restore it from a copy of the store");
            }
        }
    }

    /**
     * Refuses a log that does not go on from an entry that was trusted. The entries behind that one are read even where a checkpoint
     * spared the replay from doing so.
     *
     * @param state what the log says
     * @param sequence the number of the entry
     * @param hex the digest of its bytes
     */
    void requireContains(ModelState state, long sequence, String hex) {
        if (state.sequence() < sequence) {
            throw new IntegrityException(
                    reader.store().name() + ": the log of '" + state.model() + "' is older than one that"
                            + " was trusted before: it ends at entry " + state.sequence() + ", not at " + sequence
                            + " or a later one. The store was set back, or an old copy took its place");
        }
        String last = state.sequence() == sequence ? state.head() : digestThrough(state, sequence, hex);
        boolean follows = state.sequence() == sequence ? last.equals(hex) : last.equals(state.head());
        if (!follows) {
            throw forked(state.model(), sequence);
        }
    }

    /** Returns the digest of the newest entry, having followed the chain to it from the one that was trusted. */
    private String digestThrough(ModelState state, long sequence, String hex) {
        String previous = hex;
        for (long next = sequence; next <= state.sequence(); next++) {
            Read read = entry(state.model(), next).orElseThrow(() -> forked(state.model(), sequence));
            boolean fits = next == sequence
                    ? read.hex.equals(hex)
                    : read.entry.previous().equals(previous);
            if (!fits) {
                throw forked(state.model(), sequence);
            }
            previous = read.hex;
        }
        return previous;
    }

    private IntegrityException forked(String model, long sequence) {
        return new IntegrityException(
                reader.store().name() + ": the log of '" + model + "' does not go on from entry " + sequence
                        + ", which was trusted before: it was changed or forked. Compare it with a copy of the store");
    }

    private Optional<ModelState> fromCheckpoint(String model) {
        List<Long> candidates = new ArrayList<>(checkpoints(model));
        Collections.reverse(candidates);
        for (long candidate : candidates.subList(0, Math.min(candidates.size(), MOST_CHECKPOINTS_TRIED))) {
            try {
                Optional<ModelState> state = fromCheckpoint(model, candidate);
                if (state.isPresent()) {
                    return state;
                }
            } catch (IntegrityException e) {
                LOG.warn("Checkpoint {} of '{}' is passed over: {}", candidate, model, e.getMessage());
            }
        }
        return Optional.empty();
    }

    private Optional<ModelState> fromCheckpoint(String model, long sequence) {
        record Bytes(ModelState state, String hex) {}
        Optional<Bytes> read = reader.read(
                Keys.checkpoint(model, sequence),
                Checkpoint.LARGEST,
                bytes -> new Bytes(Checkpoint.read(bytes, model, sequence), Sha256.hex(bytes)));
        if (read.isEmpty()) {
            return Optional.empty();
        }
        ModelState state = read.get().state;
        LogEntry.CheckpointRef expected = new LogEntry.CheckpointRef(sequence, read.get().hex);
        boolean[] vouchedFor = new boolean[1];
        follow(
                state,
                entry -> vouchedFor[0] |=
                        entry.checkpoint().filter(expected::equals).isPresent());
        return vouchedFor[0] ? Optional.of(state) : Optional.empty();
    }

    /** Returns the places of all checkpoints, oldest first. */
    List<Long> checkpoints(String model) {
        List<Long> places = new ArrayList<>();
        @Nullable String after = null;
        do {
            ObjectListing listing = reader.store().list(Keys.checkpointFolder(model), after, 100);
            for (ObjectInfo info : listing.objects()) {
                String digits = Keys.lastPart(info.key());
                if (digits.matches("0[0-9]{19}")) {
                    places.add(Long.parseLong(digits));
                }
            }
            after = listing.next().orElse(null);
        } while (after != null);
        return places;
    }
}
