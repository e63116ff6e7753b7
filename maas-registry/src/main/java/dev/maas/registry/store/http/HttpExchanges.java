package dev.maas.registry.store.http;

import dev.maas.ClosedException;
import dev.maas.RegistryException;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.security.cert.CertificateException;
import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLHandshakeException;
import org.jspecify.annotations.Nullable;

/**
 * Sends requests, follows redirects, and tries again what may go better the next time. Safe for use by any thread.
 *
 * <p>Redirects are followed by hand: a few of them, to the same scheme or from {@code http} to {@code https}, and what authorizes goes to
 * the store's own server only.
 */
final class HttpExchanges implements AutoCloseable {
    private static final int MOST_REDIRECTS = 5;
    private static final Set<Integer> ANSWERS =
            Set.of(HttpAnswers.OK, HttpAnswers.PARTIAL, HttpAnswers.NOT_MODIFIED, HttpAnswers.RANGE_NOT_SATISFIABLE);
    private static final Set<Integer> ABSENT = Set.of(404, 410);
    private static final Set<Integer> REDIRECTS = Set.of(301, 302, 303, 307, 308);
    private static final Set<Integer> PASSING = Set.of(408, 425, 429, 500, 502, 503, 504);
    private static final int UNAUTHORIZED = 401;
    private static final int FORBIDDEN = 403;

    private final HttpClient client;
    private final HttpLocation location;
    private final HttpTuning tuning;
    private final @Nullable Supplier<String> authorization;
    private final CountDownLatch closed = new CountDownLatch(1);

    /** Makes exchanges; without a context, certificates are held against the JDK's own. */
    HttpExchanges(
            HttpLocation location,
            HttpTuning tuning,
            @Nullable Supplier<String> authorization,
            @Nullable SSLContext tls) {
        this.location = location;
        this.tuning = tuning;
        this.authorization = authorization;
        HttpClient.Builder builder = HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .followRedirects(HttpClient.Redirect.NEVER)
                .connectTimeout(tuning.connectTimeout());
        this.client = (tls == null ? builder : builder.sslContext(tls)).build();
    }

    String name() {
        return location.name();
    }

    HttpTuning tuning() {
        return tuning;
    }

    /**
     * Sends a request for an object until there is an answer.
     *
     * @param verb what the caller is about to do, for messages
     * @return an answer with the status 200, 206, 304 or 416, whose body is the caller's to take or close; empty if the object is not there
     * @throws RegistryException if there is no such answer
     * @throws ClosedException if the store was closed meanwhile
     */
    Optional<HttpResponse<HttpBody>> send(String verb, String method, String key, Map<String, String> headers) {
        @Nullable IOException last = null;
        for (int attempt = 0; attempt < tuning.attempts(); attempt++) {
            backOff(attempt, last);
            try {
                return follow(method, key, headers);
            } catch (IOException e) {
                last = e;
                if (e instanceof AnswerException answer && !answer.mayPass()) {
                    break;
                }
            }
        }
        throw failure(verb, key, Objects.requireNonNull(last));
    }

    private Optional<HttpResponse<HttpBody>> follow(String method, String key, Map<String, String> headers)
            throws IOException {
        URI uri = location.of(key);
        for (int redirects = 0; redirects <= MOST_REDIRECTS; redirects++) {
            HttpResponse<HttpBody> answer = once(method, uri, headers);
            int status = answer.statusCode();
            if (ANSWERS.contains(status)) {
                return Optional.of(answer);
            }
            answer.body().skipRest();
            if (ABSENT.contains(status)) {
                return Optional.empty();
            }
            if (!REDIRECTS.contains(status)) {
                throw refusal(answer);
            }
            URI target = target(uri, answer);
            if (target.getRawPath().equals(uri.getRawPath() + "/")) {
                // So servers answer where a folder is; no key ends so.
                return Optional.empty();
            }
            uri = target;
        }
        throw AnswerException.permanent("the server redirects more than " + MOST_REDIRECTS + " times");
    }

    private static URI target(URI from, HttpResponse<?> answer) throws AnswerException {
        URI target;
        try {
            String location = answer.headers().firstValue("Location").orElse("");
            target = from.resolve(location.isBlank() ? "//" : location);
        } catch (IllegalArgumentException e) {
            throw AnswerException.permanent("the server redirects to what is no URI");
        }
        String scheme = String.valueOf(target.getScheme()).toLowerCase(Locale.ROOT);
        boolean sound = target.getHost() != null && target.getRawUserInfo() == null && target.getRawPath() != null;
        if (!sound || !(scheme.equals("https") || scheme.equals(from.getScheme()))) {
            throw AnswerException.permanent("the server redirects from " + from.getScheme()
                    + " to something else than a server's http or https address, or from https to http");
        }
        return target;
    }

    private HttpResponse<HttpBody> once(String method, URI uri, Map<String, String> headers) throws IOException {
        requireOpen();
        HttpRequest.Builder request = newRequest(uri);
        request = method.equals("GET") ? request.GET() : request.method(method, HttpRequest.BodyPublishers.noBody());
        request.timeout(tuning.answerTimeout()).header("Accept-Encoding", "identity");
        headers.forEach(request::header);
        if (authorization != null && isOwn(uri)) {
            authorize(request, authorization.get());
        }
        try {
            return client.send(request.build(), info -> new HttpBody(tuning));
        } catch (SSLHandshakeException e) {
            throw isOfCertificate(e) ? untrusted(e) : e;
        } catch (IllegalArgumentException e) {
            // So the JDK tells of a length that is no number.
            throw AnswerException.passing("the server's answer has headers that cannot be read");
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw AnswerException.permanent("interrupted while waiting for the server");
        }
    }

    private static boolean isOfCertificate(SSLHandshakeException failure) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof CertificateException) {
                return true;
            }
        }
        return false;
    }

    private static AnswerException untrusted(SSLHandshakeException failure) {
        return AnswerException.permanent("the server's certificate is not trusted (" + failure.getMessage()
                + "). See that it is of the host in the address; if an authority of your own made it, open the store by"
                + " HttpStoreProvider.open(URI, Supplier, SSLContext)");
    }

    private static HttpRequest.Builder newRequest(URI uri) throws AnswerException {
        try {
            return HttpRequest.newBuilder(uri);
        } catch (IllegalArgumentException e) {
            // Its message repeats the address, which after a redirect may hold a signature.
            throw AnswerException.permanent("the server redirects to an address that cannot be asked");
        }
    }

    private static void authorize(HttpRequest.Builder request, String value) throws AnswerException {
        try {
            request.header("Authorization", value);
        } catch (IllegalArgumentException e) {
            // Its message repeats the value.
            throw AnswerException.permanent("what authorizes is no text that a header can have");
        }
    }

    private boolean isOwn(URI uri) {
        return uri.getScheme().equals(location.base().getScheme())
                && uri.getRawAuthority().equals(location.base().getRawAuthority());
    }

    private static AnswerException refusal(HttpResponse<HttpBody> answer) {
        int status = answer.statusCode();
        String text = "the server answered " + status;
        return switch (status) {
            case UNAUTHORIZED ->
                AnswerException.permanent(text + ". Open the store by HttpStoreProvider.open(URI, Supplier) with what"
                        + " authorizes, or renew it");
            case FORBIDDEN ->
                AnswerException.permanent(text + ". See that it may read the file, and whom it lets read");
            case 405, 501 -> AnswerException.permanent(text + ". It must take GET and HEAD");
            default ->
                PASSING.contains(status)
                        ? AnswerException.passing(text, retryAfter(answer))
                        : AnswerException.permanent(text);
        };
    }

    private static Duration retryAfter(HttpResponse<?> answer) {
        return answer.headers()
                .firstValue("Retry-After")
                .filter(text -> text.matches("[0-9]{1,6}"))
                .map(text -> Duration.ofSeconds(Long.parseLong(text)))
                .orElse(Duration.ZERO);
    }

    /** Waits before an attempt that is not the first, longer each time, and not as long as everybody else. */
    void backOff(int attempt, @Nullable IOException last) {
        if (attempt > 0) {
            long longest = tuning.longestBackoff().toNanos();
            long nanos = Math.min(longest, tuning.firstBackoff().toNanos() << Math.min(attempt - 1, 20));
            nanos = nanos / 2 + ThreadLocalRandom.current().nextLong(nanos / 2 + 1);
            if (last instanceof AnswerException answer) {
                nanos = Math.max(nanos, Math.min(longest, answer.retryAfter().toNanos()));
            }
            await(nanos);
        }
        requireOpen();
    }

    private void await(long nanos) {
        try {
            // Closing the store ends the wait.
            boolean ignored = closed.await(nanos, TimeUnit.NANOSECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new RegistryException(name() + ": interrupted while waiting to try again", e);
        }
    }

    RegistryException failure(String verb, String key, IOException e) {
        return new RegistryException(name() + ": cannot " + verb + " '" + key + "': " + AnswerException.reason(e), e);
    }

    void requireOpen() {
        if (closed.getCount() == 0) {
            throw new ClosedException(name() + " was closed");
        }
    }

    @Override
    public void close() {
        closed.countDown();
    }
}
