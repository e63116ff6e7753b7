package dev.maas.registry.store.oci;

import java.nio.charset.StandardCharsets;
import java.util.Base64;

/**
 * Who a store is to its registry. Immutable; its text shows nothing of it.
 *
 * @param user the user
 * @param secret the password, or the identity token where that is what it is
 * @param identityToken whether it is an identity token, which is exchanged for others and never sent to the registry itself
 */
record OciCredentials(String user, String secret, boolean identityToken) {
    String basic() {
        return "Basic " + Base64.getEncoder().encodeToString((user + ":" + secret).getBytes(StandardCharsets.UTF_8));
    }

    @Override
    public String toString() {
        return "credentials";
    }
}
