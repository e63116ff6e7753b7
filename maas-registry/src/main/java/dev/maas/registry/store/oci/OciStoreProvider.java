package dev.maas.registry.store.oci;

import dev.maas.registry.store.ObjectStore;
import dev.maas.registry.store.ObjectStoreProvider;
import java.net.PasswordAuthentication;
import java.net.URI;
import org.jspecify.annotations.Nullable;

/**
 * Opens stores in OCI registries: {@code oci://host:port/repository/path}. Each registry of models has a repository of its own. Safe for use by
 * any thread.
 *
 * <p>The connection is encrypted, except to this machine's own loopback; {@code plain-http=true} or {@code false} in the URI's query says
 * otherwise. Credentials are never in the URI. With {@code credentials=docker} they come from Docker's configuration
 * ({@code config.json} in the folder that the environment's {@code DOCKER_CONFIG} names, or else in {@code .docker} in the user's home), or else
 * from {@link #open(URI, PasswordAuthentication)}; without either, the store is anonymous.
 *
 * <p>An OCI registry overwrites tags, so that it cannot decide between two writers. A store therefore takes no writes unless the URI says
 * {@code single-writer=true}, by which its user promises that one process at a time writes there, or the registry keeps its tags, as a race
 * at the opening shows. Any number may read.
 */
public final class OciStoreProvider implements ObjectStoreProvider {
    /** Makes a provider. */
    public OciStoreProvider() {}

    @Override
    public String scheme() {
        return "oci";
    }

    @Override
    public ObjectStore open(URI location) {
        OciLocation parsed = OciLocation.parse(location);
        @Nullable
        OciCredentials credentials = parsed.dockerCredentials()
                ? DockerConfig.read(
                        DockerConfig.file(System.getenv("DOCKER_CONFIG"), System.getProperty("user.home", "")),
                        parsed.host())
                : null;
        return OciStoreOpening.open(parsed, credentials, OciTuning.DEFAULTS);
    }

    /**
     * Opens the store at a location for a user. Hand it to {@code Registries.open}. User and password are copied; they go to the registry, or
     * to the token service that it names, and nowhere else.
     *
     * @throws dev.maas.InvalidInputException if the URI is not of the provider's form
     * @throws dev.maas.RegistryException if the registry is out of reach, or the repository holds something else
     */
    public ObjectStore open(URI location, PasswordAuthentication credentials) {
        OciCredentials given =
                new OciCredentials(credentials.getUserName(), String.valueOf(credentials.getPassword()), false);
        return OciStoreOpening.open(OciLocation.parse(location), given, OciTuning.DEFAULTS);
    }
}
