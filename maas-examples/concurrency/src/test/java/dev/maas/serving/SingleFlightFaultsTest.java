package dev.maas.serving;

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

/** The proof of the single flight finds these faults; each is put into the code as it is loaded. */
class SingleFlightFaultsTest {
    static Stream<Arguments> faults() {
        return Stream.of(
                arguments(without("SingleFlight", "run", "putIfAbsent", 1), SingleFlightScenarios.Three.class),
                arguments(without("SingleFlight", "run", "complete", 1), SingleFlightScenarios.Three.class),
                arguments(without("SingleFlight", "run", "remove", 2), SingleFlightScenarios.Three.class),
                arguments(without("SingleFlight", "run", "remove", 1), SingleFlightScenarios.TwiceWithFailures.class),
                arguments(
                        without("SingleFlight", "run", "completeExceptionally", 1),
                        SingleFlightScenarios.TwiceWithFailures.class));
    }

    @ParameterizedTest(name = "{0}: {1}")
    @MethodSource("faults")
    void theProofFinds(Mutant fault, Class<? extends Scenario> scenario) {
        Explorer.of(scenario, Set.of()).requireFinds(fault);
    }
}
