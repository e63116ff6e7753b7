package dev.maas.registry.store.oci;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import dev.maas.IntegrityException;
import dev.maas.registry.format.StrictJson;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;

/**
 * Sends requests: signs in where that is asked for, follows redirects, and repeats what may be repeated. Safe for use by any thread.
 *
 * <p>What proves who we are goes to the registry's own scheme, host and port only; a redirect to a storage elsewhere is followed without it,
 * for reads. Nothing goes unencrypted that did not begin so. A request that was refused for now (429) is sent again in any case; one whose
 * fate is not known only if it is repeatable.
 */
final class OciHttp {
    private static final Set<Integer> REDIRECTS = Set.of(301, 302, 303, 307, 308);
    private static final Set<Integer> PASSING = Set.of(500, 502, 503, 504);
    private static final int MOST_REDIRECTS = 5;
    private static final int LARGEST_ERROR = 64 << 10;
    private static final int UNAUTHORIZED = OciRefusal.UNAUTHORIZED;

    private final HttpClient client;
    private final URI root;
    private final OciAuth auth;
    private final OciTuning tuning;
    private final Pauses pauses;

    /** Waits, so that tests need not. */
    interface Pauses {
        void pause(Duration duration) throws InterruptedIOException;
    }

    OciHttp(HttpClient client, URI root, OciAuth auth, OciTuning tuning, Pauses pauses) {
        this.client = client;
        this.root = root;
        this.auth = auth;
        this.tuning = tuning;
        this.pauses = pauses;
    }

    static void sleep(Duration duration) throws InterruptedIOException {
        try {
            Thread.sleep(duration.toMillis());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw (InterruptedIOException) new InterruptedIOException("Interrupted while waiting").initCause(e);
        }
    }

    URI resource(String path) {
        return root.resolve(path);
    }

    /**
     * Sends a request; the caller closes the answer.
     *
     * @throws OciRefusal if the answer is none that the caller understands
     * @throws IOException if there was no answer
     */
    OciAnswer send(OciCall call) throws IOException {
        for (int attempt = 1; ; attempt++) {
            Duration pause = backoff(attempt);
            try {
                OciAnswer answer = exchange(call);
                if (call.expected().contains(answer.status())) {
                    return answer;
                }
                boolean again = answer.status() == OciRefusal.TOO_MANY
                        || (call.repeatable() && PASSING.contains(answer.status()));
                if (!again || attempt >= tuning.attempts()) {
                    throw refusal(answer);
                }
                pause = retryAfter(answer).orElse(pause);
                answer.close();
            } catch (OciException | InterruptedIOException e) {
                throw e;
            } catch (IOException e) {
                if (!call.repeatable() || attempt >= tuning.attempts()) {
                    throw e;
                }
            }
            pauses.pause(pause);
        }
    }

    /** Waits before something is tried again. */
    void backOff(int attempt) throws InterruptedIOException {
        pauses.pause(backoff(attempt));
    }

    private Duration backoff(int attempt) {
        Duration most = tuning.firstBackoff().multipliedBy(1L << Math.min(attempt - 1, 16));
        Duration bounded = bounded(most);
        return bounded.minusNanos(ThreadLocalRandom.current().nextLong(bounded.toNanos() / 2 + 1));
    }

    private Duration bounded(Duration pause) {
        return pause.compareTo(tuning.longestPause()) > 0 ? tuning.longestPause() : pause;
    }

    private Optional<Duration> retryAfter(OciAnswer answer) {
        Optional<String> seconds = answer.header("Retry-After").filter(text -> text.matches("[0-9]{1,9}"));
        Optional<Duration> asked = seconds.map(text -> Duration.ofSeconds(Long.parseLong(text)))
                .or(() -> answer.date("Retry-After").map(until -> Duration.between(Instant.now(), until)));
        return asked.filter(pause -> !pause.isNegative()).map(this::bounded);
    }

    private OciAnswer exchange(OciCall call) throws IOException {
        URI uri = call.uri();
        boolean challenged = false;
        for (int redirects = 0; redirects <= MOST_REDIRECTS; ) {
            boolean own = isOwn(uri);
            @Nullable
            String authorization = own ? auth.authorization(call.access()).orElse(null) : null;
            OciAnswer answer = sendOnce(call, uri, authorization);
            if (answer.status() == UNAUTHORIZED && own && !challenged) {
                challenged = true;
                answer.close();
                if (auth.challenged(answer.headers(), call.access(), authorization)) {
                    continue;
                }
                throw refusal(answer);
            }
            if (!REDIRECTS.contains(answer.status())) {
                return answer;
            }
            answer.close();
            uri = redirected(call, answer);
            redirects++;
        }
        throw new OciException("the registry redirects more than " + MOST_REDIRECTS + " times");
    }

    private URI redirected(OciCall call, OciAnswer answer) throws IOException {
        URI to = location(answer).orElseThrow(() -> new OciRefusal(answer.status(), ""));
        boolean keepsMethod = answer.status() >= 307 && isOwn(to);
        if (!call.isRead() && !keepsMethod) {
            throw new OciRefusal(answer.status(), "");
        }
        return to;
    }

    /**
     * Returns where an answer leads.
     *
     * @throws IOException if that must not be followed
     */
    Optional<URI> location(OciAnswer answer) throws IOException {
        Optional<String> text = answer.header("Location");
        if (text.isEmpty()) {
            return Optional.empty();
        }
        URI to;
        try {
            to = answer.uri().resolve(text.get());
        } catch (IllegalArgumentException e) {
            throw new OciException("the registry leads to what is no address");
        }
        boolean encrypted = "https".equalsIgnoreCase(to.getScheme());
        boolean plain = "http".equalsIgnoreCase(to.getScheme()) && "http".equals(root.getScheme());
        if (to.getHost() == null || to.getRawUserInfo() != null || !(encrypted || plain)) {
            throw new OciException("the registry leads from " + root.getScheme() + " to " + to.getScheme()
                    + ", which is not followed. A proxy in front of it may need to be told the scheme");
        }
        return Optional.of(to);
    }

    /** Returns whether an address is the registry's own, where what proves who we are may go. */
    private boolean isOwn(URI uri) {
        return root.getScheme().equalsIgnoreCase(uri.getScheme())
                && root.getHost().equalsIgnoreCase(uri.getHost())
                && port(root) == port(uri);
    }

    private static int port(URI uri) {
        return uri.getPort() >= 0 ? uri.getPort() : "https".equalsIgnoreCase(uri.getScheme()) ? 443 : 80;
    }

    private OciAnswer sendOnce(OciCall call, URI uri, @Nullable String authorization) throws IOException {
        byte @Nullable [] body = call.body();
        HttpRequest.Builder request = HttpRequest.newBuilder(uri)
                .timeout(tuning.answerTimeout(body == null ? 0 : body.length))
                .method(
                        call.method(),
                        body == null
                                ? HttpRequest.BodyPublishers.noBody()
                                : HttpRequest.BodyPublishers.ofByteArray(body));
        call.headers().forEach(request::setHeader);
        if (authorization != null) {
            request.setHeader("Authorization", authorization);
        }
        HttpResponse<InputStream> response = exchange(request.build());
        return new OciAnswer(response.statusCode(), response.headers(), uri, response.body());
    }

    private HttpResponse<InputStream> exchange(HttpRequest request) throws IOException {
        try {
            return client.send(request, info -> new TimedBody(tuning.readTimeout()));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw (IOException) new InterruptedIOException("Interrupted while waiting for the registry").initCause(e);
        }
    }

    /** Makes an exception of an answer that was not expected, and closes it. */
    static OciRefusal refusal(OciAnswer answer) {
        try (answer) {
            return new OciRefusal(answer.status(), code(answer.bytes(LARGEST_ERROR)));
        } catch (IOException e) {
            OciRefusal refusal = new OciRefusal(answer.status(), "");
            refusal.addSuppressed(e);
            return refusal;
        }
    }

    /** Returns the specification's code of the first error that a body tells; empty if it tells none. */
    private static String code(byte[] body) {
        try {
            JsonObject json = StrictJson.object(body, "An answer");
            for (Map.Entry<String, JsonElement> member : json.entrySet()) {
                if (member.getKey().equals("errors")
                        && member.getValue().isJsonArray()
                        && !member.getValue().getAsJsonArray().isEmpty()) {
                    JsonElement first = member.getValue().getAsJsonArray().get(0);
                    JsonElement code =
                            first.isJsonObject() ? first.getAsJsonObject().get("code") : null;
                    String text = code != null && code.isJsonPrimitive() ? code.getAsString() : "";
                    return text.matches("[A-Z_]{1,64}") ? text : "";
                }
            }
            return "";
        } catch (IntegrityException e) {
            // Proxies answer with pages.
            return "";
        }
    }
}
