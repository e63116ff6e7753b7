package dev.maas.registry;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FaultsTest {
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4})
    void underFaultsNothingIsLostTornOrDoubled(long seed) throws Exception {
        FaultsHarness.Result result = new FaultsHarness(seed, 0.03).run(400);
        assertThat(result.faults()).as("faults that struck").isGreaterThan(50);
        assertThat(result.failures()).as("operations that failed").isPositive();
        assertThat(result.successes()).as("operations that succeeded").isGreaterThan(100);
    }

    @ParameterizedTest
    @ValueSource(longs = {5, 6})
    void norWithACacheInFront(long seed, @TempDir Path folder) throws Exception {
        RegistryOptions options = TestModels.OPTIONS.cache(folder.resolve("cache"));
        FaultsHarness.Result result = new FaultsHarness(seed, 0.03, options).run(400);
        assertThat(result.faults()).as("faults that struck").isGreaterThan(50);
        assertThat(result.successes()).as("operations that succeeded").isGreaterThan(100);
    }
}
