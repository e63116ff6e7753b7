package dev.maas.serving;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

import dev.maas.CallOptions;
import dev.maas.InvalidInputException;
import dev.maas.Model;
import dev.maas.ModelLoadException;
import dev.maas.ModelRef;
import dev.maas.Predictor;
import dev.maas.testing.TestModel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

/** A service whose models do not all fit into its memory budget. */
class MemoryBudgetTest extends BudgetFixture {
    @Test
    void anIdleModelMakesRoomAndIsLoadedAgainWithItsNextCall() {
        TestModel first = publish("a", 1, 60);
        publish("b", 2, 60);
        Predictor<Float, Float> a = predictor("a");
        Predictor<Float, Float> b = predictor("b");
        assertThat(a.predict(0f)).isEqualTo(1);
        assertThat(health("a").loadedBytes()).isEqualTo(60);

        assertThat(b.predict(0f)).isEqualTo(2);

        assertThat(first.loaded()).isZero();
        assertThat(health("a"))
                .isEqualTo(new ServiceHealth.ModelHealth(
                        ModelRef.parse("a"),
                        ServiceHealth.State.COLD,
                        java.util.OptionalInt.empty(),
                        "version 1 is not in memory: it made room for 'b:1' in the memory budget of 100 bytes"));
        assertThat(service.health().ready()).isTrue();
        assertThat(service.health().memory()).isEqualTo(new ServiceHealth.Memory(60, OptionalLong.of(100), 60, 1));

        assertThat(a.predict(5f)).as("by the predictor that is held").isEqualTo(6);
        assertThat(a.predictAsync(6f).join()).isEqualTo(7);
        assertThat(a.predictAll(List.of(7f))).containsExactly(8f);
        assertThat(first.loads()).isEqualTo(2);
        assertThat(health("a").state()).isEqualTo(ServiceHealth.State.READY);
        assertThat(health("a").reason()).isEmpty();
        assertThat(health("b").state()).isEqualTo(ServiceHealth.State.COLD);
    }

    @Test
    void everyKindOfCallLoadsWhatWasEvicted() {
        publish("a", 1, 60);
        publish("b", 2, 60);
        Predictor<Float, Float> a = predictor("a");
        Predictor<Float, Float> b = predictor("b");
        List<java.util.function.Supplier<Float>> calls = List.of(
                () -> a.predict(0f),
                () -> a.predict(0f, PATIENT),
                () -> a.predictAsync(0f).join(),
                () -> a.predictAll(List.of(0f)).get(0),
                () -> a.predictAll(List.of(0f), PATIENT).get(0));
        for (int i = 0; i < calls.size(); i++) {
            assertThat(b.predict(0f)).isEqualTo(2);
            assertThat(health("a").state()).isEqualTo(ServiceHealth.State.COLD);
            assertThat(calls.get(i).get()).as("call %d", i).isEqualTo(1);
        }
    }

    @Test
    void whatIsQuickToLoadAndLargeAndSeldomCalledGoesFirst() {
        publish("slow", 1, 30);
        publish("popular", 2, 30);
        publish("other", 3, 30);
        loadTimes.put("slow", Duration.ofMillis(50));
        for (String name : List.of("other", "slow", "popular")) {
            assertThat(predictor(name).predict(0f)).isPositive();
        }
        for (int i = 0; i < 10; i++) {
            predictor("popular").predict(0f);
        }
        List<String> gone = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            // Fits once something else has gone; then goes itself, being a spare.
            publish("new", 10 + i, 40 + 30 * i);
            try (Model model = service.model("new")) {
                assertThat(model.ref().name()).isEqualTo("new");
                for (String name : List.of("slow", "popular", "other")) {
                    if (health(name).state() == ServiceHealth.State.COLD && !gone.contains(name)) {
                        gone.add(name);
                    }
                }
            }
        }
        assertThat(gone).containsExactly("other", "popular", "slow");
    }

    @Test
    void whatIsLargerThanTheWholeBudgetIsRefusedBeforeItIsLoaded() {
        publish("a", 1, 60);
        TestModel huge = publish("huge", 2, 101);
        predictor("a").predict(0f);

        assertThatExceptionOfType(ModelLoadException.class)
                .isThrownBy(() -> predictor("huge").predict(0f))
                .withMessageContaining("'huge:1' takes 101 bytes; the whole memory budget is 100");

        assertThat(huge.loads()).isZero();
        assertThat(health("huge").state()).isEqualTo(ServiceHealth.State.FAILED);
        assertThat(health("a").state()).as("nothing went for it").isEqualTo(ServiceHealth.State.READY);
    }

    @Test
    void aModelThatTurnsOutLargerThanItsPackageMakesItsRoomAfterwards() {
        publish("a", 1, 60);
        TestModel grows = publish("b", 2, 30);
        predictor("a").predict(0f);
        grows.occupy(70);
        // The engine's own account is beyond the budget for a moment here, which is what estimates cost.
        assertThat(predictor("b").predict(0f)).isEqualTo(2);
        assertThat(health("a").state()).isEqualTo(ServiceHealth.State.COLD);
        assertThat(service.health().memory().loadedBytes()).isEqualTo(70);
        assertThat(engine.highest).hasValue(130);
        engine.highest.set(0);

        grows.occupy(101);
        predictor("a").predict(0f);
        assertThatExceptionOfType(ModelLoadException.class)
                .isThrownBy(() -> predictor("b").predict(0f))
                .withMessageContaining("takes 101 bytes");
        assertThat(grows.loaded()).isZero();
        int opened = registry.opened.get();
        assertThatExceptionOfType(ModelLoadException.class)
                .isThrownBy(() -> predictor("b").predict(0f));
        assertThat(registry.opened).as("known to be too large by now").hasValue(opened);
        engine.highest.set(0);
    }

    @Test
    void bothVersionsCountDuringASwapAndTheSupersededOneGoesFirst() {
        TestModel old = publish("m", 1, 40);
        publish("other", 7, 20);
        Predictor<Float, Float> m = predictor("m");
        assertThat(m.predict(0f)).isEqualTo(1);
        predictor("other").predict(0f);
        publish("m", 2, 40);
        service.refresh();
        assertThat(m.predict(0f)).isEqualTo(2);
        assertThat(service.health().memory().loadedBytes()).isEqualTo(100);
        assertThat(old.loaded()).as("kept for a rollback").isEqualTo(1);

        publish("m", 3, 40);
        service.refresh();

        assertThat(m.predict(0f)).isEqualTo(3);
        assertThat(old.loaded()).isZero();
        assertThat(health("other").state()).isEqualTo(ServiceHealth.State.READY);
        assertThat(evictions()).isEqualTo(1);
    }

    @Test
    void aSwapWithoutRoomForBothLeavesTheOldOneServing() {
        publish("m", 1, 60);
        Predictor<Float, Float> m = predictor("m");
        m.predict(0f);
        TestModel wanted = publish("m", 2, 60);

        service.refresh();

        assertThat(m.predict(0f)).isEqualTo(1);
        assertThat(health("m").state()).isEqualTo(ServiceHealth.State.DEGRADED);
        assertThat(health("m").reason()).startsWith("version 2: There is no room to load 'm:2'");
        assertThat(wanted.loads()).isZero();

        publish("b", 3, 60);
        assertThat(predictor("b").predict(0f)).isEqualTo(3);
        assertThat(m.predict(0f)).as("cold, it comes back as what it means now").isEqualTo(2);
        assertThat(health("m").state()).isEqualTo(ServiceHealth.State.READY);
    }

    @Test
    void anEvictedModelComesBackAsItWasIfWhatTheRegistryWantsCannotServe() {
        publish("m", 1, 60);
        publish("b", 3, 60);
        Predictor<Float, Float> m = predictor("m");
        Predictor<Float, Float> b = predictor("b");
        m.predict(0f);
        b.predict(0f);
        TestModel bad = publish("m", 2, 60);
        bad.failLoads(new ModelLoadException("damaged"));

        assertThat(m.predict(0f)).isEqualTo(1);
        assertThat(health("m").state()).isEqualTo(ServiceHealth.State.DEGRADED);
        assertThat(health("m").reason()).isEqualTo("version 2: damaged");

        b.predict(0f);
        bad.recover();
        assertThat(m.predict(0f)).isEqualTo(2);
        assertThat(health("m").state()).isEqualTo(ServiceHealth.State.READY);

        b.predict(0f);
        registry.onResolve = ref -> {
            throw new IllegalStateException("registry down");
        };
        assertThat(m.predict(0f)).as("while the registry is down").isEqualTo(2);
        assertThat(health("m").reason()).isEmpty();
    }

    @Test
    void aDeadlineWithoutEndIsNoHindrance() {
        publish("a", 1, 60);
        assertThat(predictor("a").predict(0f, CallOptions.timeout(Duration.ofSeconds(Long.MAX_VALUE))))
                .isEqualTo(1);
    }

    @Test
    void aLoadThatFailsGivesItsRoomBack() {
        TestModel bad = publish("bad", 1, 100);
        bad.failLoads(new ModelLoadException("damaged"));
        publish("a", 2, 100);
        for (int i = 0; i < 3; i++) {
            assertThatExceptionOfType(ModelLoadException.class)
                    .isThrownBy(() -> predictor("bad").predict(0f));
            assertThat(service.health().memory().loadedBytes()).isZero();
        }
        registry.onOpen = version -> {
            throw new IllegalStateException("store down");
        };
        assertThatExceptionOfType(IllegalStateException.class)
                .isThrownBy(() -> predictor("a").predict(0f));
        registry.onOpen = version -> {};
        assertThat(predictor("a").predict(0f)).isEqualTo(2);
    }

    @Test
    void aBudgetOfNothingIsNoBudget() {
        assertThatExceptionOfType(InvalidInputException.class)
                .isThrownBy(() -> ServiceOptions.defaults().memoryBudget(0))
                .withMessageContaining("got 0");
        assertThatExceptionOfType(InvalidInputException.class)
                .isThrownBy(() -> ModelOptions.defaults().trimAfter(Duration.ofSeconds(-1)))
                .withMessageContaining("got PT-1S");
    }

    @Test
    void anIdleModelGivesBackItsMemoryOnceUntilItIsCalledAgain() {
        ServiceOptions options =
                ServiceOptions.defaults().engines(List.of(engine)).models(quick.trimAfter(Duration.ofMillis(20)));
        publish("a", 1, 1);
        try (ModelService trimming = ModelService.of(registry, options)) {
            Predictor<Float, Float> a = trimming.predictor("a", Float.class, Float.class);
            for (int idle = 1; idle <= 3; idle++) {
                assertThat(a.predict(0f)).isEqualTo(1);
                int expected = idle;
                await().untilAsserted(() -> assertThat(engine.trims).hasValueGreaterThanOrEqualTo(expected));
                int trims = engine.trims.get();
                await().pollDelay(Duration.ofMillis(100)).until(() -> engine.trims.get() <= trims + 1);
            }
        }
        try (ModelService keeping = ModelService.of(
                registry, ServiceOptions.defaults().engines(List.of(engine)).models(quick.trimAfter(Duration.ZERO)))) {
            int trims = engine.trims.get();
            keeping.load("a");
            await().pollDelay(Duration.ofMillis(60)).until(() -> engine.trims.get() == trims);
        }
    }
}
