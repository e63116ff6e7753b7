package dev.maas.batching;

import static dev.maas.concurrency.Mutant.takingForGranted;
import static dev.maas.concurrency.Mutant.without;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import dev.maas.concurrency.Explorer;
import dev.maas.concurrency.Mutant;
import dev.maas.concurrency.Scenario;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** The proof of the leases finds these faults; each is put into the code as it is loaded. */
class LeasesFaultsTest {
    static Stream<Arguments> faults() {
        return Stream.of(
                arguments(without("Leases", "tryAcquire", "release", 1), LeasesScenarios.CallsAndClose.class),
                arguments(without("Leases", "release", "freeOnce", 1), LeasesScenarios.CallsAndClose.class),
                arguments(without("Leases", "acquireMore", "incrementAndGet", 1), LeasesScenarios.CallsAndClose.class),
                arguments(without("Leases", "beginClose", "freeOnce", 1), LeasesScenarios.TwoCloses.class),
                arguments(without("Leases", "freeOnce", "complete", 1), LeasesScenarios.TwoCloses.class),
                arguments(without("Leases", "awaitFreed", "get", 1), LeasesScenarios.CallsAndClose.class),
                arguments(
                        takingForGranted("Leases", "freeOnce", "compareAndSet", 1),
                        LeasesScenarios.CallsAndClose.class),
                arguments(
                        takingForGranted("Leases", "beginClose", "compareAndSet", 1),
                        LeasesScenarios.CallsAndClose.class),
                arguments(
                        takingForGranted("Leases", "tryCloseIdle", "compareAndSet", 1),
                        LeasesScenarios.CloseIfIdle.class),
                arguments(without("Leases", "finishClose", "freeOnce", 1), LeasesScenarios.CloseIfIdle.class));
    }

    @ParameterizedTest(name = "{0}: {1}")
    @MethodSource("faults")
    void theProofFinds(Mutant fault, Class<? extends Scenario> scenario) {
        Explorer.of(scenario, Set.of()).requireFinds(fault);
    }
}
