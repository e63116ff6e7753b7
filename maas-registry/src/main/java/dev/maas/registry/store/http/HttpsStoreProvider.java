package dev.maas.registry.store.http;

import dev.maas.registry.store.ObjectStore;
import dev.maas.registry.store.ObjectStoreProvider;
import java.net.URI;

/** Opens {@code https://host/folder}; see {@link HttpStoreProvider}. Public for {@link java.util.ServiceLoader} only; safe for use by any thread. */
public final class HttpsStoreProvider implements ObjectStoreProvider {
    /** Makes a provider. */
    public HttpsStoreProvider() {}

    @Override
    public String scheme() {
        return "https";
    }

    @Override
    public ObjectStore open(URI location) {
        return new HttpStoreProvider().open(location);
    }
}
