package dev.maas.batching;

import dev.maas.concurrency.Explorer;
import dev.maas.concurrency.Scenario;
import java.util.Set;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Whatever the schedule, no lease is granted after the close began, nothing is freed under a lease, and it is freed once. */
class LeasesProofTest {
    @ParameterizedTest
    @ValueSource(
            classes = {
                LeasesScenarios.CallsAndClose.class,
                LeasesScenarios.TwoCloses.class,
                LeasesScenarios.CloseIfIdle.class
            })
    void aResourceIsFreedOnceAndNeverInUse(Class<? extends Scenario> scenario) {
        Explorer.of(scenario, Set.of()).explore();
    }
}
