package dev.maas.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.util.Base64;
import java.util.stream.Stream;

/** Models and keys for tests. */
final class Samples {
    static final Path FLOWERS = Path.of("sample", "flowers.onnx").toAbsolutePath();
    static final Path FLOWERS_CSV = Path.of("sample", "flowers.csv").toAbsolutePath();
    static final Path REQUEST = Path.of("sample", "request.json").toAbsolutePath();

    private Samples() {}

    /** Returns a model of the test's resources. */
    static Path model(String name) {
        return Path.of("src", "test", "resources", "models", name + ".onnx").toAbsolutePath();
    }

    /** Publishes the flowers, with the names of their columns. */
    static MaasRun publishFlowers(Path registry, String... more) {
        String[] words = {
            "publish",
            "flowers",
            FLOWERS.toString(),
            "-c",
            "x=sepal_length,sepal_width,petal_length,petal_width",
            "-c",
            "scores=setosa,versicolor,virginica"
        };
        MaasRun run = MaasRun.in(registry, words(words, more));
        if (run.status() != 0) {
            throw new AssertionError(run.toString());
        }
        return run;
    }

    /** Signs by the keys {@code SIGNER.pem} and {@code SIGNER.pub} of a folder. */
    static MaasRun sign(Path registry, Path keys, String model, String signer, String... more) {
        String[] words = {
            "sign",
            model,
            "--key",
            keys.resolve(signer + ".pem").toString(),
            "--public-key",
            keys.resolve(signer + ".pub").toString()
        };
        return MaasRun.in(registry, words(words, more));
    }

    /** Returns words and more of them. */
    static String[] words(String[] words, String... more) {
        return Stream.concat(Stream.of(words), Stream.of(more)).toArray(String[]::new);
    }

    /** Copies a registry, which costs less than to publish into another. */
    static Path copy(Path registry, Path target) throws IOException {
        try (Stream<Path> all = Files.walk(registry)) {
            for (Path path : (Iterable<Path>) all::iterator) {
                Files.copy(path, target.resolve(registry.relativize(path).toString()));
            }
        }
        return target;
    }

    /** Writes a pair of keys, {@code NAME.pem} and {@code NAME.pub}, as openssl would. */
    static void keys(Path folder, String name) throws IOException, GeneralSecurityException {
        KeyPair keys = KeyPairGenerator.getInstance("Ed25519").generateKeyPair();
        Path secret = write(
                folder.resolve(name + ".pem"), "PRIVATE KEY", keys.getPrivate().getEncoded());
        if (Files.getFileStore(secret).supportsFileAttributeView("posix")) {
            Files.setPosixFilePermissions(secret, PosixFilePermissions.fromString("rw-------"));
        }
        write(folder.resolve(name + ".pub"), "PUBLIC KEY", keys.getPublic().getEncoded());
    }

    private static Path write(Path file, String type, byte[] bytes) throws IOException {
        String base64 = Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(bytes);
        return Files.writeString(file, "-----BEGIN " + type + "-----\n" + base64 + "\n-----END " + type + "-----\n");
    }
}
