package dev.maas.registry;

import dev.maas.ModelPackage;
import dev.maas.ModelSource;
import dev.maas.Predictor;
import dev.maas.registry.seal.KeyFile;
import dev.maas.registry.seal.KeyWrapper;
import dev.maas.registry.seal.WrappedKey;
import dev.maas.registry.store.ObjectContent;
import dev.maas.registry.store.TestStores;
import dev.maas.serving.ModelService;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.Stream;

/**
 * Publishes, loads and calls encrypted models in a JVM of its own, and searches the disk for their content at every step: the folder for temporary
 * files, the store, the working folder, and every file that the process has open, those without a name among them.
 * {@link PlaintextTest} runs it.
 */
final class PlaintextHunt {
    private static final int MARKER_BYTES = 48;
    private static final int OUTPUTS = 4200;

    private final List<Path> folders;
    private final List<byte[]> markers;
    private int looks;
    private int files;

    private PlaintextHunt(List<Path> folders, List<byte[]> markers) {
        this.folders = folders;
        this.markers = markers;
    }

    /** Takes the folder for the store; the working folder and {@code java.io.tmpdir} are others below the same one. */
    public static void main(String[] args) throws Exception {
        Path store = Path.of(args[0]);
        Path temporary = Path.of(System.getProperty("java.io.tmpdir"));
        byte[] large = OnnxBytes.model("MatMul", 64, OUTPUTS, weight());
        byte[] external = new byte[4096 + 4 * Float.BYTES];
        ByteBuffer.wrap(external)
                .order(ByteOrder.LITTLE_ENDIAN)
                .position(4096)
                .asFloatBuffer()
                .put(new float[] {1, 2, 3, 4});
        byte[] secret = "nobody must find these 48 bytes, or it is over!!".getBytes(StandardCharsets.US_ASCII);
        System.arraycopy(secret, 0, external, 1000, secret.length);
        byte[] middle = Arrays.copyOfRange(large, large.length / 2, large.length / 2 + MARKER_BYTES);
        PlaintextHunt hunt =
                new PlaintextHunt(List.of(store, temporary, Path.of("").toAbsolutePath()), List.of(middle, secret));
        hunt.requireThatItFinds(temporary, secret);
        hunt.run(
                store,
                large,
                Map.of(
                        "model.onnx",
                        OnnxBytes.withWeightIn("weights.bin", 4096, "Add", OnnxBytes.FLOAT32, 4),
                        "weights.bin",
                        external));
        System.out.println("clean after " + hunt.looks + " looks at " + hunt.files + " files");
    }

    /** Odd bytes that make small numbers, more than one segment of ciphertext. */
    private static byte[] weight() {
        ByteBuffer weight = ByteBuffer.allocate(64 * OUTPUTS * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        SplittableRandom random = new SplittableRandom(1);
        while (weight.hasRemaining()) {
            weight.putFloat((float) random.nextDouble());
        }
        return weight.array();
    }

    /** A search that finds nothing proves nothing unless it finds what is there, with a name and without. */
    private void requireThatItFinds(Path temporary, byte[] secret) throws IOException {
        Path file = Files.write(temporary.resolve("planted"), secret);
        requireFound("a file");
        try (FileChannel open = FileChannel.open(file, StandardOpenOption.READ)) {
            Files.delete(file);
            if (Files.isDirectory(Path.of("/proc/self/fd"))) {
                requireFound("an open file of " + open.size() + " bytes without a name");
            }
        }
        look("before anything");
    }

    private void requireFound(String what) throws IOException {
        if (found().isEmpty()) {
            throw new IllegalStateException("The search does not find " + what);
        }
    }

    private void run(Path folder, byte[] large, Map<String, byte[]> external) throws IOException {
        Path keyFile = folder.resolveSibling("keys.json");
        KeyFile.create(keyFile);
        KeyWrapper keys = new Looking(KeyWrapper.localFile(keyFile));
        UnclosedStore store = new UnclosedStore(TestStores.file(folder)) {
            @Override
            public boolean putIfAbsent(String key, ObjectContent content) {
                look("before a put");
                boolean won = super.putIfAbsent(key, content);
                look("after a put");
                return won;
            }
        };
        try (ManagedRegistry registry =
                Registries.open(store, RegistryOptions.defaults().encryptWith(keys))) {
            registry.publish(ModelPackage.of(large).name("large"));
            registry.publish(
                    ModelPackage.of(ModelSource.of("model.onnx", external)).name("external"));
            look("after publishing");
            try (ModelService service = ModelService.of(registry)) {
                Predictor<float[], float[]> first = service.predictor("large", float[].class, float[].class);
                require(first.predict(new float[64]).length == OUTPUTS);
                look("while the large model is loaded");
                Predictor<float[], float[]> second = service.predictor("external", float[].class, float[].class);
                require(Arrays.equals(second.predict(new float[4]), new float[] {1, 2, 3, 4}));
                look("while the model with weights of its own is loaded");
            }
        }
        store.store.close();
        look("after closing");
    }

    private static void require(boolean expected) {
        if (!expected) {
            throw new IllegalStateException("The model gives something else");
        }
    }

    private final class Looking implements KeyWrapper {
        private final KeyWrapper keys;

        Looking(KeyWrapper keys) {
            this.keys = keys;
        }

        @Override
        public String keyId() {
            return keys.keyId();
        }

        @Override
        public WrappedKey wrap(byte[] dataKey, byte[] context) {
            look("before encrypting");
            return keys.wrap(dataKey, context);
        }

        @Override
        public byte[] unwrap(WrappedKey wrapped, byte[] context) {
            look("before decrypting");
            return keys.unwrap(wrapped, context);
        }
    }

    // The search.

    private void look(String when) {
        try {
            looks++;
            List<String> found = found();
            if (!found.isEmpty()) {
                throw new IllegalStateException("In the clear " + when + ": " + found);
            }
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    private List<String> found() throws IOException {
        List<String> found = new ArrayList<>();
        for (Path folder : folders) {
            if (Files.isDirectory(folder)) {
                try (Stream<Path> paths = Files.walk(folder)) {
                    search(paths.filter(Files::isRegularFile).toList(), found);
                }
            }
        }
        Path open = Path.of("/proc/self/fd");
        if (Files.isDirectory(open)) {
            try (Stream<Path> paths = Files.list(open)) {
                search(
                        paths.filter(Files::isRegularFile)
                                .filter(path -> !isOfTheJvm(path))
                                .toList(),
                        found);
            }
        }
        return found;
    }

    /** Jars and the JVM's own files were there before. */
    private static boolean isOfTheJvm(Path descriptor) {
        try {
            String name = Files.readSymbolicLink(descriptor).toString();
            return name.endsWith(".jar") || name.endsWith("/modules") || name.endsWith(".jsa");
        } catch (IOException e) {
            // It was closed meanwhile.
            return true;
        }
    }

    private void search(List<Path> paths, List<String> found) throws IOException {
        for (Path path : paths) {
            files++;
            byte[] content;
            try {
                content = Files.readAllBytes(path);
            } catch (java.nio.file.NoSuchFileException e) {
                continue;
            }
            String text = new String(content, StandardCharsets.ISO_8859_1);
            for (byte[] marker : markers) {
                if (text.contains(new String(marker, StandardCharsets.ISO_8859_1))) {
                    found.add(path.toString());
                }
            }
        }
    }
}
