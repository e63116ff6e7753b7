package dev.maas.batching;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;

/**
 * Lets virtual threads show themselves that are about to call.
 *
 * <p>A run is native code and holds the thread that carries the virtual one. While as many runs go on as there are carriers, those who
 * would call next do not even get to queue up: no crowd is seen, each run has one row, and whoever was served calls again before the
 * others ever do. So now and then a virtual thread queues up although the model is idle, and lets the others go first before it runs.
 * Where it turns out that many call, the {@link Crowd} remembers it. Racy on purpose: a lost update delays a look.
 */
final class HiddenCallers {
    /** One call in so many looks; a look costs about two microseconds. */
    private static final int CALLS_PER_LOOK = 16;

    private static final MethodHandle IS_VIRTUAL = findIsVirtual();

    private int calls;

    private static MethodHandle findIsVirtual() {
        try {
            return MethodHandles.lookup().findVirtual(Thread.class, "isVirtual", MethodType.methodType(boolean.class));
        } catch (NoSuchMethodException e) {
            // Virtual threads came with JDK 21.
            return MethodHandles.dropArguments(MethodHandles.constant(boolean.class, false), 0, Thread.class);
        } catch (IllegalAccessException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private static boolean isCallerVirtual() {
        try {
            return (boolean) IS_VIRTUAL.invokeExact(Thread.currentThread());
        } catch (Throwable e) {
            throw new IllegalStateException("A thread does not tell its kind", e);
        }
    }

    /** Whether a call that begins now is to look for others, though it could run alone. */
    boolean isTimeToLook() {
        return isCallerVirtual() && ++calls % CALLS_PER_LOOK == 0;
    }

    /** Lets others queue up who have no carrier, if the calling thread has one to lend. */
    @SuppressWarnings("ThreadPriorityCheck") // Only for speed; a virtual thread does hand its carrier over.
    void letCome() {
        if (isCallerVirtual()) {
            Thread.yield();
        }
    }
}
