package dev.maas.cli;

import dev.maas.registry.seal.KeyWrapper;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The keys of what is encrypted. */
final class EncryptionChoice {
    /** Names the key file where no option does. */
    static final String VARIABLE = "MAAS_ENCRYPTION_KEY";

    @Option(
            names = "--encryption-key",
            paramLabel = "FILE",
            description =
                    "The file of keys under which models are encrypted when they are published, and read: 'maas key new'"
                            + " makes one. Default: $$" + VARIABLE + ".")
    @Nullable
    Path file;

    /** Returns the keys, if a file was named. */
    Optional<KeyWrapper> keys(Shell shell) {
        return Optional.ofNullable(file)
                .or(() -> shell.variable(VARIABLE).map(EncryptionChoice::path))
                .map(EncryptionChoice::read);
    }

    private static KeyWrapper read(Path file) {
        if (!Files.exists(file)) {
            throw new CommandException("There is no file of keys '" + file + "'. Check --encryption-key and " + VARIABLE
                    + "; 'maas key new FILE' makes one");
        }
        return KeyWrapper.localFile(file);
    }

    private static Path path(String text) {
        try {
            return Path.of(text);
        } catch (InvalidPathException e) {
            throw new UsageException(VARIABLE + " names the file of keys; got '" + text + "'");
        }
    }
}
