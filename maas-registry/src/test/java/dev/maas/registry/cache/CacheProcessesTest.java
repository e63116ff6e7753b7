package dev.maas.registry.cache;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Several processes on one cache, and processes that end in the middle; the README says how to run more of both. */
class CacheProcessesTest {
    @TempDir
    Path folder;

    @Test
    void ofManyProcessesOneFetchesEachBlob() throws Exception {
        long moved = CacheSharingHarness.share(folder, 3, 3, 4, CacheSettings.MOST_BYTES, true);
        assertThat(moved).isEqualTo(CacheSharingHarness.bytes(4));
    }

    @Test
    void withoutLocksTheyFetchTwiceAndReadTheRightBytes() throws Exception {
        long moved = CacheSharingHarness.share(folder, 3, 2, 4, CacheSettings.MOST_BYTES, false);
        assertThat(moved).isGreaterThanOrEqualTo(CacheSharingHarness.bytes(4));
    }

    @Test
    void aCacheThatIsTooSmallForWhatIsReadServesTheRightBytes() throws Exception {
        long moved = CacheSharingHarness.share(folder, 2, 3, 6, CacheSharingHarness.bytes(2), true);
        assertThat(moved).isGreaterThanOrEqualTo(CacheSharingHarness.bytes(6));
    }

    @Test
    void aCrashLeavesNoWrongByteAndNothingElse() throws Exception {
        Map<String, Integer> strides = Map.of("fill", 11, "resume", 29, "reuse", 120, "evict", 14);
        // Each waits for its processes most of the time.
        ExecutorService threads = Executors.newFixedThreadPool(2);
        try {
            Map<String, Future<Integer>> ended = new HashMap<>();
            strides.forEach((action, stride) -> ended.put(
                    action, threads.submit(() -> CacheCrashHarness.crashAtEveryStep(folder, action, stride))));
            for (Map.Entry<String, Future<Integer>> action : ended.entrySet()) {
                assertThat(action.getValue().get())
                        .as("processes ended in the middle of %s", action.getKey())
                        .isGreaterThanOrEqualTo(2);
            }
        } finally {
            threads.shutdownNow();
        }
    }
}
