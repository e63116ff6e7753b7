package dev.maas.cli;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** Lets work that runs until it is stopped end in order when the process gets SIGINT or SIGTERM. The method is safe for use by any thread. */
final class StopSignal {
    private StopSignal() {}

    /** Work that ends when the shell is asked to stop. */
    @FunctionalInterface
    interface Work {
        /** Does it; blocks. */
        void run() throws InterruptedException;
    }

    /**
     * Does the work; the process waits for its end.
     *
     * @param patience for how long it waits
     */
    static void around(Shell shell, Duration patience, Work work) throws InterruptedException {
        CountDownLatch done = new CountDownLatch(1);
        Thread hook = new Thread(() -> stopAndWait(shell, patience, done), "maas-stop");
        Runtime.getRuntime().addShutdownHook(hook);
        try {
            work.run();
        } finally {
            done.countDown();
            remove(hook);
        }
    }

    /** The process ends when its hooks have ended: this one ends when the work has. */
    private static void stopAndWait(Shell shell, Duration patience, CountDownLatch done) {
        shell.stop();
        try {
            if (!done.await(patience.toSeconds(), TimeUnit.SECONDS)) {
                shell.err().println("maas: It did not stop in time");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static void remove(Thread hook) {
        try {
            Runtime.getRuntime().removeShutdownHook(hook);
        } catch (IllegalStateException e) {
            // The process is ending, and the hook is what stopped the work.
            hook.setName("maas-stopped");
        }
    }
}
