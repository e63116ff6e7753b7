package dev.maas.registry;

import dev.maas.ModelPackage;
import dev.maas.ModelSource;
import dev.maas.ModelVersion;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Random;

/**
 * Publishes and opens one large file, exports and imports it, and tells what it costs. Run it by {@code main} with a folder and a size in MB, under a small heap, such as
 * {@code -Xmx32m}: the file does not fit.
 */
final class BlobHarness {
    private BlobHarness() {}

    public static void main(String[] args) throws Exception {
        Path folder = Files.createDirectories(Path.of(args[0]));
        int megabytes = Integer.parseInt(args[1]);
        Path file = folder.resolve("large.onnx");
        write(file, megabytes);
        try (ManagedRegistry registry = Registries.open(folder.resolve("store"), TestModels.OPTIONS)) {
            ModelPackage modelPackage = ModelPackage.of(file).name("large").signature(TestModels.SIGNATURE);
            long start = System.nanoTime();
            ModelVersion version = registry.publish(modelPackage);
            figure("registry.publish.large", start, megabytes);
            start = System.nanoTime();
            registry.publish(modelPackage);
            figure("registry.publish.large.again", start, megabytes);
            start = System.nanoTime();
            registry.open(version).close();
            figure("registry.open.large.known", start, megabytes);
        }
        try (ManagedRegistry registry = Registries.open(folder.resolve("store"), TestModels.OPTIONS)) {
            ModelVersion version = registry.resolve("large");
            long start = System.nanoTime();
            try (ModelSource source = registry.open(version)) {
                if (source.size("large.onnx") != (long) megabytes << 20) {
                    throw new IllegalStateException("The size is wrong");
                }
            }
            figure("registry.open.large.first", start, megabytes);
        }
        exchange(folder, megabytes);
        System.out.println("figure registry.heap.max " + (Runtime.getRuntime().maxMemory() >> 20) + " MB");
    }

    private static void exchange(Path folder, int megabytes) {
        Path archive = folder.resolve("large.tar");
        try (ManagedRegistry from = Registries.open(folder.resolve("store"), TestModels.OPTIONS);
                ManagedRegistry to = Registries.open(folder.resolve("other"), TestModels.OPTIONS)) {
            long start = System.nanoTime();
            from.exportModel("large", archive);
            figure("registry.export.large", start, megabytes);
            start = System.nanoTime();
            if (to.importModel(archive).newEntries() != 2) {
                throw new IllegalStateException("The history is another");
            }
            figure("registry.import.large", start, megabytes);
        }
    }

    private static void write(Path file, int megabytes) throws IOException {
        byte[] block = new byte[1 << 20];
        Random random = new Random(3);
        try (OutputStream out = Files.newOutputStream(file)) {
            for (int i = 0; i < megabytes; i++) {
                random.nextBytes(block);
                out.write(block);
            }
        }
    }

    private static void figure(String name, long start, int megabytes) {
        double seconds = (System.nanoTime() - start) / 1e9;
        System.out.printf(Locale.ROOT, "figure %s %.3f s%n", name, seconds);
        System.out.printf(Locale.ROOT, "figure %s.rate %.0f MB/s%n", name, megabytes / seconds);
    }
}
