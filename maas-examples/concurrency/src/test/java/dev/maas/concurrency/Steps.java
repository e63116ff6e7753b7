package dev.maas.concurrency;

import java.util.Collection;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * What woven code calls before it does something that other threads may see. Threads that are not explored pass through, such as the
 * one that makes a scenario and checks what is left.
 */
public final class Steps {
    private Steps() {}

    private static @Nullable Worker worker() {
        return Thread.currentThread() instanceof Worker worker
                        && !scheduleOf(worker).isLooking()
                ? worker
                : null;
    }

    private static Schedule scheduleOf(Worker worker) {
        Schedule schedule = worker.schedule();
        if (schedule == null) {
            throw new IllegalStateException("Only a thread that has the turn takes steps");
        }
        return schedule;
    }

    /** Before a call of an atomic, a variable handle, a concurrent map or a future. */
    public static void shared(Object target, String method) {
        Worker me = worker();
        if (me == null) {
            return;
        }
        Schedule schedule = scheduleOf(me);
        schedule.step(me, method);
        if (!method.equals("set")) {
            schedule.races().acquire(me.index, target, "");
        }
        if (!isRead(method)) {
            schedule.races().release(me.index, target, "");
        }
    }

    private static boolean isRead(String method) {
        return (method.startsWith("get") && !method.startsWith("getAnd"))
                || method.startsWith("is")
                || method.startsWith("contains");
    }

    /** Before a volatile field is read. */
    public static void volatileRead(Object owner, String field) {
        Worker me = worker();
        if (me != null) {
            scheduleOf(me).step(me, "reads " + field);
            scheduleOf(me).races().acquire(me.index, owner, field);
        }
    }

    /** Before a volatile field is written. */
    public static void volatileWrite(Object owner, String field) {
        Worker me = worker();
        if (me != null) {
            scheduleOf(me).step(me, "writes " + field);
            scheduleOf(me).races().release(me.index, owner, field);
        }
    }

    /** Before a plain field is read. */
    public static void plainRead(Object owner, String field) {
        Worker me = worker();
        if (me != null) {
            scheduleOf(me).races().read(me.index, owner, field);
        }
    }

    /** Before a plain field is written. */
    public static void plainWrite(Object owner, String field) {
        Worker me = worker();
        if (me != null) {
            scheduleOf(me).races().write(me.index, owner, field);
        }
    }

    /** Before a call of a collection that may be a plain one. */
    public static void collection(Object target, String method) {
        Worker me = worker();
        if (me == null || target.getClass().getName().startsWith("java.util.concurrent.")) {
            return;
        }
        boolean writes = method.startsWith("add")
                || method.startsWith("remove")
                || method.startsWith("put")
                || method.startsWith("poll")
                || method.startsWith("clear");
        if (writes) {
            plainWrite(target, "contents");
        } else if (target instanceof Collection || target instanceof Map) {
            plainRead(target, "contents");
        }
    }

    /** Before a wait for a future. */
    public static void awaitDone(CompletableFuture<?> future) {
        Worker me = worker();
        if (me != null) {
            scheduleOf(me).step(me, "join");
            scheduleOf(me).await(me, future::isDone, Long.MAX_VALUE);
            scheduleOf(me).races().acquire(me.index, future, "");
        }
    }

    /** In place of {@link ReentrantLock#lock}. */
    public static void lock(ReentrantLock lock) {
        Worker me = worker();
        if (me == null) {
            lock.lock();
            return;
        }
        Schedule schedule = scheduleOf(me);
        schedule.step(me, "lock");
        while (!lock.tryLock()) {
            schedule.await(me, () -> !lock.isLocked(), Long.MAX_VALUE);
        }
        schedule.races().acquire(me.index, lock, "");
    }

    /** In place of {@link ReentrantLock#unlock}. */
    public static void unlock(ReentrantLock lock) {
        Worker me = worker();
        if (me != null) {
            scheduleOf(me).races().release(me.index, lock, "");
        }
        lock.unlock();
    }

    /** In place of {@link LockSupport#park(Object)}. */
    public static void park(Object blocker) {
        parkNanos(blocker, Long.MAX_VALUE);
    }

    /** In place of {@link LockSupport#parkNanos(Object, long)}. */
    public static void parkNanos(Object blocker, long nanos) {
        Worker me = worker();
        if (me == null) {
            LockSupport.parkNanos(blocker, nanos);
            return;
        }
        scheduleOf(me).step(me, "park");
        scheduleOf(me).await(me, me::mayUnpark, nanos);
        me.usePermit();
    }

    /** In place of {@link LockSupport#unpark}. */
    public static void unpark(Thread thread) {
        Worker me = worker();
        if (me != null && thread instanceof Worker other) {
            scheduleOf(me).step(me, "unpark");
            other.permit();
        } else {
            LockSupport.unpark(thread);
        }
    }

    /** In place of {@link System#nanoTime}: each look takes as long. */
    public static long nanoTime() {
        Worker me = worker();
        return me == null ? 0 : scheduleOf(me).time();
    }

    /** In place of {@link Thread#interrupted}. */
    public static boolean interrupted() {
        Worker me = worker();
        return me == null ? Thread.interrupted() : me.takeInterrupt();
    }

    /** In place of {@link Thread#yield}: any step is one. */
    public static void giveWay() {
        Worker me = worker();
        if (me != null) {
            scheduleOf(me).step(me, "yield");
        }
    }

    /** Waits until the condition holds; for scenarios. */
    public static void await(BooleanSupplier condition) {
        Worker me = worker();
        if (me != null) {
            scheduleOf(me).await(me, condition, Long.MAX_VALUE);
        }
    }
}
