package dev.maas.cli;

import com.google.gson.JsonObject;
import dev.maas.registry.seal.KeyFile;
import dev.maas.registry.seal.Signer;
import java.io.IOException;
import java.nio.file.Path;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** Makes keys. */
@Command(
        name = "key",
        description =
                "Make keys: files of keys that encrypt models, and pairs of keys that sign them. No file is written over,"
                        + " and secrets can be read by their owner alone.")
final class KeyCommand extends MaasCommand {
    KeyCommand(Shell shell) {
        super(shell);
    }

    @Override
    int run() {
        throw new UsageException(
                "Which keys? 'maas key new FILE' makes one that encrypts, 'maas key rotate FILE' puts a newer"
                        + " one beside it, 'maas key signing PRIVATE PUBLIC' makes a pair that signs");
    }

    /** Makes a file with a key that encrypts. */
    @Command(
            name = "new",
            description =
                    "Make a file with a new key for --encryption-key. Who loses it loses every model that was encrypted by"
                            + " it: keep a copy where the registry is not.")
    static final class New extends MaasCommand {
        @Parameters(paramLabel = "FILE", description = "The file to make, such as registry-keys.json.")
        Path file = Path.of("");

        New(Shell shell) {
            super(shell);
        }

        @Override
        int run() {
            String id = KeyFile.create(file);
            answer(
                    () -> keyDocument(file, id),
                    () -> line("Made '" + file + "' with the key " + id
                            + "; keep a copy of it where the registry is not"));
            return 0;
        }
    }

    /** Adds a newer key to a file. */
    @Command(
            name = "rotate",
            description =
                    "Add a new key to a file of keys, which encrypts from now on; the others go on decrypting, and 'maas"
                            + " rewrap' makes them needless.")
    static final class Rotate extends MaasCommand {
        @Parameters(paramLabel = "FILE", description = "The file of keys.")
        Path file = Path.of("");

        Rotate(Shell shell) {
            super(shell);
        }

        @Override
        int run() {
            String id = KeyFile.rotate(file);
            answer(
                    () -> keyDocument(file, id),
                    () -> line("Added the key " + id + " to '" + file
                            + "', which encrypts from now on; 'maas rewrap' takes"
                            + " it for what is published already"));
            return 0;
        }
    }

    private static JsonObject keyDocument(Path file, String id) {
        JsonObject document = new JsonObject();
        document.addProperty("file", file.toString());
        document.addProperty("key", id);
        return document;
    }

    /** Makes a pair of keys that signs. */
    @Command(
            name = "signing",
            description =
                    "Make a pair of Ed25519 keys for --key and --public-key, as openssl would. Give the public one to those"
                            + " who are to verify.")
    static final class Signing extends MaasCommand {
        @Parameters(index = "0", paramLabel = "PRIVATE", description = "The file of the private key to make.")
        Path privateKey = Path.of("");

        @Parameters(index = "1", paramLabel = "PUBLIC", description = "The file of the public key to make.")
        Path publicKey = Path.of("");

        Signing(Shell shell) {
            super(shell);
        }

        @Override
        int run() throws IOException {
            SigningKeyFiles.create(privateKey, publicKey);
            String fingerprint = Signer.of(privateKey, publicKey).fingerprint();
            answer(
                    () -> {
                        JsonObject document = new JsonObject();
                        document.addProperty("privateKey", privateKey.toString());
                        document.addProperty("publicKey", publicKey.toString());
                        document.addProperty("signer", fingerprint);
                        return document;
                    },
                    () -> line("Made the key " + fingerprint.substring(0, 16) + "...: '" + privateKey + "' signs, '"
                            + publicKey + "' verifies"));
            return 0;
        }
    }
}
