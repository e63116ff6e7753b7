package dev.maas.registry;

import static dev.maas.registry.TestModels.OPTIONS;
import static dev.maas.registry.TestModels.model;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.maas.IntegrityException;
import dev.maas.RegistryException;
import dev.maas.registry.TestModels.FakeClock;
import dev.maas.registry.store.ExportedStore;
import dev.maas.registry.store.http.FaultyServer;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What a reader makes of heads that are hostile, and of heads that many ask for. */
@Timeout(60)
class HeadTest {
    private static final String HEX = "0".repeat(64);

    private static final List<String> NOT_SOUND = List.of(
            "\"format\":0",
            "\"format\":\"1\"",
            "\"sequence\":0",
            "\"sequence\":1.5",
            "\"sequence\":-1",
            "\"expires\":\"soon\"",
            "\"id\":7",
            "\"models\":[]",
            "\"models\":{\"../x\":{\"sequence\":1,\"sha256\":\"HEX\"}}",
            "\"models\":{\"A\":{\"sequence\":1,\"sha256\":\"HEX\"}}",
            "\"models\":{\"a\":{\"sequence\":0,\"sha256\":\"HEX\"}}",
            "\"models\":{\"a\":{\"sequence\":1,\"sha256\":\"abc\"}}",
            "\"models\":{\"a\":{\"sequence\":1}}",
            "\"models\":{\"a\":{\"sequence\":3,\"sha256\":\"HEX\",\"checkpoint\":3}}",
            "\"models\":{\"a\":{\"sequence\":1,\"sha256\":\"HEX\"},\"a\":{\"sequence\":1,\"sha256\":\"HEX\"}}",
            "\"models\":7");

    @TempDir
    Path folder;

    private final FakeClock clock = new FakeClock();
    private final RegistryOptions options = OPTIONS.clock(clock);
    private ManagedRegistry registry;
    private FaultyServer server;
    private Head good;

    @BeforeEach
    void start() throws IOException {
        registry = Registries.open(folder.resolve("registry"), options);
        registry.publish(model("spam", "a"));
        registry.publish(model("spam", "b"));
        registry.publish(model("ham", "a"));
        export();
        good = Head.read(Files.readAllBytes(file()));
        server = new FaultyServer(folder);
    }

    @AfterEach
    void stop() throws IOException {
        registry.close();
        server.close();
    }

    private void export() {
        registry.export(folder.resolve("www"), ExportOptions.defaults());
    }

    private Path file() {
        return folder.resolve("www").resolve(ExportedStore.HEAD);
    }

    private ManagedRegistry reader() {
        return Registries.open(server.location("www"), options);
    }

    private Head with(long sequence, String model, Head.Mark mark) {
        SortedMap<String, Head.Mark> models = new TreeMap<>(good.models());
        models.put(model, mark);
        return new Head(good.id(), sequence, good.written(), good.expires(), models);
    }

    private void put(Head head) throws IOException {
        Files.write(file(), head.write());
    }

    @Test
    void aHeadIsWrittenInOneFormAndReadBack() {
        assertThat(Head.read(good.write())).isEqualTo(good);
        assertThat(good.models().keySet()).containsExactly("ham", "spam");
        assertThat(good.end("spam")).isEqualTo(2);
        assertThat(good.end("none")).isZero();
    }

    @Test
    void aHeadThatIsNotSoundIsRefused() throws IOException {
        for (String wrong : NOT_SOUND) {
            byte[] bytes = with(wrong);
            assertThatThrownBy(() -> Head.read(bytes)).as(wrong).isInstanceOf(IntegrityException.class);
            Files.write(file(), bytes);
            assertThatThrownBy(this::reader)
                    .as(wrong)
                    .isInstanceOf(IntegrityException.class)
                    .hasMessageContaining("http store")
                    .hasMessageContaining("head");
        }
    }

    /** Returns a sound head but for one member. */
    private byte[] with(String wrong) {
        String member = wrong.substring(0, wrong.indexOf(':') + 1);
        List<String> members = List.of(
                "\"format\":1",
                "\"id\":\"" + good.id() + "\"",
                "\"sequence\":5",
                "\"written\":\"" + good.written() + "\"",
                "\"expires\":\"" + good.expires() + "\"",
                "\"models\":{}");
        return members.stream()
                .map(each -> each.startsWith(member) ? wrong.replace("HEX", HEX) : each)
                .collect(Collectors.joining(",", "{", "}"))
                .getBytes(StandardCharsets.UTF_8);
    }

    @Test
    void aHeadOfALaterFormatSaysSo() throws IOException {
        Files.writeString(file(), Files.readString(file()).replace("\"format\":1", "\"format\":2"));
        assertThatThrownBy(this::reader).isInstanceOf(RegistryException.class).hasMessageContaining("Update maas");
    }

    @Test
    void aHeadOfAnotherRegistryIsRefused() throws IOException {
        put(new Head("other", good.sequence(), good.written(), good.expires(), good.models()));
        assertThatThrownBy(this::reader)
                .isInstanceOf(IntegrityException.class)
                .hasMessageContaining("are of different registries");
    }

    @Test
    void aHeadThatTellsLessThanTheOneBeforeIsRefused() throws IOException {
        Head.Mark spam = Objects.requireNonNull(good.models().get("spam"));
        SortedMap<String, Head.Mark> without = new TreeMap<>(good.models());
        without.remove("ham");
        long next = good.sequence() + 1;
        List<Head> wrong = List.of(
                with(next, "spam", new Head.Mark(1, spam.hex(), 0)),
                with(next, "spam", new Head.Mark(2, HEX, 0)),
                new Head(good.id(), next, good.written(), good.expires(), without),
                new Head("other", next, good.written(), good.expires(), good.models()),
                with(good.sequence(), "spam", new Head.Mark(3, HEX, 0)),
                with(good.sequence() - 1, "spam", spam));
        try (ManagedRegistry reader = reader()) {
            for (Head head : wrong) {
                put(head);
                assertThatThrownBy(() -> reader.resolve("spam"))
                        .as("%s", head)
                        .isInstanceOf(IntegrityException.class)
                        .hasMessageContaining("http store");
                put(good);
                assertThat(reader.resolve("spam").number()).isEqualTo(2);
            }
        }
    }

    @Test
    void twoHeadsOfOneNumberAreRefusedAlsoAfterARestart() throws IOException {
        RegistryOptions remembering = options.memory(folder.resolve("memory"));
        Registries.open(server.location("www"), remembering).close();
        put(with(good.sequence(), "eggs", new Head.Mark(1, HEX, 0)));
        assertThatThrownBy(() -> Registries.open(server.location("www"), remembering))
                .isInstanceOf(IntegrityException.class)
                .hasMessageContaining("there are two heads of the number " + good.sequence());
    }

    @Test
    void threadsThatAskAtOnceShareAnAnswerThatIsNewEnoughForAll() throws Exception {
        try (ManagedRegistry reader = reader()) {
            reader.resolve("spam");
            CountDownLatch release = new CountDownLatch(1);
            server.plan((request, exchange) -> {
                if (server.requests().size() == 1) {
                    hold(release);
                }
                return false;
            });
            CompletableFuture<Object> first = CompletableFuture.supplyAsync(() -> reader.resolve("spam"));
            await().until(() -> server.requests().size() == 1);
            List<Integer> resolved = new CopyOnWriteArrayList<>();
            List<Thread> others = new ArrayList<>();
            for (int i = 0; i < 5; i++) {
                Thread thread =
                        new Thread(() -> resolved.add(reader.resolve("spam").number()));
                thread.start();
                others.add(thread);
            }
            await().until(() -> others.stream().allMatch(thread -> thread.getState() == Thread.State.WAITING));
            clock.advance(Duration.ofMillis(1));
            registry.publish(model("spam", "c"));
            export();
            release.countDown();
            for (Thread thread : others) {
                thread.join();
            }
            first.get(20, TimeUnit.SECONDS);
            assertThat(resolved).containsExactly(3, 3, 3, 3, 3);
            long heads = server.requests().stream()
                    .filter(request -> request.path().endsWith(ExportedStore.HEAD))
                    .count();
            // One each for who was held and for all others, and one more as whoever is first replays.
            assertThat(heads).isLessThanOrEqualTo(4);
        }
    }

    private static void hold(CountDownLatch release) throws IOException {
        try {
            assertThat(release.await(20, TimeUnit.SECONDS)).isTrue();
        } catch (InterruptedException e) {
            throw new IOException(e);
        }
    }

    @Test
    void readersBesideAnExporterSeeTheLogGrowAndNothingElse() throws Exception {
        int versions = 12;
        AtomicBoolean done = new AtomicBoolean();
        AtomicInteger reads = new AtomicInteger();
        ExecutorService executor = Executors.newFixedThreadPool(4);
        try (ManagedRegistry shared = reader()) {
            List<Future<Void>> readers = new ArrayList<>();
            for (int i = 0; i < 4; i++) {
                readers.add(executor.submit(() -> {
                    int newest = 0;
                    while (!done.get()) {
                        int number = shared.resolve("spam").number();
                        assertThat(number).isGreaterThanOrEqualTo(newest);
                        newest = number;
                        reads.incrementAndGet();
                    }
                    assertThat(shared.resolve("spam").number()).isEqualTo(versions);
                    return null;
                }));
            }
            for (int version = 3; version <= versions; version++) {
                int before = reads.get();
                await().pollDelay(Duration.ZERO)
                        .pollInterval(Duration.ofMillis(2))
                        .until(() -> reads.get() > before || readers.stream().anyMatch(Future::isDone));
                clock.advance(Duration.ofMillis(1));
                registry.publish(model("spam", "v" + version));
                export();
            }
            done.set(true);
            for (Future<Void> reader : readers) {
                reader.get(30, TimeUnit.SECONDS);
            }
        } finally {
            done.set(true);
            executor.shutdownNow();
        }
    }
}
