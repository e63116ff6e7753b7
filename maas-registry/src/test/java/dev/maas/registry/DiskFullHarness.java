package dev.maas.registry;

import static org.assertj.core.api.Assertions.assertThat;

import dev.maas.ModelPackage;
import dev.maas.ModelSource;
import dev.maas.ModelVersion;
import dev.maas.Page;
import dev.maas.RegistryException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;

/**
 * Fills the disk under a registry: a tmpfs of 4 MB in a mount namespace of its own. Publishing fails with an error that names the store; what was
 * published before stays whole and readable; and once there is room again, publishing goes on with the next number. Run it by {@code main}
 * with a folder and the number of rounds; it needs the right to mount.
 */
final class DiskFullHarness {
    private static final String MOUNT = "mount -t tmpfs -o size=4m tmpfs \"$0\" && exec \"$@\"";

    private DiskFullHarness() {}

    public static void main(String[] args) throws Exception {
        if (args[0].equals("child")) {
            fill(Path.of(args[1]), Integer.parseInt(args[2]));
            return;
        }
        if (!isPermitted()) {
            System.out.println("skipped: mounting in a namespace of one's own is not permitted here");
            return;
        }
        System.out.print(run(Files.createDirectories(Path.of(args[0])), Integer.parseInt(args[1])));
    }

    static boolean isPermitted() {
        try {
            Process process = new ProcessBuilder("unshare", "-m", "mount", "-t", "tmpfs", "tmpfs", "/mnt")
                    .redirectErrorStream(true)
                    .start();
            process.getInputStream().readAllBytes();
            return process.waitFor() == 0;
        } catch (IOException e) {
            return false;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    /** Returns what the child printed. */
    static String run(Path folder, int rounds) throws Exception {
        List<String> command = new ArrayList<>(List.of("unshare", "-m", "sh", "-c", MOUNT, folder.toString()));
        command.addAll(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "-Xmx128m",
                "-cp",
                System.getProperty("java.class.path"),
                DiskFullHarness.class.getName(),
                "child",
                folder.toString(),
                Integer.toString(rounds)));
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(output).isZero();
        return output;
    }

    private static void fill(Path disk, int rounds) throws Exception {
        assertThat(Files.getFileStore(disk).getTotalSpace())
                .as("the disk that is filled is the small one")
                .isEqualTo(4 << 20);
        Random random = new Random(1);
        int versions = 0;
        int failures = 0;
        for (int round = 0; round < rounds; round++) {
            // Each round has the disk for itself; what one published would leave too little for the next.
            Path models = disk.resolve("models");
            List<byte[]> published = new ArrayList<>();
            byte[] filler = new byte[(int) Files.getFileStore(disk).getUsableSpace() / 2];
            Path reserve = Files.write(disk.resolve("reserve"), filler);
            // A process that opens the registry on a disk that fills up, and one that opens it on the full disk.
            try (ManagedRegistry registry = Registries.open(models, TestModels.OPTIONS)) {
                failures += publishUntilFull(registry, random, published);
                check(registry, published);
            }
            Files.delete(reserve);
            try (ManagedRegistry registry = Registries.open(models, TestModels.OPTIONS)) {
                check(registry, published);
                byte[] content = content(random, 1_000);
                assertThat(publish(registry, content)).isEqualTo(published.size() + 1);
                published.add(content);
                check(registry, published);
            }
            versions += published.size();
            remove(models);
        }
        System.out.println("figure registry.diskfull.rounds " + rounds + " count");
        System.out.println("figure registry.diskfull.versions " + versions + " count");
        System.out.println("figure registry.diskfull.failures " + failures + " count");
    }

    private static void remove(Path folder) throws IOException {
        try (Stream<Path> paths = Files.walk(folder)) {
            for (Path path : paths.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(path);
            }
        }
    }

    private static byte[] content(Random random, int size) {
        byte[] content = new byte[size];
        random.nextBytes(content);
        return content;
    }

    private static int publish(ManagedRegistry registry, byte[] content) {
        return registry.publish(ModelPackage.of(content).name("spam").signature(TestModels.SIGNATURE))
                .number();
    }

    /** Returns how often publishing failed: with large files first, and then with ever smaller ones, down to the log's own entries. */
    private static int publishUntilFull(ManagedRegistry registry, Random random, List<byte[]> published) {
        int failures = 0;
        for (int size = 100_000; size > 10; ) {
            byte[] content = content(random, size);
            try {
                assertThat(publish(registry, content)).isEqualTo(published.size() + 1);
                published.add(content);
            } catch (RegistryException e) {
                failures++;
                assertThat(e.getMessage()).contains("file store").doesNotContain("/tmp");
                size /= 4;
            }
        }
        return failures;
    }

    private static void check(ManagedRegistry registry, List<byte[]> published) throws IOException {
        List<ModelVersion> versions =
                registry.versions("spam", Page.Request.first(1000)).items();
        assertThat(versions).hasSize(published.size());
        for (ModelVersion version : versions) {
            try (ModelSource source = registry.open(version);
                    InputStream in = source.open("model.onnx")) {
                assertThat(in.readAllBytes()).isEqualTo(published.get(version.number() - 1));
            }
        }
    }
}
