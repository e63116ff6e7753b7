package dev.maas.batching;

import dev.maas.CallOptions.Priority;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * The calls that wait for a run.
 *
 * <p>Arrivals push themselves onto a lock-free stack (Treiber, 1986) and never wait for each other. Whoever has a slot takes the
 * whole stack, turns it round and appends it to the backlog; that, and picking from the backlog, happens under a lock which only
 * holders of slots ever want, so it is nearly free of contention. A call is taken by the compare-and-set that moves it out of
 * QUEUED: the queue may still hold calls that were dropped or that lead a run of their own, and passes over them.
 *
 * <p>Order: a call's turn is its time of arrival, less a head start if it is urgent, plus a handicap if it is not. So the urgent
 * overtake, but only those who came shortly before, and nobody waits for ever.
 */
final class CallQueue {
    /** How far ahead of NORMAL calls a HIGH one is put, and a LOW one behind. */
    static final long HEAD_START_NANOS = 50_000_000;

    /** How many calls of other shapes to pass over in search of more rows. */
    private static final int PASSED_OVER = 256;

    private final int capacity;
    private final AtomicReference<@Nullable Call> arrivals = new AtomicReference<>();
    private final AtomicInteger waitingRows = new AtomicInteger();
    private final ReentrantLock forming = new ReentrantLock();
    private final QueueDelay delay = new QueueDelay();

    /** By priority, oldest first. Guarded by forming. */
    private final Map<Priority, Deque<Call>> backlog = new EnumMap<>(Priority.class);
    /** The calls in the backlog; written under forming, read by anybody. */
    private volatile int backlogSize;

    /** Makes a queue that holds that many rows at most, or else one call that has more. */
    CallQueue(int capacity) {
        this.capacity = capacity;
        for (Priority priority : Priority.values()) {
            backlog.put(priority, new ArrayDeque<>());
        }
    }

    /** Adds a call, unless the queue is full. */
    boolean offer(Call call) {
        int rows = call.rows().count();
        int waiting = waitingRows.addAndGet(rows);
        // A call of more rows than the queue holds would never get in otherwise, not even where nobody waits.
        if (waiting > capacity && waiting > rows) {
            waitingRows.addAndGet(-rows);
            return false;
        }
        Call newest;
        do {
            newest = arrivals.get();
            call.next = newest;
        } while (!arrivals.compareAndSet(newest, call));
        return true;
    }

    /**
     * Whether somebody may wait. True for every call whose {@link #offer} returned before, unless somebody took it, or has the arrivals in
     * hand: that is a holder of a slot, who looks again.
     */
    boolean hasWaiting() {
        return arrivals.get() != null || backlogSize > 0;
    }

    /** The rows that wait, counting those that are just being added. */
    int waitingRows() {
        return waitingRows.get();
    }

    /** How long calls really wait. */
    QueueDelay delay() {
        return delay;
    }

    int capacity() {
        return capacity;
    }

    /** Tells that a call left the queue's account: its state is no longer QUEUED. */
    void left(Call call) {
        waitingRows.addAndGet(-call.rows().count());
    }

    /** Takes back that a call {@linkplain #left left}: it was given up in the moment before it was refused, and never was in. */
    void neverJoined(Call call) {
        waitingRows.addAndGet(call.rows().count());
    }

    /** Finds a call whose thread can lead a run, and makes it the leader; null if only asynchronous calls wait. */
    @Nullable
    Call chooseLeader() {
        forming.lock();
        try {
            takeArrivals();
            for (Deque<Call> calls : inOrderOfTurn()) {
                for (Call call : calls) {
                    if (call.waiter() != null && call.tryMove(Call.QUEUED, Call.LEADING)) {
                        left(call);
                        return call;
                    }
                }
            }
            return null;
        } finally {
            forming.unlock();
        }
    }

    private List<Deque<Call>> inOrderOfTurn() {
        List<Deque<Call>> sorted = new ArrayList<>(backlog.values());
        sorted.removeIf(Deque::isEmpty);
        sorted.sort((a, b) -> Long.signum(turn(a.getFirst()) - turn(b.getFirst())));
        return sorted;
    }

    /**
     * Adds waiting calls to a batch until it has that many rows: those whose turn it is, of the same shapes as the first.
     *
     * @param expired receives the calls whose deadline passed while they waited; their state is DROPPED
     */
    void fill(Batch batch, int maxRows, long now, List<Call> expired) {
        forming.lock();
        try {
            takeArrivals();
            List<Call> passedOver = new ArrayList<>();
            while (batch.rows() < maxRows && passedOver.size() < PASSED_OVER) {
                Call call = pollNext();
                if (call == null) {
                    break;
                }
                if (call.isExpired(now)) {
                    if (call.tryMove(Call.QUEUED, Call.DROPPED)) {
                        left(call);
                        delay.taken(now - call.enqueuedAt(), call.idealWait());
                        expired.add(call);
                    }
                } else if (!fits(call, batch, maxRows)) {
                    passedOver.add(call);
                } else if (batch.tryAdd(call)) {
                    left(call);
                    delay.taken(now - call.enqueuedAt(), call.idealWait());
                }
            }
            putBack(passedOver);
        } finally {
            forming.unlock();
        }
    }

    private void takeArrivals() {
        Call newest = arrivals.getAndSet(null);
        Call oldest = null;
        while (newest != null) {
            Call older = newest.next;
            newest.next = oldest;
            oldest = newest;
            newest = older;
        }
        for (Call call = oldest; call != null; ) {
            Call younger = call.next;
            call.next = null;
            backlogOf(call).addLast(call);
            call = younger;
        }
        countBacklog();
    }

    private Deque<Call> backlogOf(Call call) {
        return Objects.requireNonNull(backlog.get(call.priority()));
    }

    private void countBacklog() {
        int size = 0;
        for (Deque<Call> calls : backlog.values()) {
            while (!calls.isEmpty() && calls.peekFirst().state() != Call.QUEUED) {
                calls.removeFirst();
            }
            size += calls.size();
        }
        backlogSize = size;
    }

    private @Nullable Call pollNext() {
        Deque<Call> chosen = null;
        for (Deque<Call> calls : backlog.values()) {
            if (!calls.isEmpty() && (chosen == null || turn(calls.getFirst()) - turn(chosen.getFirst()) < 0)) {
                chosen = calls;
            }
        }
        return chosen == null ? null : chosen.removeFirst();
    }

    private static long turn(Call call) {
        return switch (call.priority()) {
            case HIGH -> call.enqueuedAt() - HEAD_START_NANOS;
            case NORMAL -> call.enqueuedAt();
            case LOW -> call.enqueuedAt() + HEAD_START_NANOS;
        };
    }

    private static boolean fits(Call call, Batch batch, int maxRows) {
        if (batch.isEmpty()) {
            return true;
        }
        Call.Rows first = batch.calls().get(0).rows();
        Call.Rows more = call.rows();
        return first.isRowwise()
                && more.isRowwise()
                && batch.rows() + more.count() <= maxRows
                && (more.shapes() == first.shapes() || Arrays.deepEquals(more.shapes(), first.shapes()));
    }

    private void putBack(List<Call> passedOver) {
        for (int i = passedOver.size() - 1; i >= 0; i--) {
            Call call = passedOver.get(i);
            backlogOf(call).addFirst(call);
        }
        countBacklog();
    }
}
