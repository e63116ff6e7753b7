package dev.maas.registry;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import dev.maas.registry.format.CanonicalJson;
import dev.maas.registry.format.Fields;
import dev.maas.registry.format.Sha256;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;

/**
 * The index of an exported model, by which tools for OCI find its versions: each under its number, its semantic version and its aliases as
 * tags, what is attached to it without a tag, and the log under {@code LOG}, a tag that no alias can be. The index says nothing that the log
 * does not say; an importer computes it anew and compares.
 */
final class ArchiveIndex {
    static final String LOG_TYPE = "application/vnd.maas.model.log.v1";
    static final String LOG_LAYER_TYPE = "application/vnd.maas.model.log.v1+jsonl";

    private static final String INDEX_TYPE = "application/vnd.oci.image.index.v1+json";
    private static final String EMPTY_TYPE = "application/vnd.oci.empty.v1+json";
    private static final String TAG = "org.opencontainers.image.ref.name";
    private static final String LOG_TAG = "LOG";
    private static final int LONGEST_TAG = 128;

    private ArchiveIndex() {}

    /**
     * Part of a log: entries, one on each line.
     *
     * @param first the number of its first entry
     * @param hex its digest
     * @param size the number of its bytes
     */
    record Segment(long first, String hex, long size) {}

    /** Writes the manifest of a log's artifact; its config is the empty object. */
    static byte[] writeLog(byte[] empty, List<Segment> segments) {
        JsonArray layers = new JsonArray();
        for (Segment segment : segments) {
            JsonObject layer = descriptor(LOG_LAYER_TYPE, segment.hex, segment.size);
            JsonObject annotations = new JsonObject();
            annotations.addProperty(Manifest.TITLE, String.format(Locale.ROOT, "log/%020d.jsonl", segment.first));
            layer.add("annotations", annotations);
            layers.add(layer);
        }
        JsonObject json = new JsonObject();
        json.addProperty("schemaVersion", 2);
        json.addProperty("mediaType", Manifest.MEDIA_TYPE);
        json.addProperty("artifactType", LOG_TYPE);
        json.add("config", descriptor(EMPTY_TYPE, Sha256.hex(empty), empty.length));
        json.add("layers", layers);
        return CanonicalJson.bytes(json);
    }

    /**
     * Writes the index.
     *
     * @param logHex the digest of the log's manifest
     * @param sizes the number of bytes of each manifest, by its digest
     */
    static byte[] write(ModelSnapshot snapshot, String logHex, ToLongFunction<String> sizes) {
        Set<String> semantic = semanticVersions(snapshot);
        JsonArray manifests = new JsonArray();
        manifests.add(descriptor(LOG_TYPE, logHex, sizes, LOG_TAG));
        for (ModelSnapshot.Held version : snapshot.versions()) {
            if (!version.there()) {
                continue;
            }
            Trust.Candidate candidate = version.candidate();
            for (String tag : tags(snapshot, candidate, semantic)) {
                manifests.add(descriptor(Manifest.ARTIFACT_TYPE, candidate.manifestHex(), sizes, tag));
            }
            for (Change.Attach attach : candidate.attachments()) {
                manifests.add(descriptor(attach.type(), attach.manifest(), sizes, null));
            }
        }
        JsonObject json = new JsonObject();
        json.addProperty("schemaVersion", 2);
        json.addProperty("mediaType", INDEX_TYPE);
        json.add("manifests", manifests);
        return CanonicalJson.bytes(json);
    }

    private static List<String> tags(ModelSnapshot snapshot, Trust.Candidate candidate, Set<String> taken) {
        int number = candidate.version().number();
        List<String> tags = new ArrayList<>(List.of(Integer.toString(number)));
        candidate.version().metadata().semanticVersion().filter(taken::contains).ifPresent(tags::add);
        for (Map.Entry<String, Integer> alias : snapshot.aliases().entrySet()) {
            // An alias may be written like a number or a semantic version; then the tag is what a reference would mean.
            boolean free = !alias.getKey().matches("[0-9]+") && !taken.contains(alias.getKey());
            if (alias.getValue() == number && free) {
                tags.add(alias.getKey());
            }
        }
        return tags;
    }

    /** Returns the semantic versions that can be tags; a tag has no {@code +}. */
    private static Set<String> semanticVersions(ModelSnapshot snapshot) {
        Set<String> semantic = new TreeSet<>();
        snapshot.versions().stream()
                .filter(ModelSnapshot.Held::there)
                .map(version -> version.candidate().version().metadata().semanticVersion())
                .forEach(version -> version.filter(text -> text.indexOf('+') < 0 && text.length() <= LONGEST_TAG)
                        .ifPresent(semantic::add));
        return semantic;
    }

    private static JsonObject descriptor(
            String artifactType, String hex, ToLongFunction<String> sizes, @Nullable String tag) {
        JsonObject json = descriptor(Manifest.MEDIA_TYPE, hex, sizes.applyAsLong(hex));
        json.addProperty("artifactType", artifactType);
        if (tag != null) {
            JsonObject annotations = new JsonObject();
            annotations.addProperty(TAG, tag);
            json.add("annotations", annotations);
        }
        return json;
    }

    private static JsonObject descriptor(String mediaType, String hex, long size) {
        JsonObject json = new JsonObject();
        json.addProperty("mediaType", mediaType);
        json.addProperty("digest", Sha256.PREFIX + hex);
        json.addProperty("size", size);
        return json;
    }

    /**
     * Returns the digest of the log's manifest.
     *
     * @throws dev.maas.IntegrityException if the index does not name exactly one
     */
    static String logHex(JsonObject index, String what) {
        Fields fields = new Fields(index, what);
        List<String> logs = new ArrayList<>();
        for (Fields manifest : fields.objects("manifests")) {
            if (manifest.stringOr("artifactType", "").equals(LOG_TYPE)) {
                logs.add(manifest.digest("digest"));
            }
        }
        if (logs.size() != 1) {
            throw fields.wrong(
                    "manifests",
                    "names " + logs.size() + " logs of models where 1 is right; this is no export of a registry");
        }
        return logs.get(0);
    }
}
