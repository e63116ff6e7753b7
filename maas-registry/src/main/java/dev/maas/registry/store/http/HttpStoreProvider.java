package dev.maas.registry.store.http;

import dev.maas.registry.store.ObjectStore;
import dev.maas.registry.store.ObjectStoreProvider;
import java.net.URI;
import java.util.Objects;
import java.util.function.Supplier;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;

/**
 * Opens what a registry exported behind any web server: {@code http://host/folder} and {@code https://host/folder}. Read-only. Safe for use
 * by any thread.
 *
 * <p>The URI has no options. Redirects are followed within one scheme and from {@code http} to {@code https}, proxies are those of the
 * JDK's {@link java.net.ProxySelector}. Opening blocks until the server has shown that there is a head.
 */
public final class HttpStoreProvider implements ObjectStoreProvider {
    /** Makes a provider. */
    public HttpStoreProvider() {}

    @Override
    public String scheme() {
        return "http";
    }

    @Override
    public ObjectStore open(URI location) {
        return open(HttpLocation.parse(location), HttpTuning.DEFAULTS, null, null);
    }

    /**
     * Opens a store whose server wants to know who asks; for both schemes.
     *
     * <pre>{@code
     * ObjectStore store = new HttpStoreProvider().open(location, () -> "Bearer " + tokens.current());
     * ManagedRegistry registry = Registries.open(store, RegistryOptions.defaults());
     * }</pre>
     *
     * @param location the folder, without credentials
     * @param authorization is asked for the value of the {@code Authorization} header before each request to the store's own server, by
     *     any thread; over {@code http} everybody on the way can read it. No message holds it
     * @throws dev.maas.InvalidInputException if the URI is not of that form
     * @throws dev.maas.RegistryException if there is no export there, or it is out of reach
     */
    public ObjectStore open(URI location, Supplier<String> authorization) {
        return open(
                HttpLocation.parse(location),
                HttpTuning.DEFAULTS,
                Objects.requireNonNull(authorization, "authorization"),
                null);
    }

    /**
     * Opens a store whose server has a certificate that the JDK does not trust by itself, such as one of an authority of one's own, or wants one of
     * its clients.
     *
     * @param location the folder, without credentials
     * @param authorization as for {@link #open(URI, Supplier)}; null if the server does not want to know who asks
     * @param tls whom to trust, and what to show; that the certificate is of the host in the location is always checked
     * @throws dev.maas.InvalidInputException if the URI is not of that form
     * @throws dev.maas.RegistryException if there is no export there, it is out of reach, or its certificate is not trusted
     */
    public ObjectStore open(URI location, @Nullable Supplier<String> authorization, SSLContext tls) {
        return open(
                HttpLocation.parse(location), HttpTuning.DEFAULTS, authorization, Objects.requireNonNull(tls, "tls"));
    }

    static HttpStore open(
            HttpLocation location,
            HttpTuning tuning,
            @Nullable Supplier<String> authorization,
            @Nullable SSLContext tls) {
        HttpStore store = new HttpStore(new HttpExchanges(location, tuning, authorization, tls));
        try {
            byte[] ignored = store.head();
            return store;
        } catch (RuntimeException e) {
            store.close();
            throw e;
        }
    }
}
