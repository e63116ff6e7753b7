package dev.maas.serving;

import dev.maas.concurrency.Explorer;
import dev.maas.concurrency.Scenario;
import java.util.Set;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Whatever the schedule, work is done by one thread at a time, all who wait get its outcome, and nothing is remembered. */
class SingleFlightProofTest {
    @ParameterizedTest
    @ValueSource(classes = {SingleFlightScenarios.Three.class, SingleFlightScenarios.TwiceWithFailures.class})
    void outcomesAreSharedAndNotRemembered(Class<? extends Scenario> scenario) {
        Explorer.of(scenario, Set.of()).explore();
    }
}
