package dev.maas.registry.store.oci;

import java.net.URI;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** One request to a registry. Immutable. */
final class OciCall {
    private final String method;
    private final URI uri;
    private final Map<String, String> headers;
    private final byte @Nullable [] body;
    private final boolean repeatable;
    private final Set<Integer> expected;

    private OciCall(
            String method,
            URI uri,
            Map<String, String> headers,
            byte @Nullable [] body,
            boolean repeatable,
            Set<Integer> expected) {
        this.method = method;
        this.uri = uri;
        this.headers = Map.copyOf(headers);
        this.body = body;
        this.repeatable = repeatable;
        this.expected = Set.copyOf(expected);
    }

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

    String method() {
        return method;
    }

    URI uri() {
        return uri;
    }

    Map<String, String> headers() {
        return headers;
    }

    /** Returns the body, which is not copied; null for none. */
    byte @Nullable [] body() {
        return body;
    }

    /** Returns whether it may be sent again when it is not known what became of it. */
    boolean repeatable() {
        return repeatable;
    }

    /** Returns the statuses that its caller understands. */
    Set<Integer> expected() {
        return expected;
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
