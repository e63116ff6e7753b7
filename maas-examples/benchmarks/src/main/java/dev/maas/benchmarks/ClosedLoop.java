package dev.maas.benchmarks;

import java.lang.reflect.InvocationTargetException;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;

/** Callers who each call again as soon as they have their result; measures how many results they get per second. */
final class ClosedLoop {
    private final Duration warmUp;
    private final Duration time;

    ClosedLoop(Duration warmUp, Duration time) {
        this.warmUp = warmUp;
        this.time = time;
    }

    /** What one caller does over and over. */
    interface Caller extends AutoCloseable {
        /** Makes a call and returns the rows it brought. */
        int call() throws Exception;

        @Override
        default void close() {}
    }

    /** The kind of threads that callers run on. */
    enum Threads {
        /** Threads of the operating system. */
        PLATFORM,
        /** Threads of the virtual machine; JDK 21 and newer have them. */
        VIRTUAL;

        static boolean virtualAvailable() {
            return Runtime.version().feature() >= 21;
        }

        Thread make(Runnable task) {
            return this == PLATFORM ? new Thread(task) : virtual(task);
        }

        private static Thread virtual(Runnable task) {
            try {
                // The project compiles for Java 17, which does not know this method.
                return (Thread) Thread.class
                        .getMethod("startVirtualThread", Runnable.class)
                        .invoke(null, task);
            } catch (NoSuchMethodException | IllegalAccessException | InvocationTargetException e) {
                throw new IllegalStateException("Virtual threads need JDK 21 or newer", e);
            }
        }
    }

    /** Runs so many callers at once and returns the rows per second that all of them got together. */
    double rowsPerSecond(int callers, Threads kind, IntFunction<Caller> factory) throws Exception {
        LongAdder rows = new LongAdder();
        AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();
        CountDownLatch ready = new CountDownLatch(callers);
        CountDownLatch go = new CountDownLatch(1);
        CountDownLatch done = new CountDownLatch(callers);
        long[] span = new long[2];
        for (int i = 0; i < callers; i++) {
            int number = i;
            Thread thread = kind.make(() -> {
                try (Caller caller = factory.apply(number)) {
                    ready.countDown();
                    go.await();
                    rows.add(loop(caller, span));
                } catch (Throwable e) {
                    failure.compareAndSet(null, e);
                } finally {
                    done.countDown();
                }
            });
            if (kind == Threads.PLATFORM) {
                thread.start();
            }
        }
        ready.await();
        span[0] = System.nanoTime() + warmUp.toNanos();
        span[1] = span[0] + time.toNanos();
        go.countDown();
        done.await();
        Throwable thrown = failure.get();
        if (thrown != null) {
            throw new IllegalStateException("A caller failed", thrown);
        }
        return rows.sum() / (time.toNanos() / 1e9);
    }

    private static long loop(Caller caller, long[] span) throws Exception {
        while (System.nanoTime() - span[0] < 0) {
            caller.call();
        }
        long rows = 0;
        while (System.nanoTime() - span[1] < 0) {
            rows += caller.call();
        }
        return rows;
    }
}
