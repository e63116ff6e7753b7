package dev.maas.registry.store.oci;

import dev.maas.IntegrityException;
import dev.maas.registry.format.Fields;
import dev.maas.registry.format.StrictJson;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Gets tokens from the service that a registry names, as Docker's token specification and its OAuth2 variant say. Safe for use by any thread.
 *
 * <p>User and password go to that service, so it must be encrypted; or, where the registry itself is not, on the very same host. Redirects are
 * not followed.
 */
final class OciTokens {
    private static final int LARGEST = 1 << 20;
    private static final Duration SHORTEST = Duration.ofSeconds(60);

    private final HttpClient client;
    private final URI root;
    private final OciTuning tuning;

    OciTokens(HttpClient client, URI root, OciTuning tuning) {
        this.client = client;
        this.root = root;
        this.tuning = tuning;
    }

    /** A token; its text shows nothing of it. */
    static final class Token {
        private final String text;
        private final Duration lifetime;

        Token(String text, Duration lifetime) {
            this.text = text;
            this.lifetime = lifetime;
        }

        String header() {
            return "Bearer " + text;
        }

        Duration lifetime() {
            return lifetime;
        }
    }

    Token fetch(OciChallenge challenge, String scope, @Nullable OciCredentials credentials) throws IOException {
        URI realm = realm(challenge);
        Optional<String> service = challenge.parameter("service");
        HttpRequest.Builder request;
        if (credentials != null && credentials.identityToken()) {
            String form = "grant_type=refresh_token&client_id=maas&refresh_token=" + encode(credentials.secret())
                    + "&scope=" + encode(scope)
                    + service.map(text -> "&service=" + encode(text)).orElse("");
            request = HttpRequest.newBuilder(realm)
                    .header("Content-Type", "application/x-www-form-urlencoded")
                    .POST(HttpRequest.BodyPublishers.ofString(form));
        } else {
            String query = "scope=" + encode(scope)
                    + service.map(text -> "&service=" + encode(text)).orElse("");
            String separator = realm.getRawQuery() == null ? "?" : "&";
            request = HttpRequest.newBuilder(URI.create(realm + separator + query));
            if (credentials != null) {
                request.header("Authorization", credentials.basic());
            }
        }
        HttpResponse<InputStream> response =
                send(request.timeout(tuning.readTimeout()).build());
        try (InputStream body = response.body()) {
            if (response.statusCode() != 200) {
                throw new OciException("the registry's token service answered " + response.statusCode()
                        + ". Look at the user and the password");
            }
            return token(body.readNBytes(LARGEST));
        }
    }

    private URI realm(OciChallenge challenge) throws IOException {
        try {
            URI realm = URI.create(challenge.parameter("realm").orElse(""));
            boolean encrypted = "https".equalsIgnoreCase(realm.getScheme());
            boolean sameHost = "http".equals(root.getScheme())
                    && "http".equalsIgnoreCase(realm.getScheme())
                    && root.getHost().equalsIgnoreCase(realm.getHost());
            if (realm.getHost() != null
                    && realm.getRawUserInfo() == null
                    && realm.getRawFragment() == null
                    && (encrypted || sameHost)) {
                return realm;
            }
        } catch (IllegalArgumentException e) {
            throw new OciException("the registry names a token service whose address is none");
        }
        throw new OciException("the registry names a token service that is neither encrypted nor on its own host;"
                + " no password is sent there");
    }

    private HttpResponse<InputStream> send(HttpRequest request) throws IOException {
        try {
            return client.send(request, info -> new TimedBody(tuning.readTimeout()));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw (IOException) new InterruptedIOException("Interrupted while waiting for a token").initCause(e);
        }
    }

    private static Token token(byte[] body) throws IOException {
        try {
            Fields fields = new Fields(StrictJson.object(body, "A token"), "A token");
            String text = fields.has("token") ? fields.string("token") : fields.string("access_token");
            if (!text.matches("[\\x21-\\x7e]{1,65536}")) {
                throw new OciException("the registry's token service gave what is no token");
            }
            Duration lifetime = fields.has("expires_in")
                    ? Duration.ofSeconds(fields.whole("expires_in", 1, Integer.MAX_VALUE))
                    : SHORTEST;
            return new Token(text, lifetime);
        } catch (IntegrityException e) {
            // Its message may repeat what came.
            throw new OciException("the registry's token service gave what is no token");
        }
    }

    private static String encode(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
    }
}
