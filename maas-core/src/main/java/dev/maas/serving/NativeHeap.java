package dev.maas.serving;

import dev.maas.batching.Deadlines;
import java.lang.management.ManagementFactory;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import javax.management.JMException;
import javax.management.ObjectName;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes the C library give back to the system what was freed.
 *
 * <p>glibc keeps freed memory for the next allocation: after models were freed, or an arena shrank, the process is as large as before. The
 * JDK has a diagnostic command that trims it, {@code System.trim_native_heap} (JDK 17.0.9 and later, on Linux); where there is none, nothing
 * happens. It takes milliseconds, in which other threads' native allocations may wait, so it is done at most once a second. Safe for use
 * by any thread.
 */
final class NativeHeap {
    private static final Logger LOG = LoggerFactory.getLogger(NativeHeap.class);
    private static final long PAUSE_NANOS = TimeUnit.SECONDS.toNanos(1);

    private final Deadlines deadlines;
    private final Executor executor;
    private final AtomicBoolean planned = new AtomicBoolean();

    NativeHeap(Deadlines deadlines, Executor executor) {
        this.deadlines = deadlines;
        this.executor = executor;
    }

    /** Trims it now; returns whether the JDK could. */
    static boolean trim() {
        try {
            Object unused = ManagementFactory.getPlatformMBeanServer()
                    .invoke(
                            new ObjectName("com.sun.management:type=DiagnosticCommand"),
                            "systemTrimNativeHeap",
                            null,
                            null);
            return true;
        } catch (JMException | RuntimeException e) {
            LOG.debug("This JDK cannot trim the native heap; the process stays as large as it was", e);
            return false;
        }
    }

    /** Trims it in the background within a second or so; asking again until then does nothing more. */
    void trimSoon() {
        if (planned.compareAndSet(false, true)) {
            deadlines.afterIfOpen(PAUSE_NANOS, () -> {
                planned.set(false);
                try {
                    executor.execute(NativeHeap::trim);
                } catch (RejectedExecutionException e) {
                    LOG.debug("The service is closing; the native heap stays as it is");
                }
            });
        }
    }
}
