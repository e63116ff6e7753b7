package dev.maas.benchmarks;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.IntFunction;

/** Starts calls of what is not asynchronous by itself, in as many threads as processors, each with a caller of its own. */
final class PerThread implements AutoCloseable {
    private final ExecutorService threads =
            Executors.newFixedThreadPool(Runtime.getRuntime().availableProcessors());
    private final IntFunction<ClosedLoop.Caller> factory;
    /** Guarded by itself. */
    private final List<ClosedLoop.Caller> callers = new ArrayList<>();

    private final ThreadLocal<ClosedLoop.Caller> own = ThreadLocal.withInitial(this::newCaller);

    PerThread(IntFunction<ClosedLoop.Caller> factory) {
        this.factory = factory;
    }

    private ClosedLoop.Caller newCaller() {
        synchronized (callers) {
            ClosedLoop.Caller caller = factory.apply(callers.size());
            callers.add(caller);
            return caller;
        }
    }

    /** Starts a call, after those that were started before. */
    void start(OpenLoop.Call call) {
        threads.execute(() -> {
            try {
                own.get().call();
                call.answered();
            } catch (Exception e) {
                call.failed(e);
            }
        });
    }

    /** Every call has been answered. */
    @Override
    public void close() {
        threads.shutdown();
        synchronized (callers) {
            callers.forEach(ClosedLoop.Caller::close);
        }
    }
}
