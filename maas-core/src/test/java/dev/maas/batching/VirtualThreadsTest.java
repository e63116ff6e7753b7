package dev.maas.batching;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.maas.CallOptions;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import jdk.jfr.Recording;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordingFile;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Virtual threads who call synchronously wait in the queue and for their results without holding the thread that carries them.
 *
 * <p>The JVM tells of each virtual thread that waits and cannot let go of its carrier. The run itself is native code, which does hold
 * the carrier, as computing does in any case; but it never waits in Java, and here it is Java that computes.
 */
@Timeout(120)
class VirtualThreadsTest {
    private static final int FIRST_WITH_VIRTUAL_THREADS = 21;
    private static final int CALLERS = 4_000;
    private static final int CALLS = 5;
    private static final String PINNED = "jdk.VirtualThreadPinned";

    private final FakeModel model = new FakeModel();
    private final Deadlines deadlines = new Deadlines();
    private final ExecutorService executor = Executors.newCachedThreadPool();

    @TempDir
    private Path folder;

    @BeforeEach
    void requireVirtualThreads() {
        assumeTrue(
                Runtime.version().feature() >= FIRST_WITH_VIRTUAL_THREADS,
                "virtual threads came with JDK " + FIRST_WITH_VIRTUAL_THREADS);
    }

    @AfterEach
    void end() {
        executor.shutdownNow();
        deadlines.close();
    }

    private static void startVirtualThread(Runnable task) {
        try {
            // The project compiles for Java 17, which does not know this method.
            Thread.class.getMethod("startVirtualThread", Runnable.class).invoke(null, task);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Runs something while the JVM records which virtual threads waited without letting go of their carriers. */
    private List<RecordedEvent> pinnedWhile(Runnable action) throws IOException {
        Path file = folder.resolve("pinned.jfr");
        try (Recording recording = new Recording()) {
            recording.enable(PINNED).withThreshold(Duration.ZERO).withStackTrace();
            recording.start();
            action.run();
            recording.stop();
            recording.dump(file);
        }
        return RecordingFile.readAllEvents(file).stream()
                .filter(event -> event.getEventType().getName().equals(PINNED))
                .toList();
    }

    private static boolean isOurs(RecordedEvent event) {
        return event.getStackTrace() == null
                || event.getStackTrace().getFrames().stream()
                        .anyMatch(frame -> frame.getMethod().getType().getName().startsWith("dev.maas."));
    }

    @Test
    void thousandsWhoCallAtOnceAreAllAnsweredAndNoneWaitsOnItsCarrier() throws IOException {
        model.costs(50_000, 100);
        // A run holds a carrier: with as many slots as carriers, hardly anybody would have to wait.
        RunnerOptions options = new RunnerOptions(1, 64, Duration.ZERO, 2 * CALLERS, Duration.ofMinutes(1));
        ConcurrentLinkedQueue<String> wrong = new ConcurrentLinkedQueue<>();
        try (ModelRunner runner = new ModelRunner(model, options, executor, deadlines)) {
            // A class is initialized once, by one thread, and others wait for it on their carriers.
            callFromMany(runner, 200, CALLS, wrong);
            List<RecordedEvent> pinned = pinnedWhile(() -> callFromMany(runner, CALLERS, CALLS, wrong));
            assertThat(wrong).isEmpty();
            assertThat(pinned).filteredOn(VirtualThreadsTest::isOurs).isEmpty();
            assertThat(model.runs).as("runs that others rode along with").anyMatch(rows -> rows > 1);
        }
        assertThat(model.closes).as("no lease was lost").hasValue(1);
    }

    @Test
    void whereRunsTakeAllCarriersTheOthersRideAlongAllTheSame() {
        model.costs(50_000, 100);
        RunnerOptions options = new RunnerOptions(
                Runtime.getRuntime().availableProcessors(), 64, Duration.ZERO, 2 * CALLERS, Duration.ofMinutes(1));
        ConcurrentLinkedQueue<String> wrong = new ConcurrentLinkedQueue<>();
        int calls = 100;
        int callers = 32 * options.slots();
        try (ModelRunner runner = new ModelRunner(model, options, executor, deadlines)) {
            callFromMany(runner, callers, calls, wrong);
            assertThat(wrong).isEmpty();
            assertThat(model.runs.size()).isLessThan(callers * calls / 2);
        }
    }

    private static void callFromMany(ModelRunner runner, int callers, int calls, ConcurrentLinkedQueue<String> wrong) {
        CountDownLatch done = new CountDownLatch(callers);
        for (int i = 0; i < callers; i++) {
            float number = i;
            startVirtualThread(() -> {
                try {
                    for (int call = 0; call < calls; call++) {
                        // One in five has a deadline, which is another way to wait.
                        CallOptions bounds =
                                call == 0 ? CallOptions.timeout(Duration.ofMinutes(1)) : CallOptions.none();
                        float sum = runner.run(FakeModel.SUM, new float[] {number, call}, bounds);
                        if (sum != number + call) {
                            wrong.add(number + " + " + call + " gave " + sum);
                        }
                    }
                } catch (RuntimeException e) {
                    wrong.add(number + " failed with " + e);
                } finally {
                    done.countDown();
                }
            });
        }
        try {
            if (!done.await(100, TimeUnit.SECONDS)) {
                wrong.add(done.getCount() + " callers wait still");
            }
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Waits while it is initialized, which the JVM does from native code. */
    private static final class WaitsOnItsCarrier {
        private static final long WAITED = waitABit();

        private static long waitABit() {
            long begin = System.nanoTime();
            LockSupport.parkNanos(5_000_000);
            return System.nanoTime() - begin;
        }
    }

    @Test
    void aThreadThatWaitsOnItsCarrierWouldBeSeen() throws IOException {
        CountDownLatch done = new CountDownLatch(1);
        AtomicLong waited = new AtomicLong();
        List<RecordedEvent> pinned = pinnedWhile(() -> {
            startVirtualThread(() -> {
                waited.set(WaitsOnItsCarrier.WAITED);
                done.countDown();
            });
            try {
                done.await();
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
        });
        assertThat(waited.get()).isPositive();
        assertThat(pinned).filteredOn(VirtualThreadsTest::isOurs).isNotEmpty();
    }
}
