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
import dev.maas.registry.store.WrongBytesException;
import dev.maas.tensor.Signature;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;

/**
 * Reads a package on its way into a registry: checks its names, reads its signature, hashes its files, and writes its manifest. Files are
 * streamed, so that their size does not matter to memory.
 */
final class PackageReader {
    private static final int BUFFER_BYTES = 1 << 16;

    private final List<ModelInspector> inspectors;

    PackageReader(List<ModelInspector> inspectors) {
        this.inspectors = inspectors;
    }

    /**
     * Reads a package.
     *
     * @throws ModelLoadException if its files are not sound or cannot be read
     * @throws InvalidInputException if it is incomplete
     */
    PreparedVersion read(ModelPackage modelPackage) {
        String model = modelPackage.name();
        ModelSource source = modelPackage.source();
        requireNames(source);
        Facts facts = new Facts(source.entry(), signature(modelPackage), modelPackage.metadata());
        Map<String, ObjectContent> blobs = new LinkedHashMap<>();
        List<Manifest.Descriptor> layers = new ArrayList<>();
        long byteSize = 0;
        for (String file : ordered(source)) {
            Manifest.Descriptor layer = hash(source, file);
            layers.add(layer);
            blobs.put(layer.hex(), new PackageFile(source, file, layer));
            byteSize += layer.size();
        }
        try {
            byte[] written = CanonicalJson.bytes(FactsJson.write(facts));
            layers.add(add(blobs, Manifest.FACTS_FILE, Manifest.FACTS_TYPE, written));
            byte[] config = ManifestJson.writeConfig(model, facts, layers);
            String configHex = Sha256.hex(config);
            blobs.put(configHex, ObjectContent.of(config, Manifest.CONFIG_TYPE));
            Manifest manifest = new Manifest(
                    new Manifest.Descriptor(Manifest.CONFIG_TYPE, configHex, config.length, Map.of()), layers);
            byte[] bytes = ManifestJson.write(manifest);
            if (bytes.length > ManifestJson.LARGEST) {
                throw new InvalidInputException("The package has too many files: its manifest has " + bytes.length
                        + " bytes, and " + ManifestJson.LARGEST + " are allowed");
            }
            String manifestHex = Sha256.hex(bytes);
            blobs.put(manifestHex, ObjectContent.of(bytes, Manifest.MEDIA_TYPE));
            return new PreparedVersion(
                    model, facts, Sha256.hex(written), manifestHex, byteSize, manifest.digests(), blobs, List.of());
        } catch (IllegalArgumentException e) {
            throw new InvalidInputException(
                    "What is said about '" + model + "' cannot be written: " + e.getMessage(), e);
        }
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

    private static Manifest.Descriptor hash(ModelSource source, String file) {
        MessageDigest digest = Sha256.start();
        long size = 0;
        byte[] buffer = new byte[BUFFER_BYTES];
        try (InputStream in = source.open(file)) {
            for (int count = in.read(buffer); count >= 0; count = in.read(buffer)) {
                digest.update(buffer, 0, count);
                size += count;
            }
        } catch (IOException e) {
            throw new ModelLoadException("The file '" + file + "' of the package cannot be read", e);
        }
        String type = Manifest.mediaType(file, file.equals(source.entry()));
        return Manifest.Descriptor.file(file, type, Sha256.hex(digest), size);
    }

    /** A file of the package, held against its digest while a store reads it: it may have changed since it was hashed. */
    record PackageFile(ModelSource source, String file, Manifest.Descriptor layer) implements ObjectContent {
        @Override
        public long size() {
            return layer.size();
        }

        @Override
        public String mediaType() {
            return layer.mediaType();
        }

        @Override
        public InputStream open() throws IOException {
            String what = "The file '" + file + "' of the package";
            return new FileStream(new VerifyingInputStream(source.open(file), what, layer.size(), layer.hex()), what);
        }
    }

    /** Thrown where a file of the package cannot be read or has changed, so that the store is not blamed. */
    static final class FileFailure extends IOException {
        private static final long serialVersionUID = 1L;

        FileFailure(String message, IOException cause) {
            super(message, cause);
        }
    }

    /** Marks every failure of a file of the package. */
    private static final class FileStream extends FilterInputStream {
        private final String what;

        FileStream(InputStream in, String what) {
            super(in);
            this.what = what;
        }

        @Override
        public int read() throws IOException {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
        }

        @Override
        public int read(byte[] bytes, int offset, int length) throws IOException {
            try {
                return in.read(bytes, offset, length);
            } catch (WrongBytesException e) {
                throw new FileFailure(what + " changed while it was published", e);
            } catch (IOException e) {
                throw new FileFailure(what + " cannot be read", e);
            }
        }
    }
}
