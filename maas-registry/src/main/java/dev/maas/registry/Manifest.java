package dev.maas.registry;

import dev.maas.IntegrityException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * What a version consists of: a CNCF ModelPack manifest, which is an OCI image manifest with a layer for each file. Immutable.
 *
 * @param config the description for tools that know ModelPack
 * @param layers the files, the entry first, and our facts
 */
record Manifest(Descriptor config, List<Descriptor> layers) {
    static final String MEDIA_TYPE = "application/vnd.oci.image.manifest.v1+json";
    static final String ARTIFACT_TYPE = "application/vnd.cncf.model.manifest.v1+json";
    static final String CONFIG_TYPE = "application/vnd.cncf.model.config.v1+json";

    /** The file that our facts become where the layers are unpacked; no file of a package may have its name. */
    static final String FACTS_FILE = "maas.json";

    static final String FACTS_TYPE = "application/vnd.cncf.model.weight.config.v1.raw";
    static final String FILEPATH = "org.cncf.model.filepath";
    static final String UNTESTED = "org.cncf.model.file.mediatype.untested";
    static final String TITLE = "org.opencontainers.image.title";

    Manifest {
        layers = List.copyOf(layers);
    }

    /**
     * One blob of a manifest.
     *
     * @param mediaType what it is
     * @param hex its digest
     * @param size the number of its bytes
     * @param annotations texts about it
     */
    record Descriptor(String mediaType, String hex, long size, Map<String, String> annotations) {
        Descriptor {
            annotations = Map.copyOf(annotations);
        }

        static Descriptor file(String name, String mediaType, String hex, long size) {
            return new Descriptor(mediaType, hex, size, Map.of(FILEPATH, name, TITLE, name, UNTESTED, "true"));
        }

        Optional<String> file() {
            return Optional.ofNullable(annotations.get(FILEPATH));
        }
    }

    /** Returns the layer of our own facts. */
    Descriptor facts() {
        return layers.stream()
                .filter(layer -> layer.file().filter(FACTS_FILE::equals).isPresent())
                .findFirst()
                .orElseThrow(() -> new IntegrityException("A manifest has no layer '" + FACTS_FILE
                        + "', which a registry's own manifests have; import the artifact instead"));
    }

    /** Returns the files by name, without our facts. */
    Map<String, Descriptor> files() {
        Map<String, Descriptor> files = new LinkedHashMap<>();
        for (Descriptor layer : layers) {
            String name = layer.file().orElse(FACTS_FILE);
            if (!name.equals(FACTS_FILE)) {
                files.put(name, layer);
            }
        }
        return files;
    }

    /** Returns the digest of each file by its name, our facts among them. */
    Map<String, String> digests() {
        Map<String, String> digests = new LinkedHashMap<>();
        layers.forEach(layer -> layer.file().ifPresent(name -> digests.put(name, layer.hex)));
        return digests;
    }

    /** Returns the digests of all blobs that it needs. */
    List<String> blobs() {
        List<String> blobs = new ArrayList<>();
        blobs.add(config.hex);
        layers.forEach(layer -> blobs.add(layer.hex));
        return blobs;
    }

    /** Returns the media type that ModelPack has for a file of that name, as well as a name can tell. */
    static String mediaType(String file, boolean entry) {
        String name = file.substring(file.lastIndexOf('/') + 1).toLowerCase(Locale.ROOT);
        String kind = "weight";
        if (!entry && (name.startsWith("readme") || name.startsWith("license") || name.endsWith(".md"))) {
            kind = "doc";
        } else if (!entry && (name.endsWith(".json") || name.endsWith(".yaml") || name.endsWith(".txt"))) {
            kind = "weight.config";
        } else if (!entry && name.endsWith(".py")) {
            kind = "code";
        }
        return "application/vnd.cncf.model." + kind + ".v1.raw";
    }
}
