package dev.maas.registry;

import dev.maas.IntegrityException;
import dev.maas.registry.format.StrictJson;
import dev.maas.registry.seal.HeadSeal;
import dev.maas.registry.seal.TrustMemory;
import dev.maas.registry.store.ExportedStore;
import java.time.Instant;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * The head of an export, as a reader believes it. Safe for use by any thread.
 *
 * <p>Where there is a trust policy, a head counts only if those whom the policy names for that have sealed it. Each head is held against the one
 * before, and, where there is a memory, against the newest that any process with that memory has seen: one that is older, or tells less, is
 * refused (rollback), and so is one that is over (freeze). The idea is that of The Update Framework's timestamp role (Samuel et al., CCS 2010).
 *
 * <p>Threads that ask at once share an answer: one that was asked for after they came is as new as they want it.
 */
final class HeadKeeper {
    /** Stands for the head among the logs that a memory knows; no model has such a name. */
    private static final String REMEMBERED = "_head";

    private final ExportedStore store;
    private final RegistryOptions options;
    private final ReentrantLock lock = new ReentrantLock();

    // Guarded by the lock.
    private byte[] bytes = {};
    private @Nullable Head head;
    private long askedAt;

    /** When the head that is known is over; written under the lock. */
    private volatile Instant expires = Instant.EPOCH;

    HeadKeeper(ExportedStore store, RegistryOptions options) {
        this.store = store;
        this.options = options;
    }

    /** Returns the head that is known; asks for one only if there is none. */
    Head known() {
        return head(false);
    }

    /**
     * Returns the head as it is now.
     *
     * @throws IntegrityException if it is not to be believed
     */
    Head now() {
        return head(true);
    }

    /** Returns when the head that is known is over. Asks nobody. */
    Instant expires() {
        return expires;
    }

    private Head head(boolean now) {
        long came = System.nanoTime();
        lock.lock();
        try {
            Head current = head;
            if (current == null || isOver(current) || (now && askedAt - came < 0)) {
                current = ask();
                requireNotOver(current);
            }
            return current;
        } finally {
            lock.unlock();
        }
    }

    /** Asks the store; the caller holds the lock. */
    private Head ask() {
        long begin = System.nanoTime();
        byte[] there = store.head();
        Head current = head;
        if (current == null || !Arrays.equals(there, bytes)) {
            current = accept(there, current);
            head = current;
            expires = current.expires();
            bytes = there;
        }
        askedAt = begin;
        return current;
    }

    private Head accept(byte[] sealed, @Nullable Head before) {
        Head next = open(sealed);
        if (before != null) {
            requireGoesOn(before, next);
        }
        // What is over is not worth remembering, and must not pass for news.
        requireNotOver(next);
        options.memory().ifPresent(memory -> remember(memory, next));
        return next;
    }

    private Head open(byte[] sealed) {
        try {
            return Head.read(options.trust()
                    .map(policy -> policy.openHead(sealed))
                    .orElseGet(() -> isSealed(sealed) ? HeadSeal.unverified(sealed) : sealed));
        } catch (IntegrityException e) {
            throw new IntegrityException(
                    store.name() + ": '" + ExportedStore.HEAD + "' is not to be trusted: " + e.getMessage(), e);
        }
    }

    static boolean isSealed(byte[] bytes) {
        return StrictJson.object(bytes, "The head").has("payloadType");
    }

    private boolean isOver(Head candidate) {
        return !options.clock().instant().isBefore(candidate.expires());
    }

    private void requireNotOver(Head candidate) {
        if (isOver(candidate)) {
            throw new IntegrityException(store.name() + ": its head was to be believed until " + candidate.expires()
                    + ", and that is over. Whoever exports the registry does so no more, or somebody holds newer"
                    + " heads back. Export it again");
        }
    }

    private void requireGoesOn(Head before, Head next) {
        boolean repeated = next.sequence() == before.sequence();
        if (next.sequence() < before.sequence()) {
            throw older(next.sequence(), before.sequence());
        }
        if (!next.id().equals(before.id()) || (repeated && !next.equals(before))) {
            throw forked("it is not the one before, and does not follow it");
        }
        for (Map.Entry<String, Head.Mark> log : before.models().entrySet()) {
            Head.Mark was = log.getValue();
            Head.@Nullable Mark is = next.models().get(log.getKey());
            if (is == null || is.sequence() < was.sequence()) {
                throw forked("the log of '" + log.getKey() + "' went to entry " + was.sequence() + " and now goes to "
                        + (is == null ? 0 : is.sequence()));
            }
            if (is.sequence() == was.sequence() && !is.hex().equals(was.hex())) {
                throw forked(
                        "entry " + was.sequence() + " of the log of '" + log.getKey() + "' is another than before");
            }
        }
    }

    private void remember(TrustMemory memory, Head next) {
        memory.requireRegistry(next.id());
        Optional<TrustMemory.Mark> newest = memory.newest(REMEMBERED);
        if (newest.isPresent() && newest.get().sequence() > next.sequence()) {
            throw older(next.sequence(), newest.get().sequence());
        }
        TrustMemory.Mark mark = new TrustMemory.Mark(next.sequence(), next.digest());
        if (newest.filter(seen -> seen.sequence() == mark.sequence() && !seen.equals(mark))
                .isPresent()) {
            throw forked("there are two heads of the number " + mark.sequence());
        }
        memory.remember(REMEMBERED, mark);
    }

    private IntegrityException older(long is, long was) {
        return new IntegrityException(
                store.name() + ": its head is older than one that was seen before: it has the number " + is + ", not "
                        + was + " or a later one. The export was set back, or an old copy took its place");
    }

    private IntegrityException forked(String how) {
        return new IntegrityException(store.name() + ": its head does not go on from one that was seen before: " + how
                + ". Compare the export with the registry");
    }
}
