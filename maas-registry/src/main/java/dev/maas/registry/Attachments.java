package dev.maas.registry;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import dev.maas.IntegrityException;
import dev.maas.InvalidInputException;
import dev.maas.registry.cache.ChunkIndex;
import dev.maas.registry.format.CanonicalJson;
import dev.maas.registry.format.Fields;
import dev.maas.registry.format.Sha256;
import dev.maas.registry.format.StrictJson;
import dev.maas.registry.store.ObjectContent;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/** Writes and reads the artifacts that refer to versions: OCI image manifests with a subject, an empty config and one layer. */
final class Attachments {
    static final int LARGEST = 16 << 20;

    private static final int INDEX_BLOBS = 4;
    private static final Pattern TYPE = Pattern.compile("[A-Za-z0-9!#$&^_.+-]{1,127}/[A-Za-z0-9!#$&^_.+-]{1,127}");
    private static final String EMPTY_TYPE = "application/vnd.oci.empty.v1+json";
    private static final byte[] EMPTY = "{}".getBytes(StandardCharsets.US_ASCII);

    private Attachments() {}

    /** An artifact, ready to be put. */
    static final class Artifact {
        private final String type;
        private final byte[] content;
        private final byte[] manifest;
        private final String manifestHex;

        /** What it is about besides its subject, such as one blob of that. */
        private final List<String> about;

        private Artifact(String type, byte[] content, byte[] manifest, List<String> about) {
            this.about = about;
            this.type = type;
            this.content = content;
            this.manifest = manifest;
            this.manifestHex = Sha256.hex(manifest);
        }

        String manifestHex() {
            return manifestHex;
        }

        List<String> hexes() {
            List<String> hexes = new ArrayList<>(List.of(Sha256.hex(content), Sha256.hex(EMPTY), manifestHex));
            hexes.addAll(about);
            return hexes;
        }

        /** Returns its blobs by their digests, the manifest last. */
        Map<String, ObjectContent> blobs() {
            Map<String, ObjectContent> blobs = new LinkedHashMap<>();
            blobs.put(Sha256.hex(content), ObjectContent.of(content, type));
            blobs.put(Sha256.hex(EMPTY), ObjectContent.of(EMPTY, EMPTY_TYPE));
            blobs.put(manifestHex, ObjectContent.of(manifest, Manifest.MEDIA_TYPE));
            return blobs;
        }

        void put(Blobs blobs) {
            blobs().forEach(blobs::put);
        }

        Change.Attach change(int version) {
            return new Change.Attach(version, type, manifestHex, hexes());
        }
    }

    /** Returns what attaches something to a manifest that lies in a store. */
    static Artifact to(Blobs blobs, String subjectHex, String type, byte[] content) {
        return artifact(type, content, subjectHex, blobs.bytes(subjectHex, ManifestJson.LARGEST).length);
    }

    static Artifact artifact(String type, byte[] content, String subjectHex, long subjectSize) {
        return artifact(type, content, subjectHex, subjectSize, List.of());
    }

    /** Returns the index of the chunks of a blob, which needs the blob, and names it behind what it consists of. */
    static Artifact chunkIndex(String blobHex, byte[] index, String subjectHex, long subjectSize) {
        return artifact(ChunkIndex.MEDIA_TYPE, index, subjectHex, subjectSize, List.of(blobHex));
    }

    /** Returns which blob is the index of which, as a version's attachments say. */
    static Map<String, String> chunkIndexes(List<Change.Attach> attachments) {
        Map<String, String> indexes = new LinkedHashMap<>();
        for (Change.Attach attach : attachments) {
            if (attach.type().equals(ChunkIndex.MEDIA_TYPE) && attach.blobs().size() == INDEX_BLOBS) {
                indexes.put(attach.blobs().get(INDEX_BLOBS - 1), attach.blobs().get(0));
            }
        }
        return indexes;
    }

    private static Artifact artifact(
            String type, byte[] content, String subjectHex, long subjectSize, List<String> about) {
        if (!TYPE.matcher(type).matches()) {
            throw new InvalidInputException("What is attached has a media type like application/json; got '"
                    + type.replaceAll("\\p{Cntrl}", "?") + "'");
        }
        if (content.length > LARGEST) {
            throw new InvalidInputException("What is attached has up to " + LARGEST + " bytes; got " + content.length);
        }
        JsonObject json = new JsonObject();
        json.addProperty("schemaVersion", 2);
        json.addProperty("mediaType", Manifest.MEDIA_TYPE);
        json.addProperty("artifactType", type);
        json.add("config", descriptor(EMPTY_TYPE, Sha256.hex(EMPTY), EMPTY.length));
        JsonArray layers = new JsonArray();
        layers.add(descriptor(type, Sha256.hex(content), content.length));
        json.add("layers", layers);
        json.add("subject", descriptor(Manifest.MEDIA_TYPE, subjectHex, subjectSize));
        return new Artifact(type, content, CanonicalJson.bytes(json), about);
    }

    private static JsonObject descriptor(String type, String hex, long size) {
        JsonObject json = new JsonObject();
        json.addProperty("mediaType", type);
        json.addProperty("digest", Sha256.PREFIX + hex);
        json.addProperty("size", size);
        return json;
    }

    /** Reads the content of an artifact. */
    static byte[] read(Blobs blobs, String manifestHex) {
        return blobs.bytes(layer(manifest(blobs, manifestHex)).digest("digest"), LARGEST);
    }

    private static Fields manifest(Blobs blobs, String manifestHex) {
        String what = "The attachment " + Sha256.PREFIX + manifestHex;
        return new Fields(StrictJson.object(blobs.bytes(manifestHex, ManifestJson.LARGEST), what), what);
    }

    private static Fields layer(Fields manifest) {
        List<Fields> layers = manifest.objects("layers");
        if (layers.size() != 1) {
            throw manifest.wrong("layers", "has " + layers.size() + " entries where 1 is right");
        }
        return layers.get(0);
    }

    /**
     * Returns what an artifact needs besides its manifest.
     *
     * @throws IntegrityException if it is not sound, or refers to another subject
     */
    static List<BlobPiece> pieces(Blobs blobs, String manifestHex, String subjectHex) {
        Fields fields = manifest(blobs, manifestHex);
        if (!fields.object("subject").digest("digest").equals(subjectHex)) {
            throw fields.wrong("subject", "is another version");
        }
        return List.of(piece(layer(fields)), piece(fields.object("config")));
    }

    private static BlobPiece piece(Fields descriptor) {
        return new BlobPiece(
                descriptor.digest("digest"), descriptor.whole("size", 0, LARGEST), descriptor.string("mediaType"));
    }
}
