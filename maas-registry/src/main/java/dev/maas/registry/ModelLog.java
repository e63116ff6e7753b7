package dev.maas.registry;

import dev.maas.IntegrityException;
import dev.maas.InvalidInputException;
import dev.maas.RegistryConflictException;
import dev.maas.RegistryException;
import dev.maas.registry.format.Sha256;
import dev.maas.registry.seal.TrustMemory;
import dev.maas.registry.store.ObjectContent;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.HexFormat;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One model's log: what it says, kept up to date, and commits to it. Safe for use by any thread.
 *
 * <p><b>The commit.</b> A committer replays the log to its end, checks its preconditions against what the log then says, and puts the
 * next entry if it is absent. Since exactly one put of a number wins, the preconditions of an entry that is there held at the entry before
 * it; there is no other step, and no lock. A loser replays the winner's entry, checks again, and tries the next number.
 *
 * <p><b>Lost answers.</b> A put may fail for its caller and yet take place, even later. So the committer never gives a number up on a
 * failure: it repeats the same bytes under the same number, and reads what lies there. If it is its own, known by a random commit id, it has
 * won; if another's, its own put is certain to lose, now or later, and only then does it go on. If the store stays out of reach, it says
 * that it does not know.
 *
 * <p>The local lock saves threads of one process from racing each other; correctness does not rest on it. The idea is that of Delta
 * Lake's transaction log (Armbrust et al., VLDB 2020).
 */
final class ModelLog {
    private static final Logger LOG = LoggerFactory.getLogger(ModelLog.class);
    private static final int MOST_ROUNDS = 10_000;
    private static final int MOST_REPETITIONS = 5;
    private static final long LONGEST_BACKOFF_NANOS = Duration.ofMillis(50).toNanos();
    private static final long SHORTEST_BACKOFF_NANOS = Duration.ofMillis(1).toNanos();
    private static final SecureRandom RANDOM = new SecureRandom();

    private final String model;
    private final StoreReader reader;
    private final LogReader logs;
    private final RegistryOptions options;
    private final ReentrantLock commitLock = new ReentrantLock();
    private final ReentrantReadWriteLock stateLock = new ReentrantReadWriteLock();

    // Guarded by stateLock.
    private @Nullable ModelState state;

    /** The newest entry that the memory of the options has; guarded by stateLock. */
    private long remembered;

    private volatile Instant checkedAt = Instant.MIN;

    ModelLog(String model, StoreReader reader, LogReader logs, RegistryOptions options) {
        this.model = model;
        this.reader = reader;
        this.logs = logs;
        this.options = options;
    }

    /**
     * An order's check of its preconditions, against what the log says at the moment of its commit.
     */
    @FunctionalInterface
    interface Decision {
        /**
         * Returns the change to commit, empty if there is nothing to do any more, or throws what stands against it. May be asked
         * several times.
         */
        Optional<Change> decide(ModelState state);
    }

    /** Reads from what the log says, as fresh as the options ask for. The function must not keep the state. */
    <T> T read(Function<ModelState, T> function) {
        return read(options.maxStaleness(), function);
    }

    /** Reads from what the log says now. */
    <T> T readNow(Function<ModelState, T> function) {
        return read(Duration.ZERO, function);
    }

    private <T> T read(Duration staleness, Function<ModelState, T> function) {
        boolean fresh = isFresh(staleness);
        if (fresh || !isNews()) {
            stateLock.readLock().lock();
            try {
                if (state != null) {
                    return function.apply(state);
                }
            } finally {
                stateLock.readLock().unlock();
            }
        }
        stateLock.writeLock().lock();
        try {
            return function.apply(refresh());
        } finally {
            stateLock.writeLock().unlock();
        }
    }

    private boolean isFresh(Duration staleness) {
        if (staleness.isZero() || checkedAt.equals(Instant.MIN)) {
            return false;
        }
        Duration age = Duration.between(checkedAt, options.clock().instant());
        return !age.isNegative() && age.compareTo(staleness) <= 0;
    }

    /** Looks whether there is an entry that the state does not have: one look-up, without a lock. */
    private boolean isNews() {
        long next = nextSequence();
        Instant now = options.clock().instant();
        if (next == 0 || logs.exists(model, next)) {
            return true;
        }
        checkedAt = now;
        return false;
    }

    private long nextSequence() {
        stateLock.readLock().lock();
        try {
            return state == null ? 0 : state.sequence() + 1;
        } finally {
            stateLock.readLock().unlock();
        }
    }

    /** Brings the state up to date; the caller holds the write lock. */
    private ModelState refresh() {
        Instant now = options.clock().instant();
        ModelState current = state;
        if (current == null) {
            current = logs.replay(model);
            recall(current);
            state = current;
        } else {
            logs.catchUp(current);
        }
        remember(current);
        checkedAt = now;
        return current;
    }

    /** Holds a log that was read from the beginning against the newest entry that was trusted. */
    private void recall(ModelState current) {
        options.memory()
                .flatMap(memory -> memory.newest(model))
                .ifPresent(trusted -> logs.requireContains(current, trusted.sequence(), trusted.digest()));
    }

    /** Remembers the newest entry; if that fails, the next reader begins anew. The caller holds the write lock. */
    private void remember(ModelState current) {
        if (options.memory().isPresent() && current.sequence() != remembered) {
            try {
                options.memory().get().remember(model, new TrustMemory.Mark(current.sequence(), current.head()));
                remembered = current.sequence();
            } catch (RegistryException | IntegrityException e) {
                state = null;
                throw e;
            }
        }
    }

    /**
     * Commits a change.
     *
     * @return the entry that was committed; empty if the decision was to do nothing
     * @throws RegistryException if it failed; the message says if it is not known whether it took place
     */
    Optional<LogEntry> commit(String who, String why, Decision decision) {
        if (!options.locked()) {
            return commitUnlocked(who, why, decision);
        }
        commitLock.lock();
        try {
            return commitUnlocked(who, why, decision);
        } finally {
            commitLock.unlock();
        }
    }

    private Optional<LogEntry> commitUnlocked(String who, String why, Decision decision) {
        byte[] id = new byte[16];
        RANDOM.nextBytes(id);
        String commit = HexFormat.of().formatHex(id);
        for (int round = 0; round < MOST_ROUNDS; round++) {
            Optional<LogEntry> draft = readNow(current -> draft(current, commit, who, why, decision));
            if (draft.isEmpty()) {
                return draft;
            }
            LogEntry entry = draft.get();
            byte[] bytes = LogJson.write(entry);
            if (bytes.length > LogJson.LARGEST) {
                throw new InvalidInputException(
                        "What is said about '" + model + "' takes " + bytes.length + " bytes in its log; "
                                + LogJson.LARGEST + " are allowed. Put large texts into files of the package");
            }
            if (put(entry, bytes)) {
                applyOwn(entry, bytes);
                return draft;
            }
            backOff(round);
        }
        throw new RegistryConflictException(reader.store().name() + ": others kept committing to '" + model
                + "' through " + MOST_ROUNDS + " tries. Try again later");
    }

    private Optional<LogEntry> draft(ModelState current, String commit, String who, String why, Decision decision) {
        return decision.decide(current)
                .map(change -> new LogEntry(
                        model,
                        current.sequence() + 1,
                        current.head(),
                        commit,
                        options.clock().instant().truncatedTo(ChronoUnit.MILLIS),
                        who,
                        why,
                        checkpoint(current),
                        change));
    }

    /** Writes a checkpoint if one is due. It only saves work, so that its failure is no failure of the commit. */
    private Optional<LogEntry.CheckpointRef> checkpoint(ModelState current) {
        if (!current.isCheckpointDue()) {
            return Optional.empty();
        }
        try {
            byte[] bytes = Checkpoint.write(current);
            String key = Keys.checkpoint(model, current.sequence());
            String hex = Sha256.hex(bytes);
            boolean there = bytes.length <= Checkpoint.LARGEST
                    && (reader.store().putIfAbsent(key, ObjectContent.of(bytes, "application/json"))
                            || reader.read(key, Checkpoint.LARGEST, Sha256::hex)
                                    .filter(hex::equals)
                                    .isPresent());
            return there ? Optional.of(new LogEntry.CheckpointRef(current.sequence(), hex)) : Optional.empty();
        } catch (RegistryException | IntegrityException e) {
            LOG.debug("No checkpoint of '{}' was written", model, e);
            return Optional.empty();
        }
    }

    /** Puts an entry; returns whether it is there, as opposed to another's. */
    private boolean put(LogEntry entry, byte[] bytes) {
        String key = Keys.log(model, entry.sequence());
        @Nullable RegistryException first = null;
        for (int repetition = 0; repetition < MOST_REPETITIONS; repetition++) {
            try {
                if (reader.store().putIfAbsent(key, ObjectContent.of(bytes, "application/json"))) {
                    return true;
                }
                Optional<LogReader.Read> there = logs.entry(model, entry.sequence());
                if (there.isPresent()) {
                    return there.get().entry().commit().equals(entry.commit());
                }
            } catch (RegistryException e) {
                if (first == null) {
                    first = e;
                } else if (first != e) {
                    first.addSuppressed(e);
                }
                backOff(repetition);
            }
        }
        throw new RegistryException(
                reader.store().name() + ": it is not known whether '" + key + "' was committed (commit "
                        + entry.commit() + "). Look at the history of '" + model + "' before trying again",
                first);
    }

    private void applyOwn(LogEntry entry, byte[] bytes) {
        stateLock.writeLock().lock();
        try {
            if (state != null && state.sequence() + 1 == entry.sequence()) {
                // Read back as others will, so that what they see and what this process sees cannot differ.
                state.apply(LogJson.read(bytes, model, entry.sequence()), Sha256.hex(bytes));
                rememberOwn(state);
            }
        } finally {
            stateLock.writeLock().unlock();
        }
    }

    /** What was committed is committed; if it cannot be remembered, the next reader is told. */
    private void rememberOwn(ModelState current) {
        try {
            remember(current);
        } catch (RegistryException | IntegrityException e) {
            LOG.warn("What was committed to '{}' could not be remembered: {}", model, e.getMessage());
        }
    }

    /** Waits a random time that grows with the number of losses, so that committers get out of each other's way. */
    private static void backOff(int round) {
        if (round > 0) {
            long most = Math.min(LONGEST_BACKOFF_NANOS, SHORTEST_BACKOFF_NANOS << Math.min(round, 10));
            LockSupport.parkNanos(ThreadLocalRandom.current().nextLong(most));
        }
    }
}
