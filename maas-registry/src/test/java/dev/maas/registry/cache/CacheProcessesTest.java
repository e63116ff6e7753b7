package dev.maas.registry.cache;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

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

    @ParameterizedTest
    @CsvSource({"fill, 11, 2", "resume, 17, 2", "reuse, 120, 2", "evict, 14, 2"})
    void aCrashLeavesNoWrongByteAndNothingElse(String action, int stride, int least) throws Exception {
        assertThat(CacheCrashHarness.crashAtEveryStep(folder, action, stride))
                .as("processes ended in the middle")
                .isGreaterThanOrEqualTo(least);
    }
}
