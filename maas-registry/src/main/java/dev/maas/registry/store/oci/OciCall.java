package dev.maas.registry.store.oci;

import java.net.URI;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * One request to a registry. Immutable.
 *
 * @param method its method
 * @param uri where it goes
 * @param headers its headers
 * @param body its body, which is not copied; null for none
 * @param repeatable whether it may be sent again when it is not known what became of it
 * @param expected the statuses that its caller understands
 */
record OciCall(
        String method,
        URI uri,
        Map<String, String> headers,
        byte @Nullable [] body,
        boolean repeatable,
        Set<Integer> expected) {
    /** What a request needs to be allowed. */
    enum Access {
        /** To read. */
        PULL("pull"),
        /** To read and write. */
        PUSH("pull,push"),
        /** To delete. */
        DELETE("delete");

        private final String scope;

        Access(String scope) {
            this.scope = scope;
        }

        String scope() {
            return scope;
        }
    }

    OciCall {
        headers = Map.copyOf(headers);
        expected = Set.copyOf(expected);
    }

    static OciCall of(String method, URI uri, Integer... expected) {
        return new OciCall(method, uri, Map.of(), null, true, Set.of(expected));
    }

    OciCall header(String name, String value) {
        Map<String, String> more = new LinkedHashMap<>(headers);
        more.put(name, value);
        return new OciCall(method, uri, more, body, repeatable, expected);
    }

    OciCall body(byte[] bytes, String mediaType) {
        return new OciCall(method, uri, headers, bytes, repeatable, expected).header("Content-Type", mediaType);
    }

    /** Returns this request, to be sent once only. */
    OciCall once() {
        return new OciCall(method, uri, headers, body, false, expected);
    }

    boolean isRead() {
        return method.equals("GET") || method.equals("HEAD");
    }

    Access access() {
        return isRead() ? Access.PULL : method.equals("DELETE") ? Access.DELETE : Access.PUSH;
    }
}
