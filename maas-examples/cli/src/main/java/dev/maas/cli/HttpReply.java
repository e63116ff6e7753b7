package dev.maas.cli;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import java.util.Optional;

/**
 * What a request over HTTP gets. Immutable.
 *
 * @param status the status
 * @param body a JSON document
 * @param allowed the method that would have been right, where another was used
 */
record HttpReply(int status, JsonElement body, Optional<String> allowed) {
    static HttpReply ok(JsonElement body) {
        return new HttpReply(200, body, Optional.empty());
    }

    static HttpReply error(int status, String message) {
        JsonObject body = new JsonObject();
        body.addProperty("error", message);
        return new HttpReply(status, body, Optional.empty());
    }

    static HttpReply wrongMethod(String allowed) {
        HttpReply reply = error(405, "This path takes " + allowed);
        return new HttpReply(reply.status, reply.body, Optional.of(allowed));
    }
}
