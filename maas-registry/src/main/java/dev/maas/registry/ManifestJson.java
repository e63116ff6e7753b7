package dev.maas.registry;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import dev.maas.IntegrityException;
import dev.maas.ModelLoadException;
import dev.maas.ModelMetadata;
import dev.maas.PackageFiles;
import dev.maas.registry.format.CanonicalJson;
import dev.maas.registry.format.Fields;
import dev.maas.registry.format.Sha256;
import dev.maas.registry.format.StrictJson;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.TreeMap;

/**
 * The written form of a {@link Manifest} and its config.
 *
 * <p>Both hold nothing that depends on when, where or by whom the version is published: equal content is equal bytes, in every store.
 * Readers pass over members that they do not know, as the OCI specification asks.
 */
final class ManifestJson {
    /** What registries of the OCI distribution specification accept at least. */
    static final int LARGEST = 4 << 20;

    private static final int MOST_LAYERS = 10_001;
    private static final long LARGEST_BLOB = 1L << 53;

    private ManifestJson() {}

    static byte[] write(Manifest manifest) {
        JsonObject json = new JsonObject();
        json.addProperty("schemaVersion", 2);
        json.addProperty("mediaType", Manifest.MEDIA_TYPE);
        json.addProperty("artifactType", Manifest.ARTIFACT_TYPE);
        json.add("config", descriptor(manifest.config()));
        JsonArray layers = new JsonArray();
        manifest.layers().forEach(layer -> layers.add(descriptor(layer)));
        json.add("layers", layers);
        return CanonicalJson.bytes(json);
    }

    private static JsonObject descriptor(Manifest.Descriptor descriptor) {
        JsonObject json = new JsonObject();
        json.addProperty("mediaType", descriptor.mediaType());
        json.addProperty("digest", Sha256.PREFIX + descriptor.hex());
        json.addProperty("size", descriptor.size());
        if (!descriptor.annotations().isEmpty()) {
            JsonObject annotations = new JsonObject();
            new TreeMap<>(descriptor.annotations()).forEach(annotations::addProperty);
            json.add("annotations", annotations);
        }
        return json;
    }

    /** Writes the config that ModelPack asks for; its schema allows no members of our own. */
    static byte[] writeConfig(String model, Facts facts, List<Manifest.Descriptor> layers) {
        ModelMetadata metadata = facts.metadata();
        JsonObject descriptor = new JsonObject();
        descriptor.addProperty("name", model);
        metadata.semanticVersion().ifPresent(version -> descriptor.addProperty("version", version));
        if (!metadata.description().isEmpty()) {
            descriptor.addProperty("description", metadata.description());
        }
        metadata.lineage().codeRevision().ifPresent(revision -> descriptor.addProperty("revision", revision));
        JsonObject config = new JsonObject();
        int dot = facts.entry().lastIndexOf('.');
        if (dot >= 0) {
            config.addProperty("format", facts.entry().substring(dot + 1).toLowerCase(Locale.ROOT));
        }
        JsonObject files = new JsonObject();
        files.addProperty("type", "layers");
        files.add(
                "diffIds",
                FactsJson.array(layers.stream()
                        .map(layer -> Sha256.PREFIX + layer.hex())
                        .toList()));
        JsonObject json = new JsonObject();
        json.add("descriptor", descriptor);
        json.add("config", config);
        json.add("modelfs", files);
        return CanonicalJson.bytes(json);
    }

    /**
     * Reads a manifest that may be hostile.
     *
     * @throws IntegrityException if it is not sound
     */
    static Manifest read(byte[] bytes, String what) {
        Fields fields = new Fields(StrictJson.object(bytes, what), what);
        fields.whole("schemaVersion", 2, 2);
        requireText(fields, "mediaType", Manifest.MEDIA_TYPE);
        requireText(fields, "artifactType", Manifest.ARTIFACT_TYPE);
        List<Manifest.Descriptor> layers = new ArrayList<>();
        for (Fields layer : fields.objects("layers")) {
            layers.add(readDescriptor(layer));
        }
        if (layers.isEmpty() || layers.size() > MOST_LAYERS) {
            throw fields.wrong("layers", "has " + layers.size() + " entries; 1 to " + MOST_LAYERS + " are allowed");
        }
        requireNames(layers, what);
        for (Manifest.Descriptor layer : layers) {
            boolean encrypted = EncryptedLayer.find(layer, what).isPresent();
            if (encrypted && layer.file().filter(Manifest.FACTS_FILE::equals).isPresent()) {
                throw new IntegrityException(what + " has an encrypted layer '" + Manifest.FACTS_FILE
                        + "', which everybody must be able to read");
            }
        }
        Fields config = fields.object("config");
        requireText(config, "mediaType", Manifest.CONFIG_TYPE);
        return new Manifest(readDescriptor(config), layers);
    }

    private static void requireText(Fields fields, String name, String expected) {
        if (!fields.string(name).equals(expected)) {
            throw fields.wrong(name, "is not " + expected);
        }
    }

    private static Manifest.Descriptor readDescriptor(Fields fields) {
        return new Manifest.Descriptor(
                fields.string("mediaType"),
                fields.digest("digest"),
                fields.whole("size", 0, LARGEST_BLOB),
                fields.texts("annotations"));
    }

    private static void requireNames(List<Manifest.Descriptor> layers, String what) {
        try {
            PackageFiles.requireNames(layers.stream()
                    .map(layer -> layer.file()
                            .orElseThrow(
                                    () -> new IntegrityException(what + " has a layer without " + Manifest.FILEPATH)))
                    .toList());
            long total = 0;
            for (Manifest.Descriptor layer : layers) {
                total = Math.addExact(total, layer.size());
            }
        } catch (ModelLoadException | ArithmeticException e) {
            throw new IntegrityException(what + " is not sound: " + e.getMessage(), e);
        }
    }
}
