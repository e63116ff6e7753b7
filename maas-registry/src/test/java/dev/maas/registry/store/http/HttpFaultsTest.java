package dev.maas.registry.store.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.maas.ClosedException;
import dev.maas.RegistryException;
import dev.maas.registry.store.ExportedStore;
import dev.maas.registry.store.http.FaultyServer.Fault;
import dev.maas.registry.store.http.FaultyServer.Request;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.Channels;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What a store does when its server, or the way there, fails or lies. */
@Timeout(60)
class HttpFaultsTest {
    private static final String SECRET = "Bearer not-to-be-seen-in-messages";
    private static final String KEY = "blobs/k";

    @TempDir
    Path folder;

    private final byte[] bytes = new byte[300_000];
    private FaultyServer server;
    private HttpStore store;

    @BeforeEach
    void start() throws IOException {
        new Random(5).nextBytes(bytes);
        plant(KEY, bytes);
        server = new FaultyServer(folder);
        store = TestHttp.store(server.location("store"), TestHttp.QUICK, () -> SECRET);
    }

    @AfterEach
    void stop() throws IOException {
        store.close();
        server.close();
    }

    private void plant(String key, byte[] content) throws IOException {
        Path file = folder.resolve("store").resolve(key);
        Files.createDirectories(file.getParent());
        Files.write(file, content);
    }

    private void impatient() {
        store.close();
        store = TestHttp.store(server.location("store"), TestHttp.IMPATIENT, () -> SECRET);
    }

    private byte[] read() throws IOException {
        return read(store.open(KEY));
    }

    private static byte[] read(Optional<InputStream> opened) throws IOException {
        try (InputStream in = opened.orElseThrow()) {
            return in.readAllBytes();
        }
    }

    private static Fault cutAfter(int place) {
        return (request, exchange) -> {
            byte[] all = new byte[300_000];
            new Random(5).nextBytes(all);
            int first = first(request);
            String range = request.header("range");
            exchange.head(
                    range == null ? "200 OK" : "206 Partial Content",
                    "ETag: " + FaultyServer.tag(all),
                    "Content-Length: " + (all.length - first),
                    range == null
                            ? "X: y"
                            : "Content-Range: bytes " + first + "-" + (all.length - 1) + "/" + all.length);
            exchange.write(all, first, Math.max(first, place));
            return true;
        };
    }

    private static int first(Request request) {
        String range = request.header("range");
        return range == null ? 0 : Integer.parseInt(range.substring("bytes=".length(), range.indexOf('-')));
    }

    private Throwable requireOurs(ThrowingCallable call) {
        Throwable failure = org.assertj.core.api.Assertions.catchThrowable(call);
        assertThat(failure)
                .isInstanceOfAny(RegistryException.class, IOException.class)
                .hasMessageContaining(store.name());
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            assertThat(String.valueOf(cause)).doesNotContain(SECRET).doesNotContain("not-to-be-seen");
        }
        return failure;
    }

    /** Lets a reading fail, whichever of its ways is taken, and name what failed. */
    private void requireNothingWrong() {
        assertThat(requireOurs(this::read)).hasMessageContaining("'" + KEY + "'");
        ByteArrayOutputStream copy = new ByteArrayOutputStream();
        Throwable failure = requireOurs(() -> store.copyTo(KEY, 0, Channels.newChannel(copy)));
        assertThat(failure).isInstanceOf(RegistryException.class);
        byte[] part = copy.toByteArray();
        assertThat(part).isEqualTo(Arrays.copyOf(bytes, part.length));
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 50_000, 299_999})
    void aTransferThatBrokeOffGoesOnWhereItWas(int place) throws IOException {
        server.spoil("GET", KEY, 1, cutAfter(place));
        assertThat(read()).isEqualTo(bytes);
        assertThat(server.requests()).hasSize(2);
        Request second = server.requests().get(1);
        // What came before the cut may be lost on the way, with the connection.
        assertThat(first(second)).isLessThanOrEqualTo(place);
        assertThat(second.header("if-range")).isEqualTo(FaultyServer.tag(bytes));
    }

    @Test
    void aTransferGoesOnThroughSeveralCuts() throws IOException {
        server.plan((request, exchange) -> server.requests().size() <= 3
                && cutAfter(server.requests().size() * 70_000).answer(request, exchange));
        ByteArrayOutputStream copy = new ByteArrayOutputStream();
        assertThat(store.copyTo(KEY, 1_000, Channels.newChannel(copy))).hasValue(bytes.length - 1_000);
        assertThat(copy.toByteArray()).isEqualTo(Arrays.copyOfRange(bytes, 1_000, bytes.length));
        assertThat(server.requests()).hasSize(4);
    }

    @Test
    void aTransferThatGetsNowhereEnds() {
        server.plan(cutAfter(10));
        requireNothingWrong();
        int attempts = TestHttp.QUICK.attempts();
        assertThat(server.requests()).as("two readings").hasSizeLessThanOrEqualTo(2 * (1 + attempts * attempts));
    }

    @ParameterizedTest
    @ValueSource(strings = {"ETag: W/\"weak\"", "X-No: tag", "ETag: unquoted"})
    void withoutAStrongTagNothingIsPutTogether(String tag) {
        server.plan((request, exchange) -> {
            exchange.head("200 OK", tag, "Content-Length: 300000");
            exchange.write(bytes, 0, 1_000);
            return true;
        });
        requireNothingWrong();
        assertThat(server.requests()).isNotEmpty().allMatch(request -> request.header("range") == null);
    }

    @Test
    void anObjectThatWasExchangedMeanwhileIsNotGoneOnWith() throws IOException {
        server.spoil("GET", KEY, 1, (request, exchange) -> {
            cutAfter(50_000).answer(request, exchange);
            plant(KEY, new byte[300_000]);
            return true;
        });
        assertThat(requireOurs(this::read)).hasMessageContaining("exchanged while it was read");
    }

    @Test
    void aPartOfAnotherObjectIsNotTaken() {
        // A server that does not heed If-Range.
        server.plan((request, exchange) -> {
            if (request.header("range") == null) {
                return cutAfter(50_000).answer(request, exchange);
            }
            exchange.head(
                    "206 Partial Content",
                    "ETag: \"other\"",
                    "Content-Length: 300000",
                    "Content-Range: bytes " + first(request) + "-" + (first(request) + 299_999) + "/"
                            + (first(request) + 300_000));
            exchange.write(new byte[300_000]);
            return true;
        });
        requireNothingWrong();
    }

    @Test
    void allOfTheObjectIsTakenForWhatItIs() throws IOException {
        server.plan((request, exchange) -> {
            if (server.requests().size() == 1) {
                return cutAfter(50_000).answer(request, exchange);
            }
            exchange.head("200 OK", "ETag: " + FaultyServer.tag(bytes), "Content-Length: 300000");
            exchange.write(bytes);
            return true;
        });
        assertThat(read()).isEqualTo(bytes);
        assertThat(read(store.open(KEY, 1_000, 500))).isEqualTo(Arrays.copyOfRange(bytes, 1_000, 1_500));
        assertThat(read(store.open(KEY, 299_990, 500))).isEqualTo(Arrays.copyOfRange(bytes, 299_990, 300_000));
        assertThat(read(store.open(KEY, 300_001, 500))).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "206 Partial Content, bytes 0-99/300000, 100",
        "206 Partial Content, bytes 1000-1499/300000, 499",
        "206 Partial Content, bytes 1000-1498/300000, 499",
        "206 Partial Content, bytes 1000-1499/*, 500",
        "206 Partial Content, bytes 1000-999/300000, 0",
        "206 Partial Content, bytes 1000-1499/1200, 500",
        "206 Partial Content, none, 500",
        "416 Range Not Satisfiable, bytes */300000, 0",
        "416 Range Not Satisfiable, none, 0",
        "304 Not Modified, none, 0",
    })
    void aPartThatWasNotAskedForIsNotTaken(String status, String range, int length) {
        server.plan((request, exchange) -> {
            exchange.head(status, "ETag: \"x\"", "Content-Range: " + range, "Content-Length: " + length);
            exchange.write(bytes, 0, length);
            return true;
        });
        assertThat(requireOurs(() -> read(store.open(KEY, 1_000, 500)))).hasMessageContaining("'" + KEY + "'");
        requireNothingWrong();
    }

    @Test
    void aLengthThatIsTooLargeEndsInAFailure() {
        server.spoil("GET", KEY, Integer.MAX_VALUE, (request, exchange) -> {
            if (request.header("range") != null) {
                return false;
            }
            exchange.head("200 OK", "ETag: " + FaultyServer.tag(bytes), "Content-Length: 300007");
            exchange.write(bytes);
            return true;
        });
        requireNothingWrong();
    }

    @ParameterizedTest
    @ValueSource(strings = {"Content-Length: -1", "Content-Length: 9999999999999999999", "X-No: length"})
    void anAnswerThatDoesNotSayWhereItEndsIsRefused(String length) {
        server.plan((request, exchange) -> {
            exchange.head("200 OK", "ETag: \"x\"", length);
            exchange.write(bytes, 0, 1_000);
            return true;
        });
        requireOurs(this::read);
        requireOurs(() -> store.stat(KEY));
    }

    @Test
    void chunksAreTakenToTheLastAndNotWithoutIt() throws IOException {
        byte[] chunk = "5\r\nhello\r\n".getBytes(StandardCharsets.US_ASCII);
        byte[] last = "0\r\n\r\n".getBytes(StandardCharsets.US_ASCII);
        server.plan((request, exchange) -> {
            exchange.head("200 OK", "ETag: \"x\"", "Transfer-Encoding: chunked");
            exchange.write(chunk);
            exchange.write(chunk);
            if (server.requests().size() == 1) {
                exchange.write(last);
            }
            return true;
        });
        assertThat(read()).asString(StandardCharsets.US_ASCII).isEqualTo("hellohello");
        assertThat(requireOurs(this::read)).hasMessageContaining("'" + KEY + "'");
    }

    @Test
    void whatWasCompressedUnaskedIsRefusedAtOnce() {
        server.plan((request, exchange) -> {
            assertThat(request.header("accept-encoding")).isEqualTo("identity");
            exchange.head("200 OK", "ETag: \"x\"", "Content-Encoding: gzip", "Content-Length: 1000");
            exchange.write(bytes, 0, 1_000);
            return true;
        });
        assertThat(requireOurs(this::read)).hasMessageContaining("Switch compression off");
        assertThat(server.requests()).hasSize(1);
    }

    @Test
    void aTrickleDoesNotPassForATransfer() {
        impatient();
        server.plan((request, exchange) -> {
            exchange.head("200 OK", "X-No: tag", "Content-Length: 300000");
            CountDownLatch never = new CountDownLatch(1);
            for (int i = 0; i < 10_000; i++) {
                exchange.write(bytes, i, i + 1);
                if (await(never)) {
                    return true;
                }
            }
            return true;
        });
        assertThat(requireOurs(this::read)).hasMessageContaining("fewer than 1024 bytes came within 250 ms");
    }

    private static boolean await(CountDownLatch never) throws IOException {
        try {
            return never.await(20, TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            throw new IOException(e);
        }
    }

    @Test
    void silenceEndsInAFailure() {
        impatient();
        server.plan((request, exchange) -> {
            exchange.awaitEnd();
            return true;
        });
        assertThat(requireOurs(() -> store.stat(KEY))).hasMessageContaining("gave no answer");
        server.plan((request, exchange) -> {
            exchange.head("200 OK", "ETag: \"x\"", "Content-Length: 300000");
            exchange.write(bytes, 0, 10);
            exchange.awaitEnd();
            return true;
        });
        requireOurs(this::read);
    }

    @ParameterizedTest
    @ValueSource(strings = {"500 Oops", "502 Bad Gateway", "503 Slow Down", "429 Too Many Requests", "408 Timeout"})
    void aServerThatRecoversIsAskedAgain(String status) throws IOException {
        Fault refuse = (request, exchange) -> {
            exchange.head(status, "Content-Length: 4", "Retry-After: 100000");
            exchange.write("oops".getBytes(StandardCharsets.US_ASCII));
            return true;
        };
        server.spoil("GET", KEY, 2, refuse);
        assertThat(read()).isEqualTo(bytes);
        server.spoil("HEAD", KEY, 2, refuse);
        assertThat(store.stat(KEY).orElseThrow().size()).isEqualTo(bytes.length);
        server.plan(refuse);
        assertThat(requireOurs(this::read)).hasMessageContaining("answered " + status.substring(0, 3));
        assertThat(server.requests()).hasSize(TestHttp.QUICK.attempts());
    }

    @ParameterizedTest
    @ValueSource(strings = {"400 Bad Request", "401 Unauthorized", "403 Forbidden", "405 No", "501 No"})
    void aRefusalIsToldAtOnce(String status) {
        server.plan((request, exchange) -> {
            exchange.head(status, "Content-Length: 0", "WWW-Authenticate: Basic realm=\"x\"");
            return true;
        });
        assertThat(requireOurs(this::read)).hasMessageContaining(status.substring(0, 3));
        assertThat(requireOurs(() -> store.stat(KEY))).hasMessageContaining(status.substring(0, 3));
        assertThat(server.requests()).hasSize(2);
    }

    private static Fault redirect(String to) {
        return (request, exchange) -> {
            exchange.head("302 Found", "Location: " + to, "Content-Length: 0");
            return true;
        };
    }

    @Test
    void aFewRedirectsAreFollowedAndALoopIsNot() throws IOException {
        Files.createDirectories(folder.resolve("else"));
        Files.write(folder.resolve("else/where"), bytes);
        server.spoil("GET", KEY, 1, redirect("/else/where"));
        assertThat(read()).isEqualTo(bytes);

        server.plan(redirect("/store/blobs/k"));
        assertThat(requireOurs(this::read)).hasMessageContaining("redirects more than 5 times");
        assertThat(server.requests()).hasSize(6);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "ftp://127.0.0.1/x",
                "file:///etc/passwd",
                "http://user:not-to-be-seen@127.0.0.1/x",
                "::",
                "http:",
                ""
            })
    void redirectsOutOfTheSchemeAreNotFollowed(String to) {
        server.plan(redirect(to));
        requireOurs(this::read);
        assertThat(server.requests()).hasSize(1);
    }

    @Test
    void aRedirectToAFolderMeansThatThereIsNoObject() {
        server.plan(redirect("/store/blobs/k/"));
        assertThat(store.stat(KEY)).isEmpty();
        assertThat(store.open(KEY)).isEmpty();
    }

    @Test
    void whatAuthorizesGoesToTheStoresOwnServerOnly() throws IOException {
        try (FaultyServer other = new FaultyServer(folder)) {
            server.spoil("GET", KEY, 1, redirect(other.location("store/" + KEY)));
            assertThat(read()).isEqualTo(bytes);
            assertThat(server.requests())
                    .singleElement()
                    .satisfies(request ->
                            assertThat(request.header("authorization")).isEqualTo(SECRET));
            assertThat(other.requests())
                    .singleElement()
                    .satisfies(request ->
                            assertThat(request.header("authorization")).isNull());
        }
    }

    @Test
    void whatAuthorizesIsNotRepeatedWhereItIsNoHeader() {
        store.close();
        store = TestHttp.store(server.location("store"), TestHttp.QUICK, () -> SECRET + "\r\nX: y");
        assertThat(requireOurs(this::read)).hasMessageContaining("no text that a header can have");
        assertThat(server.requests()).isEmpty();
    }

    @Test
    void aHeadThatDidNotChangeIsNotSentAgain() throws IOException {
        byte[] head = "one".getBytes(StandardCharsets.UTF_8);
        plant(ExportedStore.HEAD, head);
        byte[] first = store.head();
        assertThat(first).isEqualTo(head);
        assertThat(store.head()).isSameAs(first);
        assertThat(server.requests().get(1).header("if-none-match")).isEqualTo(FaultyServer.tag(head));
        assertThat(server.requests().get(1).header("cache-control")).isEqualTo("no-cache");
        plant(ExportedStore.HEAD, "two".getBytes(StandardCharsets.UTF_8));
        assertThat(store.head()).asString(StandardCharsets.UTF_8).isEqualTo("two");
    }

    @Test
    void anUnchangedThatNobodyAskedForIsNoHead() {
        server.plan((request, exchange) -> {
            exchange.head("304 Not Modified", "ETag: \"x\"");
            return true;
        });
        assertThat(requireOurs(store::head)).hasMessageContaining("304 without having been asked so");
    }

    @Test
    void aHeadIsReadAgainIfItBrokeOffAndRefusedIfItHasNoEnd() throws IOException {
        plant(ExportedStore.HEAD, bytes);
        server.spoil("GET", ExportedStore.HEAD, 2, cutAfter(1_000));
        assertThat(store.head()).isEqualTo(bytes);
        store.close();
        store = TestHttp.store(server.location("store"), TestHttp.QUICK, null);
        server.plan((request, exchange) -> {
            exchange.head("200 OK", "ETag: \"x\"", "Content-Length: 100000000000");
            while (true) {
                exchange.write(bytes);
            }
        });
        assertThat(requireOurs(store::head)).hasMessageContaining("more than the 16777216 bytes");
    }

    @Test
    void severalObjectsComeAtOnceAndInOrder() throws IOException {
        for (int i = 0; i < 6; i++) {
            plant("many/" + i, Integer.toString(i).getBytes(StandardCharsets.UTF_8));
        }
        byte[] large = new byte[2_000_000];
        new Random(8).nextBytes(large);
        plant("many/large", large);
        CountDownLatch together = new CountDownLatch(3);
        server.plan((request, exchange) -> {
            together.countDown();
            try {
                // Passes only if three are asked for before the first is answered.
                assertThat(together.await(20, TimeUnit.SECONDS)).isTrue();
            } catch (InterruptedException e) {
                throw new IOException(e);
            }
            return false;
        });
        Iterator<Optional<InputStream>> opened =
                store.openAll(List.of("many/0", "many/1", "many/absent", "many/2", "many/large", "many/3"));
        assertThat(read(opened.next())).asString().isEqualTo("0");
        assertThat(read(opened.next())).asString().isEqualTo("1");
        assertThat(opened.next()).isEmpty();
        assertThat(read(opened.next())).asString().isEqualTo("2");
        assertThat(read(opened.next())).isEqualTo(large);
        assertThat(read(opened.next())).asString().isEqualTo("3");
        assertThat(opened.hasNext()).isFalse();
    }

    @Test
    void aServerThatGivesNoDateIsTakenWithoutOne() {
        assertThat(store.stat(KEY).orElseThrow().lastModified()).isEqualTo(Instant.EPOCH);
    }

    @Test
    void closingEndsTheWaitForTheNextAttempt() throws Exception {
        HttpTuning patient = new HttpTuning(
                1,
                10,
                Duration.ofHours(1),
                Duration.ofHours(1),
                Duration.ofSeconds(5),
                Duration.ofSeconds(5),
                Duration.ofSeconds(5),
                1);
        HttpStore waiting = TestHttp.store(server.location("store"), patient, null);
        CountDownLatch asked = new CountDownLatch(1);
        server.plan((request, exchange) -> {
            exchange.head("503 Later", "Content-Length: 0");
            asked.countDown();
            return true;
        });
        CompletableFuture<Object> result = CompletableFuture.supplyAsync(() -> waiting.stat(KEY));
        assertThat(asked.await(20, TimeUnit.SECONDS)).isTrue();
        waiting.close();
        assertThatThrownBy(() -> result.get(20, TimeUnit.SECONDS)).hasCauseInstanceOf(ClosedException.class);
    }
}
