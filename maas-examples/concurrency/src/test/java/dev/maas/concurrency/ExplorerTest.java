package dev.maas.concurrency;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.maas.concurrency.sample.Samples;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The explorer finds what is wrong in small programs of which that is known, and nothing else. */
class ExplorerTest {
    private static Explorer explorer(Class<? extends Scenario> scenario) {
        return Explorer.of(scenario, Set.of());
    }

    private static Class<? extends Scenario> sample(String name) throws ClassNotFoundException {
        return Class.forName(Samples.class.getName() + "$" + name).asSubclass(Scenario.class);
    }

    @ParameterizedTest
    @CsvSource({
        "LostUpdate,   Not so: both were counted",
        "LostWakeUp,   Threads wait for ever: [0]",
        "CrossedLocks, 'Threads wait for ever: [0, 1]'",
        "PlainFlag,    A data race",
        "PlainList,    A data race",
        "WeakAccess,   What is explored takes turns",
    })
    void whatIsWrongIsFound(String name, String why) throws ClassNotFoundException {
        Explorer explorer = explorer(sample(name));
        Throwable failure = assertThrows(Throwable.class, explorer::explore);
        assertTrue(failure.getMessage().startsWith(why), failure::getMessage);
    }

    @ParameterizedTest
    @ValueSource(strings = {"WakeUp", "VolatileFlag"})
    void whatIsRightPasses(String name) throws ClassNotFoundException {
        explorer(sample(name)).explore();
    }

    @Test
    void everyOutcomeIsSeenThatTakingTurnsAllows() {
        explorer(Samples.StoreAndLoad.class).explore();
        assertEquals(Set.of("01", "10", "11"), takeOutcomes());
    }

    @Test
    void patienceEndsOrNot() {
        explorer(Samples.Patience.class).explore();
        assertEquals(Set.of("late", "in-time"), takeOutcomes());
    }

    @Test
    void aFaultWithoutAPlaceIsAnError() {
        Explorer explorer = explorer(Samples.WakeUp.class).mutant(Mutant.without("Samples$WakeUp", "first", "none", 1));
        assertThrows(IllegalStateException.class, explorer::explore);
    }

    @Test
    void aFaultThatIsPutInIsFound() {
        Explorer explorer = explorer(Samples.VolatileFlag.class).mutant(Mutant.plain("Samples$VolatileFlag", "ready"));
        Throwable failure = assertThrows(AssertionError.class, explorer::explore);
        assertTrue(failure.getMessage().startsWith("A data race"), failure::getMessage);
    }

    private static Set<String> takeOutcomes() {
        Set<String> seen = new TreeSet<>();
        for (String name : System.getProperties().stringPropertyNames()) {
            if (name.startsWith("maas.outcome.")) {
                seen.add(name.substring("maas.outcome.".length()));
                System.clearProperty(name);
            }
        }
        return seen;
    }
}
