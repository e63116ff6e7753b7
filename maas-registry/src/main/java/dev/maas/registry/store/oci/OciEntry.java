package dev.maas.registry.store.oci;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import dev.maas.IntegrityException;
import dev.maas.registry.format.CanonicalJson;
import dev.maas.registry.format.Fields;
import dev.maas.registry.format.Sha256;
import dev.maas.registry.format.StrictJson;
import dev.maas.registry.store.ObjectInfo;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What lies under a key's tag: a small manifest that tells the key, since when, and where its bytes are. Immutable.
 *
 * <p>The bytes lie in the manifest itself, or in a blob that is its only layer, or in a manifest that it lists. Each entry has a random mark, so
 * that no two are one manifest: who reads back what it wrote knows whether it is its own, and deleting one deletes no other.
 *
 * @param key the key
 * @param created since when it is there, by the registry's clock
 * @param mark what no other entry has
 * @param content where its bytes are
 */
record OciEntry(String key, Instant created, String mark, Content content) {
    static final String MANIFEST_TYPE = "application/vnd.oci.image.manifest.v1+json";
    static final String INDEX_TYPE = "application/vnd.oci.image.index.v1+json";
    static final String EMPTY_TYPE = "application/vnd.oci.empty.v1+json";
    private static final byte[] EMPTY_BYTES = "{}".getBytes(StandardCharsets.US_ASCII);
    static final String EMPTY_HEX = Sha256.hex(EMPTY_BYTES);

    private static final String ARTIFACT_TYPE = "application/vnd.maas.object.v1+json";
    private static final String KEY = "dev.maas.key";
    private static final String MARK = "dev.maas.mark";
    private static final String CONTENT = "dev.maas.content";
    private static final String DIGEST = "dev.maas.digest";
    private static final String CREATED = "org.opencontainers.image.created";
    private static final String WHAT = "An entry of the store";
    private static final SecureRandom RANDOM = new SecureRandom();

    /** Where bytes lie. */
    enum Place {
        /** In the entry. */
        INLINE,
        /** In a blob. */
        BLOB,
        /** In a manifest, that other tools read as one. */
        MANIFEST
    }

    /** Bytes, by their digest. */
    static final class Content {
        private final Place place;
        private final String mediaType;
        private final String hex;
        private final long size;
        private final byte[] inline;

        private Content(Place place, String mediaType, String hex, long size, byte[] inline) {
            this.place = place;
            this.mediaType = mediaType;
            this.hex = hex;
            this.size = size;
            this.inline = inline;
        }

        static Content inline(byte[] bytes) {
            return new Content(Place.INLINE, EMPTY_TYPE, Sha256.hex(bytes), bytes.length, bytes);
        }

        static Content blob(String mediaType, String hex, long size) {
            return new Content(Place.BLOB, mediaType, hex, size, new byte[0]);
        }

        static Content manifest(String mediaType, String hex, long size) {
            return new Content(Place.MANIFEST, mediaType, hex, size, new byte[0]);
        }

        Place place() {
            return place;
        }

        String mediaType() {
            return mediaType;
        }

        String hex() {
            return hex;
        }

        long size() {
            return size;
        }

        /** Returns the bytes of an entry that has them itself; they are not copied. */
        byte[] inline() {
            return inline;
        }
    }

    static OciEntry of(String key, Instant created, Content content) {
        byte[] mark = new byte[16];
        RANDOM.nextBytes(mark);
        return new OciEntry(key, created, HexFormat.of().formatHex(mark), content);
    }

    static byte[] emptyBytes() {
        return EMPTY_BYTES.clone();
    }

    ObjectInfo info() {
        return new ObjectInfo(key, content.size, created);
    }

    String mediaType() {
        return content.place == Place.MANIFEST ? INDEX_TYPE : MANIFEST_TYPE;
    }

    byte[] write() {
        JsonObject json = new JsonObject();
        json.addProperty("schemaVersion", 2);
        json.addProperty("mediaType", mediaType());
        json.addProperty("artifactType", ARTIFACT_TYPE);
        JsonObject annotations = new JsonObject();
        annotations.addProperty(KEY, key);
        annotations.addProperty(MARK, mark);
        annotations.addProperty(CREATED, created.toString());
        JsonObject content = descriptor(this.content.mediaType, this.content.hex, this.content.size);
        switch (this.content.place) {
            case MANIFEST -> json.add("manifests", list(content));
            case BLOB -> {
                json.add("config", empty());
                json.add("layers", list(content));
            }
            case INLINE -> {
                json.add("config", empty());
                json.add("layers", list(empty()));
                annotations.addProperty(CONTENT, Base64.getEncoder().encodeToString(this.content.inline));
                annotations.addProperty(DIGEST, Sha256.PREFIX + this.content.hex);
            }
        }
        json.add("annotations", annotations);
        return CanonicalJson.bytes(json);
    }

    private static JsonArray list(JsonObject only) {
        JsonArray list = new JsonArray();
        list.add(only);
        return list;
    }

    private static JsonObject empty() {
        return descriptor(EMPTY_TYPE, EMPTY_HEX, EMPTY_BYTES.length);
    }

    static JsonObject descriptor(String mediaType, String hex, long size) {
        JsonObject json = new JsonObject();
        json.addProperty("mediaType", mediaType);
        json.addProperty("digest", Sha256.PREFIX + hex);
        json.addProperty("size", size);
        return json;
    }

    /**
     * Reads what lies under a tag.
     *
     * @return the entry; empty if it is something else, which other programs put there
     * @throws IntegrityException if it is a damaged entry
     */
    static Optional<OciEntry> read(byte[] bytes) {
        Fields fields = new Fields(StrictJson.object(bytes, WHAT), WHAT);
        if (!fields.stringOr("artifactType", "").equals(ARTIFACT_TYPE)) {
            return Optional.empty();
        }
        Fields annotations = fields.object("annotations");
        Content content = fields.has("manifests")
                ? located(Place.MANIFEST, only(fields, "manifests"))
                : annotations.has(CONTENT) ? inline(annotations) : located(Place.BLOB, only(fields, "layers"));
        return Optional.of(
                new OciEntry(annotations.string(KEY), annotations.instant(CREATED), annotations.string(MARK), content));
    }

    private static Fields only(Fields fields, String name) {
        List<Fields> list = fields.objects(name);
        if (list.size() != 1) {
            throw fields.wrong(name, "has " + list.size() + " parts where 1 is right");
        }
        return list.get(0);
    }

    private static Content located(Place place, Fields descriptor) {
        return new Content(
                place,
                descriptor.string("mediaType"),
                descriptor.digest("digest"),
                descriptor.whole("size", 0, 1L << 53),
                new byte[0]);
    }

    private static Content inline(Fields annotations) {
        byte[] bytes;
        try {
            bytes = Base64.getDecoder().decode(annotations.string(CONTENT));
        } catch (IllegalArgumentException e) {
            throw annotations.wrong(CONTENT, "is not Base64");
        }
        Content content = Content.inline(bytes);
        if (!content.hex.equals(annotations.digest(DIGEST))) {
            throw annotations.wrong(CONTENT, "does not have the digest that stands beside it");
        }
        return content;
    }

    /** Returns part of its own bytes, or of bytes that were fetched. */
    static byte[] slice(byte[] bytes, long offset, long length) {
        int from = (int) Math.min(offset, bytes.length);
        return Arrays.copyOfRange(bytes, from, from + (int) Math.min(length, bytes.length - from));
    }

    /** Says whether an entry may stand under a key: it must be that key's, and of the digest that the key names. */
    @Nullable
    String mismatch(String expectedKey) {
        if (!key.equals(expectedKey)) {
            return "its entry is one of '" + key.replaceAll("[^ -~]", "?") + "'";
        }
        boolean fits = OciTags.blob(key).map(content.hex::equals).orElse(true);
        return fits ? null : "its entry names other bytes than the key";
    }
}
