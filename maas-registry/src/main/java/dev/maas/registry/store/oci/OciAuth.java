package dev.maas.registry.store.oci;

import dev.maas.registry.store.oci.OciCall.Access;
import java.io.IOException;
import java.net.http.HttpHeaders;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Signs in to a registry as it asks for: by user and password, or by tokens of a service that it names. Safe for use by any thread; one fetches
 * a token, and the others wait for it.
 *
 * <p>A token is asked for when the registry first refuses a request without one, and anew shortly before it is over, or when the registry
 * refuses it. There is one for each kind of access, since the right to read may be had without the right to write.
 */
final class OciAuth {
    private final @Nullable OciCredentials credentials;
    private final OciTokens tokens;
    private final String repository;
    private final LongSupplier nanoTime;
    private final ReentrantLock lock = new ReentrantLock();

    // Guarded by lock.
    private final Map<Access, Grant> grants = new EnumMap<>(Access.class);

    private volatile boolean basic;

    /** A token with what it takes to get the next one. */
    private record Grant(OciChallenge challenge, OciTokens.Token token, long endNanos) {}

    OciAuth(@Nullable OciCredentials credentials, OciTokens tokens, String repository, LongSupplier nanoTime) {
        this.credentials = credentials;
        this.tokens = tokens;
        this.repository = repository;
        this.nanoTime = nanoTime;
    }

    /** Returns the header that a request needs, as far as is known. */
    Optional<String> authorization(Access access) throws IOException {
        if (basic && credentials != null) {
            return Optional.of(credentials.basic());
        }
        lock.lock();
        try {
            @Nullable Grant grant = grants.get(access);
            if (grant == null) {
                return Optional.empty();
            }
            if (nanoTime.getAsLong() - grant.endNanos >= 0) {
                grant = fetch(access, grant.challenge);
            }
            return Optional.of(grant.token.header());
        } finally {
            lock.unlock();
        }
    }

    /**
     * Takes up a refusal.
     *
     * @param sent what was sent; null if nothing was
     * @return whether there is something else to send now
     */
    boolean challenged(HttpHeaders headers, Access access, @Nullable String sent) throws IOException {
        List<OciChallenge> offered = OciChallenge.parse(headers.allValues("WWW-Authenticate"));
        Optional<OciChallenge> bearer = OciChallenge.find(offered, "bearer");
        if (bearer.isPresent()) {
            lock.lock();
            try {
                @Nullable Grant grant = grants.get(access);
                // Another thread may have fetched a new one since this request was sent.
                if (grant == null || grant.token.header().equals(sent)) {
                    fetch(access, bearer.get());
                }
                return true;
            } finally {
                lock.unlock();
            }
        }
        boolean canBasic =
                OciChallenge.find(offered, "basic").isPresent() && credentials != null && !credentials.identityToken();
        if (canBasic && sent == null) {
            basic = true;
            return true;
        }
        return false;
    }

    /** Gets a token; the caller holds the lock. */
    private Grant fetch(Access access, OciChallenge challenge) throws IOException {
        grants.remove(access);
        String scope = challenge.parameter("scope").orElse("repository:" + repository + ":" + access.scope());
        long asked = nanoTime.getAsLong();
        OciTokens.Token token = tokens.fetch(challenge, scope, credentials);
        // A tenth early, so that none ends on its way.
        Grant grant = new Grant(challenge, token, asked + token.lifetime().toNanos() / 10 * 9);
        grants.put(access, grant);
        return grant;
    }
}
