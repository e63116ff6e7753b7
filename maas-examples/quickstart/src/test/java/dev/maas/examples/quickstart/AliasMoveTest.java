package dev.maas.examples.quickstart;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.mockito.ArgumentMatchers.any;
import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.verify;
import static org.mockito.Mockito.when;

import dev.maas.AliasUpdate;
import dev.maas.CallOptions;
import dev.maas.ModelRegistry;
import dev.maas.OverloadedException;
import dev.maas.Predictor;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class AliasMoveTest {
    private static final List<String> TEXTS = List.of("one", "two");
    private static final AliasUpdate UPDATE = AliasUpdate.of("topics", "champion", 2);
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    private final AtomicBoolean moved = new AtomicBoolean();
    private final ModelRegistry registry = mock(ModelRegistry.class);

    @BeforeEach
    void moveTheAlias() {
        when(registry.alias(any(AliasUpdate.class))).thenAnswer(call -> {
            moved.set(true);
            return null;
        });
    }

    /** Both versions agree on the label, so that only the scores tell them apart. */
    private static Predictor<String, Verdict> version(float score) {
        return text -> new Verdict("a", Map.of("a", score, "b", 1 - score));
    }

    private static final Predictor<String, Verdict> OLD = version(0.75f);
    private static final Predictor<String, Verdict> NEW = version(0.5f);

    /** A predictor that answers a whole call at once, as those of a service do. */
    private interface Batch extends Predictor<String, Verdict> {
        List<Verdict> all(List<String> texts);

        @Override
        default Verdict predict(String text) {
            return all(List.of(text)).get(0);
        }

        @Override
        default List<Verdict> predictAll(List<? extends String> texts, CallOptions options) {
            return all(List.copyOf(texts));
        }
    }

    private AliasMove.Outcome run(Batch predictor) throws InterruptedException {
        return new AliasMove(predictor, OLD, NEW, TEXTS).run(registry, UPDATE, PATIENCE);
    }

    @Test
    void countsTheCallsOfEachVersion() throws InterruptedException {
        AliasMove.Outcome outcome = run(texts -> (moved.get() ? NEW : OLD).predictAll(texts));

        assertThat(outcome.fromOld()).isGreaterThanOrEqualTo(2_000);
        assertThat(outcome.fromNew()).isGreaterThanOrEqualTo(2_000);
        assertThat(outcome.mixed()).isZero();
        assertThat(outcome.failed()).isZero();
        assertThat(outcome.calls()).isEqualTo(outcome.fromOld() + outcome.fromNew());
        assertThat(outcome.delay()).isBetween(Duration.ZERO, PATIENCE);
        verify(registry).alias(UPDATE);
    }

    @Test
    void anAnswerOfBothVersionsIsMixed() throws InterruptedException {
        AtomicLong calls = new AtomicLong();
        AliasMove.Outcome outcome = run(texts -> {
            if (calls.incrementAndGet() % 10 == 0) {
                return List.of(OLD.predict(texts.get(0)), NEW.predict(texts.get(0)));
            }
            return (moved.get() ? NEW : OLD).predictAll(texts);
        });

        assertThat(outcome.mixed()).isPositive();
        assertThat(outcome.failed()).isZero();
    }

    @Test
    void anAnswerOfNeitherVersionIsMixed() throws InterruptedException {
        AliasMove.Outcome outcome = run(texts -> {
            boolean odd = ThreadLocalRandom.current().nextInt(10) == 0;
            return (odd ? version(0.7501f) : moved.get() ? NEW : OLD).predictAll(texts);
        });

        assertThat(outcome.mixed()).isPositive();
    }

    @Test
    void roundingIsNoDifference() throws InterruptedException {
        AliasMove.Outcome outcome = run(texts -> (moved.get() ? version(0.500001f) : OLD).predictAll(texts));

        assertThat(outcome.mixed()).isZero();
    }

    @Test
    void aFailedCallIsCountedAndTheCallerGoesOn() throws InterruptedException {
        AtomicLong calls = new AtomicLong();
        AliasMove.Outcome outcome = run(texts -> {
            if (calls.incrementAndGet() % 100 == 0) {
                throw new OverloadedException("full");
            }
            return (moved.get() ? NEW : OLD).predictAll(texts);
        });

        assertThat(outcome.failed()).isPositive();
        assertThat(outcome.mixed()).isZero();
    }

    @Test
    void aNewVersionThatNobodyHearsIsReportedWithTheCounts() {
        AliasMove move = new AliasMove(OLD, OLD, NEW, TEXTS);

        assertThatThrownBy(() -> move.run(registry, UPDATE, Duration.ofMillis(500)))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("0 from the new one");
    }

    @Test
    void aBugInTheCallsIsNotHidden() {
        Batch broken = texts -> {
            throw new UnsupportedOperationException("bug");
        };

        assertThatThrownBy(() -> run(broken)).hasMessageContaining("bug");
    }

    @Test
    void versionsThatAnswerAlikeAreRefused() {
        assertThatThrownBy(() -> new AliasMove(OLD, OLD, OLD, TEXTS)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void aVerdictKnowsHowSureItIs() {
        Verdict verdict = OLD.predict("x");

        assertThat(verdict.confidence()).isEqualTo(0.75f);
        assertThat(new Verdict("c", Map.of("a", 1f)).confidence()).isNaN();
    }
}
