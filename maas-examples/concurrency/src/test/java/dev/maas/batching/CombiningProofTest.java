package dev.maas.batching;

import dev.maas.concurrency.Explorer;
import dev.maas.concurrency.Scenario;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Whatever the schedule, each call is answered once, none sleeps for ever, no slot, no lease and no place in the queue is lost, and nothing
 * is used by two threads that nothing orders.
 */
class CombiningProofTest {
    @ParameterizedTest
    @ValueSource(
            classes = {
                CombiningScenarios.TwoCallers.class,
                CombiningScenarios.ThreeCallers.class,
                CombiningScenarios.ThreeApart.class,
                CombiningScenarios.Crowd.class,
                CombiningScenarios.TwoSlots.class,
                CombiningScenarios.PastTheQueue.class,
                CombiningScenarios.FollowerCalls.class,
                CombiningScenarios.Close.class,
                CombiningScenarios.FullQueue.class,
                CombiningScenarios.FutureAmongCallers.class,
                CombiningScenarios.FuturesInExecutor.class,
                CombiningScenarios.Cancel.class,
                CombiningScenarios.ExpireWhereFull.class,
                CombiningScenarios.ExpiredInQueue.class,
                CombiningScenarios.Deadline.class,
                CombiningScenarios.Interrupt.class,
                CombiningScenarios.BadRow.class,
                CombiningScenarios.SlowRun.class,
            })
    void callsAreAnsweredOnceAndNothingIsLost(Class<? extends Scenario> scenario) {
        Explorer.of(scenario, CombiningScenarios.WITHOUT_STEPS).explore();
    }
}
