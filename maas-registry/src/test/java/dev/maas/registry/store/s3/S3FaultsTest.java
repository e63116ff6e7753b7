package dev.maas.registry.store.s3;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.maas.RegistryException;
import dev.maas.registry.store.ObjectContent;
import dev.maas.registry.store.ObjectStore;
import dev.maas.registry.store.s3.FaultyProxy.Fault;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.EnumSource.Mode;

/** What a store does when its server, or the way there, fails: through a proxy that spoils what a test names. */
@DisabledIfSystemProperty(named = "maas.tests.again", matches = "true", disabledReason = "it ran on the other JDK")
class S3FaultsTest {
    private static TestS3 server;
    private static FaultyProxy proxy;
    private static int count;

    private S3Store store;
    private S3Store other;

    @BeforeAll
    static void start(@TempDir Path folder) throws IOException {
        server = TestS3.start(folder);
        proxy = new FaultyProxy(server.port());
    }

    @AfterAll
    static void stop() throws IOException {
        proxy.close();
        server.close();
    }

    @BeforeEach
    void open() {
        proxy.plan((request, number) -> Fault.NONE);
        String prefix = "faults-" + count++;
        store = TestS3.open(TestS3.location(prefix, proxy.port()), TestS3.SMALL);
        other = TestS3.open(server.location(prefix), TestS3.SMALL);
    }

    @AfterEach
    void close() {
        store.close();
        other.close();
    }

    /** Returns a store that does not wait long, if nothing is going to be answered. */
    private S3Store storeFor(Fault fault) {
        if (fault == Fault.SILENCE) {
            store.close();
            store = TestS3.open(TestS3.location("faults-" + (count - 1), proxy.port()), TestS3.IMPATIENT);
        }
        return store;
    }

    private static ObjectContent text(String text) {
        return ObjectContent.of(text.getBytes(StandardCharsets.UTF_8), "text/plain");
    }

    private static byte[] random(int size) {
        byte[] bytes = new byte[size];
        new Random(size).nextBytes(bytes);
        return bytes;
    }

    private static byte[] read(ObjectStore store, String key) throws IOException {
        try (InputStream in = store.open(key).orElseThrow()) {
            return in.readAllBytes();
        }
    }

    /** Spoils the first requests that begin so. */
    private static void spoil(String method, String within, int times, Fault fault) {
        AtomicInteger left = new AtomicInteger(times);
        proxy.plan((request, number) ->
                request.startsWith(method) && request.contains(within) && left.getAndDecrement() > 0
                        ? fault
                        : Fault.NONE);
    }

    private void requireOurs(Throwable failure, String key) {
        assertThat(failure).hasMessageContaining(store.name()).hasMessageContaining("'" + key + "'");
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            assertThat(String.valueOf(cause.getMessage()))
                    .doesNotContain(TestS3.SECRET)
                    .doesNotContain("X-Amz-Signature")
                    .doesNotContain("AWS4-HMAC");
        }
    }

    @ParameterizedTest
    @EnumSource(
            value = Fault.class,
            names = {"ANSWER_LOST", "ANSWER_REPLACED"})
    void aPutWhoseAnswerWasLostHasWon(Fault fault) throws IOException {
        spoil("PUT", "/k", 1, fault);
        assertThat(store.putIfAbsent("k", text("mine"))).isTrue();
        assertThat(proxy.faults()).isEqualTo(1);
        assertThat(read(other, "k")).asString().isEqualTo("mine");
    }

    @ParameterizedTest
    @EnumSource(
            value = Fault.class,
            names = {"ANSWER_LOST", "ANSWER_REPLACED"})
    void aPutOfWhichNoAnswerEverCameHasWonIfItsObjectIsThere(Fault fault) throws IOException {
        spoil("PUT", "/k", Integer.MAX_VALUE, fault);
        assertThat(store.putIfAbsent("k", text("mine"))).isTrue();
        assertThat(proxy.faults()).isEqualTo(TestS3.SMALL.attempts());
        assertThat(read(other, "k")).asString().isEqualTo("mine");
    }

    @Test
    void aPutThatWasLostOnItsWayWhileAnotherWonHasLost() throws IOException {
        AtomicInteger puts = new AtomicInteger();
        proxy.plan((request, number) -> {
            if (request.startsWith("PUT") && puts.getAndIncrement() == 0) {
                // The same bytes: only the puts' tokens tell them apart.
                assertThat(other.putIfAbsent("k", text("same"))).isTrue();
                return Fault.REQUEST_LOST;
            }
            return Fault.NONE;
        });
        assertThat(store.putIfAbsent("k", text("same"))).isFalse();
        assertThat(puts).hasValueGreaterThan(1);
    }

    @Test
    void aPutThatNeverArrivesFailsAndLeavesNothing() {
        spoil("PUT", "/k", Integer.MAX_VALUE, Fault.REQUEST_LOST);
        assertThatThrownBy(() -> store.putIfAbsent("k", text("x")))
                .isInstanceOf(RegistryException.class)
                .satisfies(failure -> requireOurs(failure, "k"));
        assertThat(other.stat("k")).isEmpty();
    }

    @Test
    void aConflictIsSettledByPuttingAgain() throws IOException {
        spoil("PUT", "/k", 3, Fault.CONFLICT);
        assertThat(store.putIfAbsent("k", text("mine"))).isTrue();
        assertThat(proxy.faults()).isEqualTo(3);
        assertThat(read(other, "k")).asString().isEqualTo("mine");
    }

    @Test
    void aConflictThatAnotherWonIsALoss() {
        proxy.plan((request, number) -> {
            if (request.startsWith("PUT")) {
                other.putIfAbsent("k", text("theirs"));
                return Fault.CONFLICT;
            }
            return Fault.NONE;
        });
        assertThat(store.putIfAbsent("k", text("mine"))).isFalse();
    }

    @Test
    void aConflictThatNeverEndsIsAFailure() {
        spoil("PUT", "/k", Integer.MAX_VALUE, Fault.CONFLICT);
        assertThatThrownBy(() -> store.putIfAbsent("k", text("x")))
                .isInstanceOf(RegistryException.class)
                .hasMessageContaining("409 ConditionalRequestConflict")
                .satisfies(failure -> requireOurs(failure, "k"));
        assertThat(proxy.requests()).isLessThan(30);
    }

    @ParameterizedTest
    @EnumSource(
            value = Fault.class,
            names = {"ANSWER_LOST", "ANSWER_REPLACED", "TORN", "SLOW_DOWN", "CONFLICT"})
    void aCompletionOfPartsSurvivesWhatBefallsIt(Fault fault) throws IOException {
        byte[] bytes = random((5 << 20) + 1234);
        assertThat(store.putIfAbsent("warm", ObjectContent.of(random(5 << 20), ObjectContent.OCTETS)))
                .isTrue();
        AtomicInteger completions = new AtomicInteger();
        proxy.plan((request, number) -> request.startsWith("POST")
                        && request.contains("/large")
                        && request.contains("uploadId=")
                        && completions.getAndIncrement() == 0
                ? fault
                : Fault.NONE);
        assertThat(store.putIfAbsent("large", ObjectContent.of(bytes, ObjectContent.OCTETS)))
                .isTrue();
        assertThat(proxy.faults()).isEqualTo(1);
        assertThat(read(other, "large")).isEqualTo(bytes);
        assertThat(server.files(".mpus-")).as("uploads left behind").isEmpty();
    }

    @ParameterizedTest
    @EnumSource(
            value = Fault.class,
            mode = Mode.EXCLUDE,
            names = {"NONE", "CONFLICT"})
    void readsSurviveOneFault(Fault fault) throws IOException {
        storeFor(fault);
        byte[] bytes = random(300_000);
        other.putIfAbsent("a/k", ObjectContent.of(bytes, ObjectContent.OCTETS));

        spoil(
                "HEAD",
                "/a/k",
                1,
                fault == Fault.TORN || fault == Fault.TOO_LONG || fault == Fault.TOO_SHORT ? Fault.NONE : fault);
        assertThat(store.stat("a/k").orElseThrow().size()).isEqualTo(bytes.length);

        spoil("GET", "/a/k", 1, fault);
        assertThat(read(store, "a/k")).isEqualTo(bytes);
        assertThat(proxy.faults()).isEqualTo(1);

        // The fourth of seven ranges.
        AtomicInteger gets = new AtomicInteger();
        proxy.plan((request, number) -> gets.getAndIncrement() == 3 ? fault : Fault.NONE);
        assertThat(read(store, "a/k")).isEqualTo(bytes);
        assertThat(proxy.faults()).isEqualTo(1);
    }

    @ParameterizedTest
    @EnumSource(
            value = Fault.class,
            names = {"REQUEST_LOST", "SERVER_ERROR", "SILENCE", "TORN", "SLOW_DOWN"})
    void listingsSurviveOneFault(Fault fault) {
        storeFor(fault).list("", null, 10);
        other.putIfAbsent("a/k", text("x"));
        spoil("GET", "list-type=2", 1, fault);
        assertThat(store.list("", null, 10).objects()).hasSize(1);
        assertThat(proxy.faults()).isEqualTo(1);
    }

    @ParameterizedTest
    @EnumSource(
            value = Fault.class,
            names = {"TORN", "TOO_LONG", "TOO_SHORT", "SILENCE", "SERVER_ERROR"})
    void aStreamThatCannotGoOnFailsAndNeverJustEnds(Fault fault) throws IOException {
        storeFor(fault);
        other.putIfAbsent("k", ObjectContent.of(random(300_000), ObjectContent.OCTETS));
        AtomicInteger gets = new AtomicInteger();
        proxy.plan((request, number) -> gets.getAndIncrement() > 2 ? fault : Fault.NONE);
        try (InputStream in = store.open("k").orElseThrow()) {
            assertThatThrownBy(in::readAllBytes)
                    .isInstanceOf(IOException.class)
                    .satisfies(failure -> requireOurs(failure, "k"));
        }
    }

    @ParameterizedTest
    @EnumSource(
            value = Fault.class,
            names = {"REQUEST_LOST", "ANSWER_LOST", "SLOW_DOWN", "SERVER_ERROR", "SILENCE"})
    void aServerThatStaysAwayIsAFailureOfOursWithinBounds(Fault fault) {
        storeFor(fault);
        other.putIfAbsent("a/k", text("x"));
        proxy.plan((request, number) -> fault);
        long start = System.nanoTime();
        assertThatThrownBy(() -> store.stat("a/k"))
                .isInstanceOf(RegistryException.class)
                .satisfies(failure -> requireOurs(failure, "a/k"));
        assertThatThrownBy(() -> store.open("a/k")).isInstanceOf(RegistryException.class);
        assertThatThrownBy(() -> store.list("a/", null, 1)).isInstanceOf(RegistryException.class);
        assertThatThrownBy(() -> store.delete("a/k")).isInstanceOf(RegistryException.class);
        assertThatThrownBy(() -> store.putIfAbsent("b", text("y"))).isInstanceOf(RegistryException.class);
        // Five calls, and a look at what the put did; the JDK itself sends a request without a body once more.
        assertThat(proxy.requests()).isLessThanOrEqualTo(6 * 2 * TestS3.SMALL.attempts());
        assertThat(System.nanoTime() - start).as("nanoseconds").isLessThan(20_000_000_000L);
        assertThat(other.stat("a/k")).isPresent();
    }

    @Test
    void aStoreOutOfReachDoesNotOpen() {
        proxy.plan((request, number) -> Fault.REQUEST_LOST);
        assertThatThrownBy(() -> TestS3.open(TestS3.location("x", proxy.port()), TestS3.SMALL))
                .isInstanceOf(RegistryException.class)
                .hasMessageContaining("s3 store 'bucket/x'");
    }
}
