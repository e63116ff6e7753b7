package dev.maas.registry.store.s3;

import dev.maas.registry.store.ObjectStore;
import dev.maas.registry.store.ObjectStoreProvider;
import java.net.URI;
import java.util.Optional;

/**
 * Opens stores on Amazon S3 and servers that speak its protocol: {@code s3://bucket/prefix}. Public for {@link java.util.ServiceLoader}
 * only; safe for use by any thread.
 *
 * <p>The URI's query takes {@code endpoint}, the server's {@code http} or {@code https} address, where it is not Amazon's; {@code region},
 * which is otherwise found as the AWS SDK finds it, and {@code us-east-1} where there is an endpoint; and {@code path-style}, {@code true}
 * or {@code false}, whether the bucket stands in the path rather than in the host's name: by default with an endpoint, or with a dot in
 * the bucket's name. Credentials are never in the URI; they come from the SDK's default chain: system properties, environment, profile
 * files, container and instance.
 */
public final class S3StoreProvider implements ObjectStoreProvider {
    private static final String CLIENT = "software.amazon.awssdk.services.s3.S3Client";
    private static final String TRANSPORT = "software.amazon.awssdk.http.urlconnection.UrlConnectionHttpClient";

    /** Makes a provider. */
    public S3StoreProvider() {}

    @Override
    public String scheme() {
        return "s3";
    }

    @Override
    public Optional<String> unavailable() {
        return isThere(CLIENT) && isThere(TRANSPORT)
                ? Optional.empty()
                : Optional.of("add software.amazon.awssdk:s3 and software.amazon.awssdk:url-connection-client,"
                        + " both of one version (2.57.8 is tested), to the class path");
    }

    private static boolean isThere(String name) {
        try {
            Class.forName(name, false, S3StoreProvider.class.getClassLoader());
            return true;
        } catch (ClassNotFoundException | LinkageError e) {
            return false;
        }
    }

    @Override
    public ObjectStore open(URI location) {
        return S3StoreOpening.open(S3Location.parse(location), S3Tuning.DEFAULTS);
    }
}
