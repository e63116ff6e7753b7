package dev.maas.registry;

import static dev.maas.registry.TestModels.model;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.maas.AliasUpdate;
import dev.maas.ModelVersion;
import dev.maas.Page;
import dev.maas.RegistryConflictException;
import dev.maas.RegistryEvent;
import dev.maas.RegistryException;
import dev.maas.registry.store.ObjectContent;
import dev.maas.registry.store.ObjectStore;
import dev.maas.registry.store.TestStores;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The commit protocol where answers get lost and others commit at the same moment. */
class CommitTest {
    private final ObjectStore store = TestStores.memory(Clock.systemUTC());

    private ManagedRegistry open(ObjectStore view) {
        return Registries.open(view, TestModels.OPTIONS);
    }

    /** What happens to the next puts of log entries. */
    private interface Trouble {
        boolean put(String key, ObjectContent content, ObjectStore store);
    }

    private ObjectStore with(AtomicReference<Trouble> trouble) {
        trouble.set((key, content, good) -> good.putIfAbsent(key, content));
        return new UnclosedStore(store) {
            @Override
            public boolean putIfAbsent(String key, ObjectContent content) {
                return key.contains("/log/")
                        ? Objects.requireNonNull(trouble.get()).put(key, content, store)
                        : super.putIfAbsent(key, content);
            }
        };
    }

    private List<RegistryEvent> history() {
        try (ManagedRegistry registry = open(new UnclosedStore(store))) {
            return registry.history("spam", Page.Request.first(100)).items();
        }
    }

    private static RegistryException lost(String key) {
        return new RegistryException("memory store: the answer to '" + key + "' was lost");
    }

    @Test
    void aCommitWhoseAnswerIsLostIsFoundAndNotRepeated() {
        AtomicReference<Trouble> trouble = new AtomicReference<>();
        try (ManagedRegistry registry = open(with(trouble))) {
            AtomicInteger lost = new AtomicInteger();
            trouble.set((key, content, good) -> {
                boolean won = good.putIfAbsent(key, content);
                if (lost.getAndIncrement() == 0) {
                    throw lost(key);
                }
                return won;
            });
            assertThat(registry.publish(model("spam", "a")).number()).isEqualTo(1);
            assertThat(registry.publish(model("spam", "b")).number()).isEqualTo(2);
        }
        assertThat(history()).hasSize(2);
    }

    @Test
    void aCommitThatDidNotTakePlaceIsRepeated() {
        AtomicReference<Trouble> trouble = new AtomicReference<>();
        try (ManagedRegistry registry = open(with(trouble))) {
            AtomicInteger tries = new AtomicInteger();
            trouble.set((key, content, good) -> {
                if (tries.getAndIncrement() < 2) {
                    throw lost(key);
                }
                return good.putIfAbsent(key, content);
            });
            assertThat(registry.publish(model("spam", "a")).number()).isEqualTo(1);
        }
        assertThat(history()).hasSize(1);
    }

    /** The put fails for its caller, others commit, and the put would arrive only now: it must find its number taken. */
    @Test
    void aPutThatArrivesLateChangesNothing() {
        AtomicReference<Trouble> trouble = new AtomicReference<>();
        List<Runnable> late = new ArrayList<>();
        try (ManagedRegistry registry = open(with(trouble));
                ManagedRegistry other = open(new UnclosedStore(store))) {
            trouble.set((key, content, good) -> {
                if (late.isEmpty()) {
                    late.add(() -> assertThat(good.putIfAbsent(key, content)).isFalse());
                    other.publish(model("spam", "theirs"));
                    throw lost(key);
                }
                return good.putIfAbsent(key, content);
            });
            ModelVersion version = registry.publish(model("spam", "ours"));
            assertThat(version.number()).isEqualTo(2);
            late.forEach(Runnable::run);
        }
        assertThat(history()).extracting(RegistryEvent::subject).containsExactly("2", "1");
    }

    @Test
    void aCommitOfWhichNothingIsHeardSaysThatItIsNotKnown() {
        AtomicReference<Trouble> trouble = new AtomicReference<>();
        try (ManagedRegistry registry = open(with(trouble))) {
            trouble.set((key, content, good) -> {
                throw lost(key);
            });
            assertThatThrownBy(() -> registry.publish(model("spam", "a")))
                    .isInstanceOf(RegistryException.class)
                    .hasMessageContaining("not known whether")
                    .hasMessageContaining("models/spam/log/00000000000000000001.json")
                    .hasMessageContaining("memory store");
            trouble.set((key, content, good) -> good.putIfAbsent(key, content));
            assertThat(registry.publish(model("spam", "a")).number()).isEqualTo(1);
        }
    }

    /** The precondition held when the order was given, and no more when it would have been committed. */
    @Test
    void aLoserChecksItsPreconditionsAgain() {
        AtomicReference<Trouble> trouble = new AtomicReference<>();
        try (ManagedRegistry registry = open(with(trouble));
                ManagedRegistry other = open(new UnclosedStore(store))) {
            registry.publish(model("spam", "a").alias("champion"));
            registry.publish(model("spam", "b"));
            AtomicInteger first = new AtomicInteger();
            trouble.set((key, content, good) -> {
                if (first.getAndIncrement() == 0) {
                    other.alias(
                            AliasUpdate.of("spam", "champion", 2).expecting(1).because("faster"));
                }
                return good.putIfAbsent(key, content);
            });
            assertThatThrownBy(() ->
                            registry.alias(AliasUpdate.of("spam", "champion", 2).expecting(1)))
                    .isInstanceOf(RegistryConflictException.class)
                    .hasMessageContaining("points to version 2");
        }
        assertThat(history()).hasSize(3);
    }

    /** Both find the semantic version free, and one of them must lose it at the commit. */
    @Test
    void aSemanticVersionIsTakenOnce() {
        AtomicReference<Trouble> trouble = new AtomicReference<>();
        try (ManagedRegistry registry = open(with(trouble));
                ManagedRegistry other = open(new UnclosedStore(store))) {
            AtomicInteger first = new AtomicInteger();
            trouble.set((key, content, good) -> {
                if (first.getAndIncrement() == 0) {
                    other.publish(model("spam", "theirs").semanticVersion("1.0.0"));
                }
                return good.putIfAbsent(key, content);
            });
            assertThatThrownBy(() -> registry.publish(model("spam", "ours").semanticVersion("1.0.0")))
                    .isInstanceOf(RegistryConflictException.class);
            first.set(0);
            trouble.set((key, content, good) -> {
                if (first.getAndIncrement() == 0) {
                    other.publish(model("spam", "same").semanticVersion("2.0.0"));
                }
                return good.putIfAbsent(key, content);
            });
            assertThat(registry.publish(model("spam", "same")
                                    .semanticVersion("2.0.0")
                                    .alias("champion"))
                            .number())
                    .as("the other's, which is the same")
                    .isEqualTo(2);
            assertThat(registry.resolve("spam@champion").number()).isEqualTo(2);
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void threadsOfOneProcessNumberWithoutGapsWhileOthersRead(boolean locked) throws Exception {
        RegistryOptions options = locked ? TestModels.OPTIONS : TestModels.OPTIONS.withoutLocks();
        ExecutorService executor = Executors.newFixedThreadPool(6);
        try (ManagedRegistry registry = Registries.open(new UnclosedStore(store), options)) {
            registry.publish(model("spam", "first").alias("champion"));
            List<Callable<Void>> tasks = new ArrayList<>();
            for (int t = 0; t < 4; t++) {
                int thread = t;
                tasks.add(() -> {
                    for (int i = 0; i < 50; i++) {
                        registry.publish(model("spam", thread + " " + i).alias("champion"));
                    }
                    return null;
                });
            }
            for (int t = 0; t < 2; t++) {
                tasks.add(() -> {
                    int last = 0;
                    while (last < 201) {
                        int now = registry.resolve("spam@champion").number();
                        assertThat(now).as("what was seen stays").isGreaterThanOrEqualTo(last);
                        last = now;
                    }
                    return null;
                });
            }
            for (Future<Void> future : executor.invokeAll(tasks)) {
                future.get();
            }
            assertThat(registry.versions("spam", Page.Request.first(1000)).items())
                    .hasSize(201);
        } finally {
            executor.shutdownNow();
        }
    }
}
