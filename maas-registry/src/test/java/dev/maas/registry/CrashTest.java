package dev.maas.registry;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A few of the steps; the README says how to go through all of them. */
@DisabledIfSystemProperty(named = "maas.tests.again", matches = "true", disabledReason = "it ran on the other JDK")
class CrashTest {
    @TempDir
    Path folder;

    @ParameterizedTest
    @CsvSource({"publish, 5, 4", "alias, 1, 4", "collect, 4, 3"})
    void aCrashLeavesTheOldOrTheNewAndNothingElse(String action, int stride, int least) throws Exception {
        assertThat(CrashHarness.crashAtEveryStep(TestPlaces.folder(folder), action, action, stride))
                .as("processes ended in the middle")
                .isGreaterThanOrEqualTo(least);
    }

    @Test
    void aCrashInTheMiddleOfPublishingToS3LeavesTheOldOrTheNew() throws Exception {
        try (TestPlaces places = TestPlaces.s3(folder)) {
            assertThat(CrashHarness.crashAtEveryStep(places, "publish", "publish", 6))
                    .isGreaterThanOrEqualTo(2);
        }
    }
}
