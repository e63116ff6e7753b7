package dev.maas.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.maas.examples.terminal.Terminal;
import dev.maas.registry.store.TransferListener.Direction;
import dev.maas.registry.store.TransferListener.Progress;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

class TransferProgressTest {
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final TransferProgress progress =
            new TransferProgress(new Terminal(new PrintStream(out, true, StandardCharsets.UTF_8), true, false, 80));

    private static Progress at(String blob, long done, long total) {
        return new Progress(Direction.PULL, "a store", "sha256:" + blob, done, total, done, 1_000_000);
    }

    private String shown() {
        String text = out.toString(StandardCharsets.UTF_8);
        out.reset();
        return text;
    }

    @Test
    void whatMovesAtTheSameTimeIsOneSumUntilAllOfItHasArrived() {
        progress.started(at("a", 0, 100));
        assertThat(shown()).contains("Pulling [................]   0 %  0 B of 100 B");
        progress.started(at("b", 0, 300));
        progress.finished(at("a", 100, 100));
        progress.finished(at("b", 300, 300));
        assertThat(shown()).contains("100 %  400 B of 400 B").endsWith("\r");

        progress.started(at("c", 0, 50));
        assertThat(shown()).as("a sum of its own").contains("0 B of 50 B");
    }

    @Test
    void whatFailedCountsNoMoreAndLeavesNoLine() {
        progress.started(at("a", 0, 100));
        progress.started(at("b", 0, 300));
        progress.failed(at("b", 10, 300), new IllegalStateException("gone"));
        progress.finished(at("a", 100, 100));

        assertThat(shown()).contains("100 %  100 B of 100 B").endsWith("\r");
    }

    @Test
    void whatIsPushedIsCalledSo() {
        progress.started(new Progress(Direction.PUSH, "a store", "sha256:a", 0, 1, 0, 1));

        assertThat(shown()).contains("Pushing [");
    }

    @Test
    void manyThreadsEndWithNothingMoving() throws Exception {
        int threads = 8;
        CyclicBarrier start = new CyclicBarrier(threads);
        List<Callable<String>> movers = new ArrayList<>();
        for (int t = 0; t < threads; t++) {
            String blob = "blob" + t;
            movers.add(() -> {
                start.await();
                for (int round = 0; round < 500; round++) {
                    progress.started(at(blob, 0, 10));
                    progress.progressed(at(blob, 5, 10));
                    progress.finished(at(blob, 10, 10));
                }
                return blob;
            });
        }
        ExecutorService executor = Executors.newFixedThreadPool(threads);
        try {
            for (Future<String> moved : executor.invokeAll(movers)) {
                assertThat(moved.get()).startsWith("blob");
            }
        } finally {
            executor.shutdownNow();
        }
        shown();
        progress.started(at("last", 0, 70));
        assertThat(shown()).contains("0 B of 70 B");
    }
}
