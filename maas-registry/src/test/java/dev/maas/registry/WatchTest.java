package dev.maas.registry;

import static dev.maas.registry.TestModels.model;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.maas.RegistryEvent;
import dev.maas.RegistryException;
import dev.maas.registry.store.ObjectContent;
import dev.maas.registry.store.ObjectInfo;
import dev.maas.registry.store.ObjectStore;
import dev.maas.registry.store.TestStores;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class WatchTest {
    private final ObjectStore store = TestStores.memory(Clock.systemUTC());
    private final RegistryOptions options = TestModels.OPTIONS.pollInterval(Duration.ofMillis(10));
    private final List<RegistryEvent> heard = new CopyOnWriteArrayList<>();

    private ManagedRegistry open() {
        return Registries.open(new UnclosedStore(store), options);
    }

    private List<String> subjects() {
        return heard.stream().map(event -> event.kind() + " " + event.subject()).toList();
    }

    @Test
    void aListenerHearsWhatOthersCommitInOrderAndNothingFromBefore() throws Exception {
        try (ManagedRegistry watching = open();
                ManagedRegistry other = open()) {
            other.publish(model("spam", "before"));
            try (AutoCloseable watch = watching.watch("spam", heard::add)) {
                other.publish(model("spam", "a"));
                other.alias("spam", "champion", 2);
                other.publish(model("ham", "x"));
                other.publish(model("spam", "b"));
                await().untilAsserted(() ->
                        assertThat(subjects()).containsExactly("PUBLISH 2", "ALIAS champion=2", "PUBLISH 3"));
                assertThat(watch).isNotNull();
            }
        }
    }

    @Test
    void aModelThatIsNotThereYetCanBeWatched() throws Exception {
        try (ManagedRegistry registry = open();
                AutoCloseable watch = registry.watch("spam", heard::add)) {
            registry.publish(model("spam", "a"));
            await().untilAsserted(() -> assertThat(subjects()).containsExactly("PUBLISH 1"));
            assertThat(watch).isNotNull();
        }
    }

    @Test
    void aListenerThatThrowsHearsTheNextEvent() throws Exception {
        try (ManagedRegistry registry = open();
                AutoCloseable watch = registry.watch("spam", event -> {
                    heard.add(event);
                    throw new IllegalStateException("listener's own trouble");
                })) {
            registry.publish(model("spam", "a"));
            registry.publish(model("spam", "b"));
            await().untilAsserted(() -> assertThat(subjects()).containsExactly("PUBLISH 1", "PUBLISH 2"));
            assertThat(watch).isNotNull();
        }
    }

    @Test
    void aClosedWatchHearsNothing() throws Exception {
        try (ManagedRegistry registry = open()) {
            registry.watch("spam", heard::add).close();
            List<RegistryEvent> others = new CopyOnWriteArrayList<>();
            try (AutoCloseable watch = registry.watch("spam", others::add)) {
                registry.publish(model("spam", "a"));
                await().until(() -> others.size() == 1);
                assertThat(watch).isNotNull();
            }
            assertThat(heard).isEmpty();
        }
    }

    @Test
    void oneDamagedEntryIsPassedOver() throws Exception {
        byte[] rubbish = "{\"rubbish\":true}".getBytes(StandardCharsets.UTF_8);
        byte[] sound;
        try (ManagedRegistry registry = open()) {
            registry.publish(model("spam", "a"));
            registry.publish(model("spam", "b"));
            registry.publish(model("spam", "c"));
            sound = store.open(Keys.log("spam", 3)).orElseThrow().readAllBytes();
        }
        store.delete(Keys.log("spam", 2));
        store.delete(Keys.log("spam", 3));
        try (ManagedRegistry registry = open();
                AutoCloseable watch = registry.watch("spam", heard::add)) {
            store.putIfAbsent(Keys.log("spam", 2), ObjectContent.of(rubbish, "application/json"));
            store.putIfAbsent(Keys.log("spam", 3), ObjectContent.of(sound, "application/json"));
            await().untilAsserted(() -> assertThat(subjects()).containsExactly("PUBLISH 3"));
            assertThat(watch).isNotNull();
        }
    }

    @Test
    void aWatchOutlivesAStoreThatFailsForAWhile() throws Exception {
        AtomicBoolean down = new AtomicBoolean();
        AtomicInteger failures = new AtomicInteger();
        ObjectStore shaky = new UnclosedStore(store) {
            @Override
            public Optional<ObjectInfo> stat(String key) {
                if (down.get()) {
                    failures.incrementAndGet();
                    throw new RegistryException("memory store: out of reach");
                }
                return super.stat(key);
            }
        };
        try (ManagedRegistry watching = Registries.open(shaky, options);
                ManagedRegistry other = open();
                AutoCloseable watch = watching.watch("spam", heard::add)) {
            down.set(true);
            other.publish(model("spam", "a"));
            await().until(() -> failures.get() >= 3);
            assertThat(heard).isEmpty();
            down.set(false);
            await().untilAsserted(() -> assertThat(subjects()).containsExactly("PUBLISH 1"));
            assertThat(watch).isNotNull();
        }
    }
}
