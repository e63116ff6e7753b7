package dev.maas.batching;

import static dev.maas.concurrency.Mutant.plain;
import static dev.maas.concurrency.Mutant.takingForGranted;
import static dev.maas.concurrency.Mutant.unlocked;
import static dev.maas.concurrency.Mutant.without;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import dev.maas.concurrency.Explorer;
import dev.maas.concurrency.Mutant;
import dev.maas.concurrency.Scenario;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** The proof of the combining queue finds these faults; each is put into the code as it is loaded. */
class CombiningFaultsTest {
    static Stream<Arguments> faults() {
        return Stream.of(lostWakeUps(), leaks(), handOvers(), orders()).flatMap(faults -> faults);
    }

    private static Stream<Arguments> lostWakeUps() {
        return Stream.of(
                arguments(without("WaitingCall", "announce", "unpark", 1), CombiningScenarios.TwoCallers.class),
                arguments(without("Dispatcher", "giveSlotAway", "announce", 1), CombiningScenarios.TwoCallers.class),
                arguments(without("Dispatcher", "lead", "distribute", 2), CombiningScenarios.Crowd.class),
                arguments(without("Dispatcher", "endAlone", "distribute", 1), CombiningScenarios.PastTheQueue.class),
                arguments(without("Dispatcher", "runBatch", "distribute", 1), CombiningScenarios.SlowRun.class),
                arguments(without("Dispatcher", "start", "distribute", 1), CombiningScenarios.FutureAmongCallers.class),
                arguments(
                        without("Dispatcher", "leadForFutures", "distribute", 1),
                        CombiningScenarios.FuturesInExecutor.class),
                arguments(
                        without("Dispatcher", "finishThoseWithoutFollowers", "finish", 1),
                        CombiningScenarios.Crowd.class),
                arguments(without("Dispatcher", "lead", "inExecutor", 1), CombiningScenarios.ExpiredInQueue.class),
                arguments(without("Dispatcher", "nextBatch", "answer", 1), CombiningScenarios.ExpiredInQueue.class),
                arguments(
                        without("Dispatcher", "runWaiting", "letGoOfOwnSlots", 1),
                        CombiningScenarios.FollowerCalls.class),
                arguments(
                        without("CallQueue", "takeArrivals", "countBacklog", 1), CombiningScenarios.ThreeApart.class));
    }

    private static Stream<Arguments> leaks() {
        return Stream.of(
                arguments(without("Dispatcher", "tryLead", "giveSlotAway", 1), CombiningScenarios.TwoCallers.class),
                arguments(without("Dispatcher", "giveSlotAway", "release", 1), CombiningScenarios.TwoCallers.class),
                arguments(without("Dispatcher", "lead", "release", 1), CombiningScenarios.TwoCallers.class),
                arguments(
                        without("Dispatcher", "awaitTurn", "awaitUninterruptibly", 1),
                        CombiningScenarios.Interrupt.class),
                arguments(
                        without("Dispatcher", "leadForFutures", "release", 1),
                        CombiningScenarios.FutureAmongCallers.class),
                arguments(
                        without("Dispatcher", "leadForFutures", "release", 2),
                        CombiningScenarios.FutureAmongCallers.class),
                arguments(
                        without("Dispatcher", "giveSlotAway", "acquireMore", 1),
                        CombiningScenarios.FutureAmongCallers.class),
                arguments(without("FutureCall", "settled", "release", 1), CombiningScenarios.Cancel.class),
                arguments(without("Dispatcher", "tryLead", "left", 1), CombiningScenarios.TwoCallers.class),
                arguments(without("CallQueue", "chooseLeader", "left", 1), CombiningScenarios.TwoCallers.class),
                arguments(without("CallQueue", "fill", "left", 2), CombiningScenarios.Crowd.class),
                arguments(without("CallQueue", "offer", "addAndGet", 2), CombiningScenarios.FullQueue.class),
                arguments(without("Call", "giveUp", "left", 1), CombiningScenarios.Deadline.class));
    }

    private static Stream<Arguments> handOvers() {
        return Stream.of(
                arguments(takingForGranted("Dispatcher", "tryLead", "tryMove", 1), CombiningScenarios.TwoCallers.class),
                arguments(
                        takingForGranted("Dispatcher", "tryLead", "tryAcquire", 1),
                        CombiningScenarios.TwoCallers.class),
                arguments(takingForGranted("CallQueue", "chooseLeader", "tryMove", 1), CombiningScenarios.Crowd.class),
                arguments(
                        takingForGranted("CallQueue", "offer", "compareAndSet", 1),
                        CombiningScenarios.TwoCallers.class),
                arguments(
                        takingForGranted("Slots", "tryAcquire", "compareAndSet", 1),
                        CombiningScenarios.TwoCallers.class),
                arguments(takingForGranted("Call", "tryJoin", "tryMove", 1), CombiningScenarios.Cancel.class),
                arguments(takingForGranted("Call", "finish", "tryMove", 1), CombiningScenarios.Cancel.class),
                arguments(takingForGranted("Call", "giveUp", "tryMove", 1), CombiningScenarios.Cancel.class),
                arguments(takingForGranted("Call", "giveUp", "tryMove", 2), CombiningScenarios.Cancel.class),
                arguments(takingForGranted("Dispatcher", "awaitTurn", "giveUp", 2), CombiningScenarios.Deadline.class),
                arguments(takingForGranted("Dispatcher", "awaitTurn", "giveUp", 1), CombiningScenarios.Interrupt.class),
                arguments(
                        takingForGranted("FutureCall", "refuse", "tryMove", 1),
                        CombiningScenarios.ExpireWhereFull.class));
    }

    private static Stream<Arguments> orders() {
        return Stream.of(
                arguments(plain("CallQueue", "backlogSize"), CombiningScenarios.TwoCallers.class),
                arguments(plain("Batch", "stop"), CombiningScenarios.Cancel.class),
                arguments(unlocked("CallQueue", "fill"), CombiningScenarios.TwoSlots.class),
                arguments(unlocked("CallQueue", "chooseLeader"), CombiningScenarios.TwoSlots.class));
    }

    @ParameterizedTest(name = "{0}: {1}")
    @MethodSource("faults")
    void theProofFinds(Mutant fault, Class<? extends Scenario> scenario) {
        Explorer.of(scenario, CombiningScenarios.WITHOUT_STEPS).requireFinds(fault);
    }
}
