package dev.maas.serving;

import dev.maas.ModelLoadException;
import dev.maas.ModelRef;
import dev.maas.OverloadedException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Makes room in the memory budget for versions that are to be loaded: lets others go, the cheapest first, and waits while all of them
 * are in use.
 *
 * <p>Loads get their room in the order in which they asked, so that a large one is not overtaken by small ones for ever; each waits no
 * longer than its callers do. That a call ends and leaves its model idle is told to nobody, as telling would cost every call; whoever
 * waits looks again every few milliseconds. Safe for use by any thread.
 */
final class Room {
    private static final long LOOK_AGAIN_NANOS = TimeUnit.MILLISECONDS.toNanos(2);

    private final MemoryBudget budget;
    private final Predicate<String> letOneGo;
    /** Whoever holds it is the one who makes room; fair. */
    private final ReentrantLock turn = new ReentrantLock(true);

    /**
     * Makes room in a budget.
     *
     * @param letOneGo frees a version that nobody uses, for the reason given, and returns whether there was one
     */
    Room(MemoryBudget budget, Predicate<String> letOneGo) {
        this.budget = budget;
        this.letOneGo = letOneGo;
    }

    /**
     * Takes a share for a version that is to be loaded.
     *
     * @throws ModelLoadException if it is larger than the whole budget
     * @throws OverloadedException if there was no room as long as the patience lasted
     */
    MemoryBudget.Share take(ModelRef ref, long bytes, Patience patience) {
        requireFits(ref, bytes);
        Taken taken = new Taken();
        make(ref, bytes, patience, () -> {
            taken.share = budget.tryTake(bytes);
            return taken.share != null;
        });
        return taken.get();
    }

    private static final class Taken {
        private MemoryBudget.@Nullable Share share;

        private MemoryBudget.Share get() {
            if (share == null) {
                throw new IllegalStateException("Room was made and not taken");
            }
            return share;
        }
    }

    /**
     * Makes the share of a version that was loaded as large as the version turned out to be. Never waits: if all who load waited for
     * each other's shares while they hold their own, nobody would get on.
     *
     * @return false if there is no room for that; the version has to go, and may be loaded again with the share that it needs
     * @throws ModelLoadException if it is larger than the whole budget
     */
    boolean tryResize(MemoryBudget.Share share, ModelRef ref, long bytes) {
        requireFits(ref, bytes);
        while (!share.tryResize(bytes)) {
            if (!letOneGo.test(reason(ref))) {
                return false;
            }
        }
        return true;
    }

    private void requireFits(ModelRef ref, long bytes) {
        if (bytes > budget.limit()) {
            throw new ModelLoadException("'" + ref + "' takes " + bytes + " bytes; the whole memory budget is "
                    + budget.limit() + ". Raise memoryBudget, or use a smaller model");
        }
    }

    private void make(ModelRef ref, long bytes, Patience patience, BooleanSupplier attempt) {
        boolean interrupted = false;
        try {
            while (true) {
                try {
                    // With a time, as the lock is not fair otherwise.
                    if (!turn.tryLock(0, TimeUnit.NANOSECONDS) && budget.isLimited()) {
                        patience.beginsToWait(() -> shortage(ref, bytes));
                    }
                    if (turn.isHeldByCurrentThread()
                            || turn.tryLock(Math.max(0, patience.nanosLeft()), TimeUnit.NANOSECONDS)) {
                        try {
                            makeInTurn(ref, bytes, patience, attempt);
                            patience.noShortage();
                            return;
                        } finally {
                            turn.unlock();
                        }
                    }
                    requirePatience(ref, bytes, patience);
                } catch (InterruptedException e) {
                    // Others wait for this load too, and need not fail with this thread's caller.
                    interrupted = true;
                }
            }
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private void makeInTurn(ModelRef ref, long bytes, Patience patience, BooleanSupplier attempt)
            throws InterruptedException {
        while (!attempt.getAsBoolean()) {
            if (!letOneGo.test(reason(ref))) {
                // Only now: who expires before is not to be told of a shortage that there may never have been.
                patience.beginsToWait(() -> shortage(ref, bytes));
                requirePatience(ref, bytes, patience);
                budget.awaitRelease(Math.min(LOOK_AGAIN_NANOS, Math.max(1, patience.nanosLeft())));
            }
        }
    }

    private String reason(ModelRef ref) {
        return "it made room for '" + ref + "' in the memory budget of " + budget.limit() + " bytes";
    }

    private void requirePatience(ModelRef ref, long bytes, Patience patience) {
        if (patience.nanosLeft() <= 0) {
            throw new OverloadedException(shortage(ref, bytes));
        }
    }

    private String shortage(ModelRef ref, long bytes) {
        return "There is no room to load '" + ref + "': it takes " + bytes + " bytes; of the memory budget of "
                + budget.limit() + ", " + budget.taken()
                + " are taken by versions that are in use, pinned or loading. Try again later, allow more time, or raise memoryBudget";
    }
}
