package dev.maas.cli;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import dev.maas.AccessDeniedException;
import dev.maas.ClosedException;
import dev.maas.DeadlineExceededException;
import dev.maas.InvalidInputException;
import dev.maas.MaasException;
import dev.maas.ModelNotFoundException;
import dev.maas.ModelRef;
import dev.maas.ModelVersion;
import dev.maas.OverloadedException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Answers requests of the Open Inference Protocol, version 2: health, metadata, and inference with tensors in JSON.
 *
 * <p>A response names the version only where the request did: behind an alias, it may move between the look and the run. Safe for use by
 * any thread.
 */
final class InferenceApi {
    private static final Logger LOG = LoggerFactory.getLogger(InferenceApi.class);

    private final ServedModels models;

    InferenceApi(ServedModels models) {
        this.models = models;
    }

    /**
     * Answers a request.
     *
     * @param method the method, in upper case
     * @param path the parts of the path, decoded
     * @param body the body
     */
    HttpReply answer(String method, List<String> path, byte[] body) {
        try {
            return route(method, path, body);
        } catch (MaasException e) {
            int status = status(e);
            if (status == 500) {
                LOG.warn("A call failed", e);
            }
            return HttpReply.error(status, CommandWords.of(String.valueOf(e.getMessage())));
        } catch (RuntimeException e) {
            LOG.error("A call failed as it should not", e);
            return HttpReply.error(500, "Something failed that should not; the server's log says what");
        }
    }

    private static int status(MaasException e) {
        if (e instanceof InvalidInputException) {
            return 400;
        }
        if (e instanceof AccessDeniedException) {
            return 403;
        }
        if (e instanceof ModelNotFoundException) {
            return 404;
        }
        if (e instanceof OverloadedException || e instanceof ClosedException) {
            return 503;
        }
        return e instanceof DeadlineExceededException ? 504 : 500;
    }

    private HttpReply route(String method, List<String> path, byte[] body) {
        if (path.isEmpty() || !path.get(0).equals("v2")) {
            return unknown();
        }
        List<String> rest = path.subList(1, path.size());
        if (rest.isEmpty()) {
            return get(method, HttpReply.ok(server()));
        }
        if (rest.equals(List.of("health", "live"))) {
            return get(method, HttpReply.ok(flag("live", true)));
        }
        if (rest.equals(List.of("health", "ready"))) {
            boolean ready = models.isReady();
            return get(method, new HttpReply(ready ? 200 : 400, flag("ready", ready), Optional.empty()));
        }
        return rest.size() >= 2 && rest.get(0).equals("models")
                ? model(method, rest.subList(1, rest.size()), body)
                : unknown();
    }

    private HttpReply model(String method, List<String> path, byte[] body) {
        String name = path.get(0);
        boolean versioned = path.size() >= 3 && path.get(1).equals("versions");
        Optional<String> version = versioned ? Optional.of(path.get(2)) : Optional.empty();
        List<String> action = path.subList(versioned ? 3 : 1, path.size());
        if (action.isEmpty()) {
            return method.equals("GET") ? metadata(name, version) : HttpReply.wrongMethod("GET");
        }
        if (action.equals(List.of("ready"))) {
            return method.equals("GET") ? ready(name, version) : HttpReply.wrongMethod("GET");
        }
        if (action.equals(List.of("infer"))) {
            return method.equals("POST") ? infer(name, version, body) : HttpReply.wrongMethod("POST");
        }
        return unknown();
    }

    private static HttpReply get(String method, HttpReply reply) {
        return method.equals("GET") ? reply : HttpReply.wrongMethod("GET");
    }

    private static HttpReply unknown() {
        return HttpReply.error(
                404,
                "There is nothing here; there are /v2, /v2/health/live, /v2/health/ready, /v2/models/{model} and"
                        + " /v2/models/{model}/infer, the last two also with /versions/{version}");
    }

    private static JsonObject server() {
        JsonObject server = new JsonObject();
        server.addProperty("name", Maas.NAME);
        server.addProperty("version", Maas.version());
        server.add("extensions", new JsonArray());
        return server;
    }

    private static JsonObject flag(String name, boolean value) {
        JsonObject flag = new JsonObject();
        flag.addProperty(name, value);
        return flag;
    }

    private HttpReply metadata(String name, Optional<String> version) {
        ModelVersion resolved = models.resolve(models.ref(name, version));
        return HttpReply.ok(TensorJson.metadata(
                name,
                models.versions(resolved.name()),
                resolved.metadata().engine().orElse("onnx"),
                resolved.signature()));
    }

    private HttpReply ready(String name, Optional<String> version) {
        ModelRef ref = models.ref(name, version);
        models.resolve(ref);
        boolean ready = models.isReady(ref);
        JsonObject body = new JsonObject();
        body.addProperty("name", name);
        body.addProperty("ready", ready);
        return new HttpReply(ready ? 200 : 400, body, Optional.empty());
    }

    private HttpReply infer(String name, Optional<String> version, byte[] body) {
        ModelRef ref = models.ref(name, version);
        var signature = models.signature(ref);
        TensorJson.Request request = TensorJson.request(JsonText.parse(text(body), "The body"), signature);
        List<String> uncarried = TensorJson.uncarried(signature, request.outputs());
        if (!uncarried.isEmpty()) {
            return HttpReply.error(
                    501,
                    "The protocol carries tensors only, and not " + uncarried
                            + ". Ask for other outputs by \"outputs\": [{\"name\": ...}]");
        }
        return HttpReply.ok(TensorJson.response(name, version, request, models.predict(ref, request.inputs())));
    }

    private static String text(byte[] body) {
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(body))
                    .toString();
        } catch (CharacterCodingException e) {
            throw new InvalidInputException("The body is not in UTF-8", e);
        }
    }
}
