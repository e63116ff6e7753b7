package dev.maas.registry.store.oci;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import dev.maas.IntegrityException;
import dev.maas.registry.format.CanonicalJson;
import dev.maas.registry.format.Fields;
import dev.maas.registry.format.Sha256;
import dev.maas.registry.format.StrictJson;
import java.io.IOException;
import java.util.Optional;

/**
 * Lets tools find what refers to a manifest, such as its signatures. Registries with the referrers interface do so themselves, and say it when
 * such a manifest is put; for the others, the list lies under a tag that the specification names. The list is read, changed and written, so
 * that of two writers at once one may lose its line: one more reason for one writer. Safe for use by any thread.
 */
final class OciReferrers {
    private static final String WHAT = "A list of referrers";

    private final OciManifests manifests;
    private final KeyLocks locks;

    OciReferrers(OciManifests manifests, KeyLocks locks) {
        this.manifests = manifests;
        this.locks = locks;
    }

    /** Takes note of a manifest that was put, if it refers to another. */
    void added(byte[] manifest, String mediaType, OciAnswer answer) throws IOException {
        Optional<String> subject = subject(manifest);
        if (subject.isEmpty() || answer.header("OCI-Subject").isPresent()) {
            return;
        }
        JsonObject descriptor = OciEntry.descriptor(mediaType, Sha256.hex(manifest), manifest.length);
        Fields fields = new Fields(StrictJson.object(manifest, WHAT), WHAT);
        fields.optionalString("artifactType").ifPresent(type -> descriptor.addProperty("artifactType", type));
        if (fields.has("annotations")) {
            descriptor.add("annotations", fields.object("annotations").raw());
        }
        change(subject.get(), Sha256.hex(manifest), Optional.of(descriptor));
    }

    /** Takes note of a manifest that was deleted, if it referred to another. */
    void removed(byte[] manifest) throws IOException {
        Optional<String> subject = subject(manifest);
        if (subject.isPresent()) {
            change(subject.get(), Sha256.hex(manifest), Optional.empty());
        }
    }

    /** Returns the digest that a manifest refers to. What is no manifest refers to nothing. */
    private static Optional<String> subject(byte[] manifest) {
        try {
            Fields fields = new Fields(StrictJson.object(manifest, WHAT), WHAT);
            return fields.has("subject") ? Optional.of(fields.object("subject").digest("digest")) : Optional.empty();
        } catch (IntegrityException e) {
            return Optional.empty();
        }
    }

    private void change(String subject, String hex, Optional<JsonObject> line) throws IOException {
        String tag = OciTags.referrers(subject);
        locks.holding(tag, () -> {
            Optional<OciManifests.Found> before = manifests.get(tag).found();
            JsonArray lines = new JsonArray();
            before.ifPresent(found -> others(found.bytes(), hex).forEach(lines::add));
            line.ifPresent(lines::add);
            byte[] bytes = index(lines);
            boolean same = before.filter(found -> found.hex().equals(Sha256.hex(bytes)))
                    .isPresent();
            if (!lines.isEmpty() && !same) {
                manifests.put(tag, bytes, OciEntry.INDEX_TYPE, false);
            }
            if (before.isPresent() && !same) {
                deleteOld(before.get().hex());
            }
            return tag;
        });
    }

    private static byte[] index(JsonArray lines) {
        JsonObject index = new JsonObject();
        index.addProperty("schemaVersion", 2);
        index.addProperty("mediaType", OciEntry.INDEX_TYPE);
        index.add("manifests", lines);
        return CanonicalJson.bytes(index);
    }

    /** Lists that no tag points to any more are litter; who may not delete leaves it. */
    private void deleteOld(String hex) throws IOException {
        try {
            manifests.delete(hex);
        } catch (OciRefusal e) {
            if (!e.isDenied()) {
                throw e;
            }
        }
    }

    private static JsonArray others(byte[] bytes, String hex) {
        JsonArray others = new JsonArray();
        for (JsonElement line : new Fields(StrictJson.object(bytes, WHAT), WHAT).array("manifests")) {
            boolean own = line.isJsonObject() && (Sha256.PREFIX + hex).equals(digest(line.getAsJsonObject()));
            if (!own) {
                others.add(line);
            }
        }
        return others;
    }

    private static String digest(JsonObject line) {
        return new Fields(line, WHAT).stringOr("digest", "");
    }
}
