package dev.maas.registry.store.oci;

import com.google.gson.JsonObject;
import dev.maas.IntegrityException;
import dev.maas.InvalidInputException;
import dev.maas.registry.format.Fields;
import dev.maas.registry.format.StrictJson;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Reads the credentials of one host from Docker's configuration, where {@code docker login}, {@code skopeo login} and {@code oras login} may
 * put them. Helper programs that it names are not run. Has no state; safe for use by any thread.
 */
final class DockerConfig {
    private static final String WHAT = "Docker's configuration";
    private static final long LARGEST = 4 << 20;

    private DockerConfig() {}

    /** Returns the file that Docker would read. */
    static Path file(@Nullable String folder, String home) {
        return folder == null || folder.isBlank()
                ? Path.of(home, ".docker", "config.json")
                : Path.of(folder, "config.json");
    }

    /**
     * Returns the credentials.
     *
     * @throws InvalidInputException if there are none; messages hold nothing of the file
     */
    static OciCredentials read(Path file, String host) {
        try {
            if (Files.size(file) > LARGEST) {
                throw new InvalidInputException(WHAT + " has more than " + LARGEST + " bytes");
            }
            return read(new Fields(StrictJson.object(Files.readAllBytes(file), WHAT), WHAT), host);
        } catch (IOException e) {
            throw new InvalidInputException(
                    WHAT + " cannot be read (" + e.getClass().getSimpleName()
                            + "). Log in with docker, skopeo or oras, or leave credentials=docker out");
        } catch (IntegrityException e) {
            throw new InvalidInputException(String.valueOf(e.getMessage()));
        }
    }

    private static OciCredentials read(Fields config, String host) {
        JsonObject auths = config.has("auths") ? config.object("auths").raw() : new JsonObject();
        for (String name : List.of(host, "https://" + host, "http://" + host, "https://" + host + "/v2/")) {
            if (auths.has(name)) {
                Optional<OciCredentials> found = credentials(new Fields(auths, WHAT).object(name));
                if (found.isPresent()) {
                    return found.get();
                }
            }
        }
        boolean helper = config.has("credsStore") || config.has("credHelpers");
        throw new InvalidInputException(WHAT + " has no user and password for '" + host + "'"
                + (helper
                        ? "; it names a helper program, which is not run. Pass user and password to OciStoreProvider.open"
                        : ". Log in with docker, skopeo or oras"));
    }

    private static Optional<OciCredentials> credentials(Fields auth) {
        Optional<String> identity = auth.optionalString("identitytoken").filter(token -> !token.isEmpty());
        if (identity.isPresent()) {
            return Optional.of(new OciCredentials("", identity.get(), true));
        }
        Optional<String> encoded = auth.optionalString("auth").filter(text -> !text.isEmpty());
        if (encoded.isPresent()) {
            return Optional.of(decode(encoded.get()));
        }
        return auth.has("username") && auth.has("password")
                ? Optional.of(new OciCredentials(auth.string("username"), auth.string("password"), false))
                : Optional.empty();
    }

    private static OciCredentials decode(String encoded) {
        String text;
        try {
            text = new String(Base64.getDecoder().decode(encoded), StandardCharsets.UTF_8);
        } catch (IllegalArgumentException e) {
            throw new InvalidInputException(WHAT + ": an 'auth' is not Base64");
        }
        int colon = text.indexOf(':');
        if (colon < 1) {
            throw new InvalidInputException(WHAT + ": an 'auth' is not user:password in Base64");
        }
        return new OciCredentials(text.substring(0, colon), text.substring(colon + 1), false);
    }
}
