package dev.maas.registry;

import dev.maas.InvalidInputException;
import dev.maas.ModelInspector;
import dev.maas.ModelLoadException;
import dev.maas.ModelPackage;
import dev.maas.ModelSource;
import dev.maas.PackageFiles;
import dev.maas.registry.format.CanonicalJson;
import dev.maas.registry.format.Sha256;
import dev.maas.registry.store.ObjectContent;
import dev.maas.tensor.Signature;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import java.util.function.Supplier;

/**
 * Reads a package on its way into a registry: checks its names, reads its signature, hashes and perhaps encrypts its files, and writes its
 * manifest. Files are streamed, so that their size does not matter to memory.
 */
final class PackageReader {
    private final List<ModelInspector> inspectors;
    private final SealOptions seal;

    PackageReader(List<ModelInspector> inspectors, SealOptions seal) {
        this.inspectors = inspectors;
        this.seal = seal;
    }

    /**
     * Reads a package.
     *
     * @return the package, which the caller closes
     * @throws ModelLoadException if its files are not sound, too many or too large, or cannot be read
     * @throws InvalidInputException if it is incomplete, or should be encrypted and could not be loaded then
     */
    PreparedVersion read(ModelPackage modelPackage) {
        String model = modelPackage.name();
        ModelSource source = modelPackage.source();
        requireNames(source);
        requireMemory(source);
        Facts facts = new Facts(source.entry(), signature(modelPackage), modelPackage.metadata());
        byte[] written = written(model, () -> CanonicalJson.bytes(FactsJson.write(facts)));
        FilePacker packer = new FilePacker(source, seal.encryption(), model, Sha256.hex(written), seal.limits());
        try {
            return read(model, facts, written, packer, ordered(source));
        } catch (RuntimeException | Error e) {
            packer.close();
            throw e;
        }
    }

    private static PreparedVersion read(
            String model, Facts facts, byte[] written, FilePacker packer, List<String> files) {
        Map<String, ObjectContent> blobs = new LinkedHashMap<>();
        List<Manifest.Descriptor> layers = new ArrayList<>();
        for (String file : files) {
            FilePacker.Packed packed = packer.pack(file);
            layers.add(packed.layer());
            blobs.put(packed.layer().hex(), packed.content());
        }
        layers.add(add(blobs, Manifest.FACTS_FILE, Manifest.FACTS_TYPE, written));
        byte[] config = written(model, () -> ManifestJson.writeConfig(model, facts, layers));
        String configHex = Sha256.hex(config);
        blobs.put(configHex, ObjectContent.of(config, Manifest.CONFIG_TYPE));
        Manifest manifest =
                new Manifest(new Manifest.Descriptor(Manifest.CONFIG_TYPE, configHex, config.length, Map.of()), layers);
        byte[] bytes = written(model, () -> ManifestJson.write(manifest));
        if (bytes.length > ManifestJson.LARGEST) {
            throw new InvalidInputException("The package has too many files: its manifest has " + bytes.length
                    + " bytes, and " + ManifestJson.LARGEST + " are allowed");
        }
        String manifestHex = Sha256.hex(bytes);
        blobs.put(manifestHex, ObjectContent.of(bytes, Manifest.MEDIA_TYPE));
        List<Attachments.Artifact> indexes = new ArrayList<>();
        packer.chunkIndexes()
                .forEach((hex, index) -> indexes.add(Attachments.chunkIndex(hex, index, manifestHex, bytes.length)));
        return new PreparedVersion(
                model, facts, Sha256.hex(written), manifestHex, manifest.digests(), blobs, indexes, packer);
    }

    /** Writes what its publisher said, which may not be fit to be written. */
    private static byte[] written(String model, Supplier<byte[]> writing) {
        try {
            return writing.get();
        } catch (IllegalArgumentException e) {
            throw new InvalidInputException(
                    "What is said about '" + model + "' cannot be written: " + e.getMessage(), e);
        }
    }

    /** What is encrypted is never in a file in the clear, so that no engine can be given one. */
    private void requireMemory(ModelSource source) {
        if (seal.encryption() == null) {
            return;
        }
        inspectors.stream()
                .map(inspector -> inspector.needsFiles(source))
                .flatMap(Optional::stream)
                .findFirst()
                .ifPresent(reason -> {
                    throw new InvalidInputException("The model '" + source.entry()
                            + "' cannot be encrypted, since it could not be loaded: " + reason);
                });
    }

    private static Manifest.Descriptor add(
            Map<String, ObjectContent> blobs, String file, String mediaType, byte[] bytes) {
        String hex = Sha256.hex(bytes);
        blobs.put(hex, ObjectContent.of(bytes, mediaType));
        return Manifest.Descriptor.file(file, mediaType, hex, bytes.length);
    }

    private static void requireNames(ModelSource source) {
        List<String> names = new ArrayList<>(source.files());
        if (names.stream().anyMatch(Manifest.FACTS_FILE::equalsIgnoreCase)) {
            throw new ModelLoadException("A package has no '" + Manifest.FACTS_FILE
                    + "' of its own: the registry's facts take that name. Rename the file");
        }
        PackageFiles.requireNames(names);
        if (!names.contains(source.entry())) {
            throw new ModelLoadException(
                    "The file to load, '" + source.entry() + "', is not among the package's files");
        }
    }

    private static List<String> ordered(ModelSource source) {
        List<String> names = new ArrayList<>();
        names.add(source.entry());
        new TreeSet<>(source.files())
                .stream().filter(name -> !name.equals(source.entry())).forEach(names::add);
        return names;
    }

    private Signature signature(ModelPackage modelPackage) {
        Optional<Signature> read = inspectors.stream()
                .map(inspector -> inspector.inspect(modelPackage.source()))
                .flatMap(Optional::stream)
                .findFirst();
        Optional<Signature> given = modelPackage.signature();
        if (read.isPresent() && given.isPresent() && !read.get().equals(given.get())) {
            throw new InvalidInputException("The signature of the package is not that of its model.\n  given: "
                    + given.get() + "\n  model: " + read.get()
                    + "\nLeave the signature out; it is read from the model");
        }
        return read.or(() -> given)
                .orElseThrow(() -> new InvalidInputException("The signature of '"
                        + modelPackage.source().entry()
                        + "' cannot be read from the file: give it by ModelPackage.signature(…), or put the jar that reads"
                        + " its format on the class path"));
    }
}
