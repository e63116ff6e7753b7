package dev.maas.registry;

import static dev.maas.registry.TestModels.model;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.maas.IntegrityException;
import dev.maas.InvalidInputException;
import dev.maas.ModelPackage;
import dev.maas.ModelSource;
import dev.maas.ModelVersion;
import dev.maas.Page;
import dev.maas.RegistryException;
import dev.maas.registry.TestModels.FakeClock;
import dev.maas.registry.cache.ChunkIndex;
import dev.maas.registry.cache.CountingStore;
import dev.maas.registry.store.ObjectStore;
import dev.maas.registry.store.TestStores;
import dev.maas.registry.store.TransferListener;
import dev.maas.registry.store.http.FaultyServer;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A registry behind a cache: what moves, and what is served while the store does not answer. */
class OfflineTest {
    @TempDir
    Path folder;

    private final FakeClock clock = new FakeClock();
    private final ObjectStore memory = TestStores.memory(Clock.systemUTC());
    private CountingStore remote;

    @BeforeEach
    void setUp() {
        remote = new CountingStore(memory);
    }

    private RegistryOptions options() {
        return TestModels.OPTIONS.clock(clock).cache(folder.resolve("cache"));
    }

    private ManagedRegistry cached() {
        return Registries.open(remote, options());
    }

    /** A registry on the store itself, as another machine has it. */
    private ManagedRegistry elsewhere() {
        return Registries.open(new UnclosedStore(memory), TestModels.OPTIONS);
    }

    private static String text(ManagedRegistry registry, ModelVersion version) throws Exception {
        try (ModelSource source = registry.open(version);
                InputStream in = source.open("model.onnx")) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    @Test
    void whatWasOpenedOnceIsResolvedAndOpenedByTheNextProcessWithoutTheStore() throws Exception {
        try (ManagedRegistry other = elsewhere()) {
            for (int i = 1; i <= 70; i++) {
                other.publish(model("spam", "v" + i).alias("champion"));
            }
        }
        try (ManagedRegistry registry = cached()) {
            assertThat(text(registry, registry.resolve("spam@champion"))).isEqualTo("v70");
            assertThat(registry.offlineSince()).isEmpty();
        }
        remote.down = true;
        for (RegistryOptions options : List.of(options(), options().offline(true))) {
            try (ManagedRegistry registry = Registries.open(remote, options)) {
                assertThat(text(registry, registry.resolve("spam@champion"))).isEqualTo("v70");
                assertThat(registry.aliases("spam")).containsEntry("champion", 70);
                assertThat(registry.models(Page.Request.first(10)).items()).containsExactly("spam");
                assertThat(registry.offlineSince()).contains(clock.instant());
                ModelVersion old = registry.resolve("spam:3");
                assertThatThrownBy(() -> registry.open(old))
                        .isInstanceOf(RegistryException.class)
                        .hasMessageContaining("memory store");
                assertThatThrownBy(() -> registry.resolve("ham"))
                        .isInstanceOf(RegistryException.class)
                        .hasMessageContaining("models/ham/log/")
                        .hasMessageContaining("is not in the cache");
                assertThatThrownBy(() -> registry.publish(model("spam", "more")))
                        .isInstanceOf(RuntimeException.class);
                assertThatThrownBy(registry::collect).isInstanceOf(RuntimeException.class);
            }
        }
    }

    @Test
    void aRegistryGoesOnWhileTheStoreIsAwayAndCatchesUp() throws Exception {
        try (ManagedRegistry other = elsewhere();
                ManagedRegistry registry = cached()) {
            other.publish(model("spam", "one").alias("champion"));
            assertThat(text(registry, registry.resolve("spam@champion"))).isEqualTo("one");
            remote.down = true;
            other.publish(model("spam", "two").alias("champion"));
            assertThat(text(registry, registry.resolve("spam@champion"))).isEqualTo("one");
            assertThat(registry.offlineSince()).isPresent();
            remote.down = false;
            clock.advance(Duration.ofMinutes(1));
            assertThat(text(registry, registry.resolve("spam@champion"))).isEqualTo("two");
            assertThat(registry.offlineSince()).isEmpty();
        }
    }

    @Test
    void whatThisProcessCommittedIsThereWithoutTheStore() throws Exception {
        try (ManagedRegistry registry = cached()) {
            registry.publish(model("spam", "one").alias("champion"));
            registry.publish(model("spam", "two").alias("champion"));
            assertThat(text(registry, registry.resolve("spam@champion"))).isEqualTo("two");
        }
        remote.down = true;
        try (ManagedRegistry registry = cached()) {
            assertThat(text(registry, registry.resolve("spam@champion"))).isEqualTo("two");
        }
    }

    @Test
    void aStoreThatWasNeverReadIsAnErrorWhileItIsAway() {
        remote.down = true;
        assertThatThrownBy(this::cached).isInstanceOf(RegistryException.class).hasMessageContaining("memory store");
        assertThatThrownBy(() -> Registries.open(new CountingStore(memory), TestModels.OPTIONS.offline(true)))
                .isInstanceOf(InvalidInputException.class)
                .hasMessageContaining("cache");
    }

    @Test
    void aCollectorIsNotToldByLogsThatAreOutOfDate() throws Exception {
        RegistryOptions eager = options().grace(Duration.ZERO).retention(Duration.ZERO);
        try (ManagedRegistry registry = Registries.open(remote, eager);
                ManagedRegistry other = elsewhere()) {
            registry.publish(model("spam", "one"));
            remote.down = true;
            ModelVersion newer = other.publish(model("spam", "two"));
            assertThat(registry.resolve("spam").number()).as("out of date").isEqualTo(1);
            remote.down = false;
            // The store answers again, but has not been asked yet; a collector that went by what is here would take the
            // second version's blobs.
            registry.collect();
            registry.collect();
            assertThat(text(other, newer)).isEqualTo("two");
            remote.down = true;
            assertThatThrownBy(registry::collect).isInstanceOf(RegistryException.class);
        }
    }

    @Test
    void aSmallChangeOfALargeFileMovesLittle() throws Exception {
        byte[] first = new byte[8 << 20];
        new Random(1).nextBytes(first);
        byte[] second = first.clone();
        new Random(2).nextBytes(second);
        System.arraycopy(first, 0, second, 0, 3 << 20);
        System.arraycopy(first, 4 << 20, second, 4 << 20, 4 << 20);
        List<TransferListener.Progress> pushed = Collections.synchronizedList(new ArrayList<>());
        TransferListener listener = new TransferListener() {
            @Override
            public void finished(Progress progress) {
                pushed.add(progress);
            }
        };
        try (ManagedRegistry other =
                Registries.open(new UnclosedStore(memory), TestModels.OPTIONS.transfers(listener))) {
            for (byte[] content : List.of(first, second)) {
                other.publish(ModelPackage.of(content).name("net").signature(TestModels.SIGNATURE));
            }
            assertThat(other.attachments(other.resolve("net:2")))
                    .extracting(ManagedRegistry.Attachment::type)
                    .containsExactly(ChunkIndex.MEDIA_TYPE);
            assertThat(other.collect().trashedBlobs()).isZero();
        }
        assertThat(pushed).hasSize(2).allSatisfy(progress -> {
            assertThat(progress.direction()).isEqualTo(TransferListener.Direction.PUSH);
            assertThat(progress.done()).isEqualTo(8 << 20).isEqualTo(progress.total());
        });
        try (ManagedRegistry registry = cached()) {
            registry.open(registry.resolve("net:1")).close();
            long before = remote.bytes.get();
            try (ModelSource source = registry.open(registry.resolve("net:2"));
                    InputStream in = source.open("model.onnx")) {
                assertThat(Arrays.equals(in.readAllBytes(), second)).isTrue();
            }
            assertThat(remote.bytes.get() - before).isBetween(1L << 20, (1L << 20) + (256 << 10));
        }
    }

    @Test
    void publishingBehindACacheDoesNotFetchWhatIsThere() {
        try (ManagedRegistry registry = cached()) {
            registry.publish(model("spam", "x".repeat(100_000)));
            long before = remote.bytes.get();
            registry.publish(model("spam", "x".repeat(100_000)));
            assertThat(remote.bytes.get() - before).isLessThan(20_000);
        }
    }

    /** Publishes a model and exports it for two days, lets a cache read it, and takes the server away. */
    private String exportedAndReadOnce() throws Exception {
        try (ManagedRegistry origin = Registries.open(folder.resolve("origin"), TestModels.OPTIONS.clock(clock));
                FaultyServer server = new FaultyServer(folder)) {
            String location = server.location("www");
            origin.publish(model("spam", "one").alias("champion"));
            origin.export(folder.resolve("www"), ExportOptions.defaults().validFor(Duration.ofDays(2)));
            try (ManagedRegistry registry = Registries.open(location, options())) {
                assertThat(text(registry, registry.resolve("spam@champion"))).isEqualTo("one");
            }
            return location;
        }
    }

    @Test
    void anExportIsReadThroughACacheAndWithoutItsServerUntilItsHeadIsOver() throws Exception {
        String location = exportedAndReadOnce();
        clock.advance(Duration.ofDays(1));
        try (ManagedRegistry registry = Registries.open(location, options())) {
            assertThat(text(registry, registry.resolve("spam@champion"))).isEqualTo("one");
            assertThat(registry.offlineSince()).isPresent();
            clock.advance(Duration.ofDays(1));
            assertThatThrownBy(() -> registry.resolve("spam@champion"))
                    .as("whoever keeps the server from answering must not be believed for longer than it")
                    .isInstanceOf(IntegrityException.class)
                    .hasMessageContaining("is over")
                    .hasMessageContaining("RegistryOptions.offlinePastExpiry(true)");
        }
    }

    @Test
    void anExportWhoseHeadIsOverIsNotServedByTheNextProcessEither() throws Exception {
        String location = exportedAndReadOnce();
        clock.advance(Duration.ofDays(3));
        for (RegistryOptions options : List.of(options(), options().offline(true))) {
            assertThatThrownBy(() -> Registries.open(location, options))
                    .isInstanceOf(IntegrityException.class)
                    .hasMessageContaining("2026-01-03T00:00:00Z");
        }
        for (RegistryOptions options : List.of(options(), options().offline(true))) {
            try (ManagedRegistry registry = Registries.open(location, options.offlinePastExpiry(true))) {
                assertThat(text(registry, registry.resolve("spam@champion")))
                        .as("somebody said that it may be old")
                        .isEqualTo("one");
                assertThat(registry.offlineSince()).isPresent();
            }
        }
    }

    @Test
    void aCacheThatLostItsDateServesNothing() throws Exception {
        String location = exportedAndReadOnce();
        Path date;
        try (Stream<Path> files = Files.walk(folder.resolve("cache"))) {
            date = files.filter(file -> file.endsWith("believed-until"))
                    .findFirst()
                    .orElseThrow();
        }
        Files.writeString(date, "2026-01-");
        assertThatThrownBy(() -> Registries.open(location, options())).isInstanceOf(IntegrityException.class);
    }

    @Test
    void aNewHeadIsBelievedAnewAlsoLater() throws Exception {
        try (ManagedRegistry origin = Registries.open(folder.resolve("origin"), TestModels.OPTIONS.clock(clock))) {
            String location;
            try (FaultyServer server = new FaultyServer(folder)) {
                location = server.location("www");
                origin.publish(model("spam", "one").alias("champion"));
                ExportOptions twoDays = ExportOptions.defaults().validFor(Duration.ofDays(2));
                origin.export(folder.resolve("www"), twoDays);
                try (ManagedRegistry registry = Registries.open(location, options())) {
                    assertThat(text(registry, registry.resolve("spam@champion")))
                            .isEqualTo("one");
                    clock.advance(Duration.ofDays(1));
                    origin.export(folder.resolve("www"), twoDays);
                    registry.resolve("spam@champion");
                    clock.advance(Duration.ofDays(3));
                    assertThatThrownBy(() -> registry.resolve("spam@champion"))
                            .as("a server that shows a head that is over")
                            .isInstanceOf(IntegrityException.class);
                    origin.export(folder.resolve("www"), twoDays);
                    registry.resolve("spam@champion");
                }
            }
            clock.advance(Duration.ofDays(1));
            try (ManagedRegistry registry = Registries.open(location, options())) {
                assertThat(text(registry, registry.resolve("spam@champion"))).isEqualTo("one");
            }
        }
    }
}
