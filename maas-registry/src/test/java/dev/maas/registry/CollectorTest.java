package dev.maas.registry;

import static dev.maas.registry.TestModels.model;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.maas.IntegrityException;
import dev.maas.ModelSource;
import dev.maas.ModelVersion;
import dev.maas.RegistryException;
import dev.maas.VersionUpdate;
import dev.maas.registry.TestModels.FakeClock;
import dev.maas.registry.format.Sha256;
import dev.maas.registry.store.ObjectContent;
import dev.maas.registry.store.ObjectStore;
import dev.maas.registry.store.TestStores;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.IntPredicate;
import org.junit.jupiter.api.Test;

class CollectorTest {
    private final FakeClock clock = new FakeClock();
    private final ObjectStore store = TestStores.memory(clock);
    private final RegistryOptions options = TestModels.OPTIONS.clock(clock).grace(Duration.ofHours(1));

    private ManagedRegistry open(ObjectStore view) {
        return Registries.open(view, options);
    }

    private long blobs() {
        return store.list("blobs/", null, 1000).objects().size();
    }

    private static String orphan(ObjectStore store, String content) {
        byte[] bytes = content.getBytes(StandardCharsets.UTF_8);
        store.putIfAbsent(Keys.blob(Sha256.hex(bytes)), ObjectContent.of(bytes, ObjectContent.OCTETS));
        return Sha256.hex(bytes);
    }

    @Test
    void garbageGoesToTheTrashAfterTheGraceTimeAndAwayAfterAnother() {
        try (ManagedRegistry registry = open(new UnclosedStore(store))) {
            ModelVersion version = registry.publish(model("spam", "a"));
            String orphan = orphan(store, "orphan");
            long all = blobs();

            assertThat(registry.collect().trashedBlobs()).as("young garbage").isZero();
            clock.advance(Duration.ofMinutes(61));
            CollectionReport report = registry.collect();
            assertThat(report.trashedBlobs()).isEqualTo(1);
            assertThat(report.trashedBytes()).isEqualTo(6);
            assertThat(report.removedBlobs()).isZero();
            assertThat(blobs()).isEqualTo(all - 1);
            assertThat(store.list("trash/", null, 10).objects()).hasSize(1);
            clock.advance(Duration.ofMinutes(61));
            assertThat(registry.collect().removedBlobs()).isEqualTo(1);
            assertThat(store.list("trash/", null, 10).objects()).isEmpty();
            assertThat(store.stat(Keys.blob(orphan))).isEmpty();
            registry.open(version).close();
        }
    }

    @Test
    void blobsOfAPurgedVersionGoAndSharedOnesStay() {
        try (ManagedRegistry registry = open(new UnclosedStore(store))) {
            registry.publish(model("spam", "a"));
            ModelVersion kept = registry.publish(model("spam", "b"));
            registry.update(VersionUpdate.delete("spam", 1));
            clock.advance(Duration.ofDays(31));
            CollectionReport report = registry.collect();
            assertThat(report.purgedVersions()).isEqualTo(1);
            // Its file, config and manifest; the facts are the other version's too.
            assertThat(report.trashedBlobs()).isEqualTo(3);
            registry.open(kept).close();
        }
    }

    @Test
    void aPreviewTellsWhatACollectionDoesAndDoesNothing() {
        try (ManagedRegistry registry = open(new UnclosedStore(store))) {
            registry.publish(model("spam", "a"));
            registry.publish(model("spam", "b"));
            orphan(store, "orphan");
            assertThat(registry.previewCollection()).isEqualTo(new CollectionReport(0, 0, 0, 0, 0, 0));
            registry.update(VersionUpdate.delete("spam", 1));
            clock.advance(Duration.ofDays(31));
            long before = store.list("", null, 1000).objects().size();

            CollectionReport preview = registry.previewCollection();

            // The orphan, and the version's file, config and manifest.
            assertThat(preview.purgedVersions()).isEqualTo(1);
            assertThat(preview.trashedBlobs()).isEqualTo(4);
            assertThat(store.list("", null, 1000).objects()).hasSize((int) before);
            CollectionReport done = registry.collect();
            assertThat(done.purgedVersions()).isEqualTo(preview.purgedVersions());
            assertThat(done.trashedBlobs()).isEqualTo(preview.trashedBlobs());
            assertThat(done.trashedBytes()).isEqualTo(preview.trashedBytes());

            // The trash holds something that an order needs again, and the rest is over.
            registry.publish(model("spam", "a"));
            clock.advance(Duration.ofMinutes(61));
            CollectionReport next = registry.previewCollection();
            CollectionReport emptied = registry.collect();
            assertThat(next.removedBlobs()).isEqualTo(emptied.removedBlobs()).isPositive();
            assertThat(next.restoredBlobs()).isEqualTo(emptied.restoredBlobs());
        }
    }

    @Test
    void leasedBlobsStay() {
        try (ManagedRegistry registry = open(new UnclosedStore(store))) {
            registry.publish(model("spam", "a"));
            String orphan = orphan(store, "orphan");
            clock.advance(Duration.ofDays(2));
            new Leases(new StoreReader(store), options).put(List.of(orphan));
            assertThat(registry.collect().trashedBlobs()).isZero();
            clock.advance(Duration.ofHours(2));
            CollectionReport report = registry.collect();
            assertThat(report.trashedBlobs()).as("when the lease is over").isEqualTo(1);
            assertThat(report.removedScratch()).isEqualTo(1);
        }
    }

    /** The publisher commits between the collector's first look and its sweep. */
    @Test
    void aBlobThatIsNeededAfterTheFirstLookComesBack() throws Exception {
        AtomicReference<Runnable> beforeSweep = new AtomicReference<>(() -> {});
        ObjectStore view = new UnclosedStore(store) {
            @Override
            public boolean copyIfAbsent(String from, String to) {
                if (to.startsWith(Keys.TRASH)) {
                    beforeSweep.getAndSet(() -> {}).run();
                }
                return super.copyIfAbsent(from, to);
            }
        };
        try (ManagedRegistry collecting = open(view);
                ManagedRegistry publishing = open(new UnclosedStore(store))) {
            orphan(store, "content");
            clock.advance(Duration.ofDays(2));
            AtomicReference<ModelVersion> version = new AtomicReference<>();
            beforeSweep.set(() -> version.set(publishing.publish(model("spam", "content"))));

            CollectionReport report = collecting.collect();

            assertThat(report.trashedBlobs()).isEqualTo(1);
            assertThat(report.restoredBlobs()).isEqualTo(1);
            try (ModelSource source = publishing.open(Objects.requireNonNull(version.get()))) {
                assertThat(source.open("model.onnx").readAllBytes()).asString().isEqualTo("content");
            }
        }
    }

    /** The collector sweeps between the publisher's put, which found the blob there, and its commit. */
    @Test
    void aBlobThatIsSweptUnderAPublisherIsPutAgain() throws Exception {
        AtomicBoolean armed = new AtomicBoolean();
        AtomicReference<ManagedRegistry> collector = new AtomicReference<>();
        ObjectStore view = new UnclosedStore(store) {
            @Override
            public boolean putIfAbsent(String key, ObjectContent content) {
                if (key.startsWith(Keys.LEASES) && armed.getAndSet(false)) {
                    Objects.requireNonNull(collector.get()).collect();
                }
                return super.putIfAbsent(key, content);
            }
        };
        try (ManagedRegistry publishing = open(view);
                ManagedRegistry collecting = open(new UnclosedStore(store))) {
            collector.set(collecting);
            String orphan = orphan(store, "content");
            clock.advance(Duration.ofDays(2));
            armed.set(true);

            ModelVersion version = publishing.publish(model("spam", "content"));

            assertThat(armed).as("the collector ran").isFalse();
            assertThat(store.stat(Keys.blob(orphan))).isPresent();
            publishing.open(version).close();
        }
    }

    @Test
    void whatACollectorThatDiedLeftInTheTrashIsRestored() {
        try (ManagedRegistry registry = open(new UnclosedStore(store))) {
            ModelVersion version = registry.publish(model("spam", "content"));
            String hex = Sha256.hex("content".getBytes(StandardCharsets.UTF_8));
            String trashed = Keys.trashFolder(clock.millis(), "dead") + hex;
            store.copyIfAbsent(Keys.blob(hex), trashed);
            store.delete(Keys.blob(hex));
            registry.open(version).close();
            assertThat(store.stat(Keys.blob(hex)))
                    .as("a reader takes it back itself")
                    .isPresent();

            store.delete(Keys.blob(hex));
            assertThat(registry.collect().restoredBlobs()).isEqualTo(1);
            clock.advance(Duration.ofHours(2));
            registry.collect();
            assertThat(store.stat(trashed))
                    .as("trash that nobody can be working on")
                    .isEmpty();
            registry.open(version).close();

            store.delete(Keys.blob(hex));
            assertThatThrownBy(() -> registry.open(version))
                    .isInstanceOf(RegistryException.class)
                    .hasMessageContaining("missing")
                    .hasMessageContaining(hex);
        }
    }

    @Test
    void aDamagedLogEndsTheCollectionBeforeAnythingGoes() {
        try (ManagedRegistry registry = open(new UnclosedStore(store))) {
            registry.publish(model("spam", "a"));
            orphan(store, "orphan");
            clock.advance(Duration.ofDays(2));
            long all = blobs();
            store.putIfAbsent(Keys.log("spam", 2), ObjectContent.of(new byte[] {'{', '}'}, "application/json"));
            assertThatThrownBy(registry::collect)
                    .isInstanceOf(IntegrityException.class)
                    .hasMessageContaining("models/spam/log/00000000000000000002.json");
            assertThat(blobs()).isEqualTo(all);
        }
    }

    /** It stood still for longer than the grace time, and another took its note for a dead lease. */
    @Test
    void aCollectorWhoseNoteOfTheTimeIsTakenAwayWritesAnother() {
        AtomicBoolean armed = new AtomicBoolean(true);
        ObjectStore view = new UnclosedStore(store) {
            @Override
            public boolean putIfAbsent(String key, ObjectContent content) {
                boolean won = super.putIfAbsent(key, content);
                if (key.startsWith(Keys.LEASES) && armed.getAndSet(false)) {
                    super.delete(key);
                }
                return won;
            }
        };
        try (ManagedRegistry registry = open(view)) {
            registry.publish(model("spam", "a"));
            assertThat(registry.collect().trashedBlobs()).isZero();
            assertThat(armed).isFalse();
        }
    }

    @Test
    void collectorsAndPublishersOfTheSameContentRunSideBySide() throws Exception {
        ObjectStore shared = TestStores.memory(Clock.systemUTC());
        // As short as a busy machine allows: a publisher that stands still for longer is beyond what is promised.
        RegistryOptions hasty = TestModels.OPTIONS.grace(Duration.ofMillis(200)).retention(Duration.ZERO);
        AtomicBoolean done = new AtomicBoolean();
        AtomicInteger trashed = new AtomicInteger();
        ExecutorService executor = Executors.newFixedThreadPool(3);
        try {
            Callable<Boolean> collect = () -> {
                try (ManagedRegistry registry = Registries.open(new UnclosedStore(shared), hasty)) {
                    while (!done.get()) {
                        trashed.addAndGet(registry.collect().trashedBlobs());
                    }
                }
                return true;
            };
            Future<Boolean> one = executor.submit(collect);
            Future<Boolean> two = executor.submit(collect);
            publishAndDelete(shared, hasty, count -> count < 300 || (trashed.get() == 0 && count < 20_000));
            done.set(true);
            assertThat(one.get() && two.get()).isTrue();
            assertThat(trashed).as("blobs that were swept").hasPositiveValue();
        } finally {
            done.set(true);
            executor.shutdown();
        }
    }

    /** The same few contents come, go and come again, so that publishers find blobs that are garbage at the moment. */
    private static void publishAndDelete(ObjectStore shared, RegistryOptions options, IntPredicate goesOn)
            throws Exception {
        Random random = new Random(5);
        try (ManagedRegistry registry = Registries.open(new UnclosedStore(shared), options)) {
            for (int i = 0; goesOn.test(i); i++) {
                String content = "content " + random.nextInt(3);
                ModelVersion version = registry.publish(model("m" + random.nextInt(2), content));
                try (ModelSource source = registry.open(version)) {
                    assertThat(source.open("model.onnx").readAllBytes())
                            .asString()
                            .isEqualTo(content);
                }
                registry.update(VersionUpdate.delete(version.name(), version.number()));
            }
        }
    }
}
