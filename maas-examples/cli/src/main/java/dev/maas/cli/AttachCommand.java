package dev.maas.cli;

import dev.maas.ModelRef;
import dev.maas.ModelVersion;
import dev.maas.registry.ManagedRegistry;
import dev.maas.registry.RegistryOptions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Attaches a file to a version. */
@Command(
        name = "attach",
        description =
                "Attach a file to a version, such as a report; the version and its digest stay as they are. It is not"
                        + " encrypted.")
final class AttachCommand extends RegistryCommand {
    private static final int LARGEST = 16 << 20;

    @Parameters(index = "0", paramLabel = "REF", converter = RefConverter.class, description = Descriptions.REF)
    ModelRef ref = ModelRef.of("model");

    @Parameters(index = "1", paramLabel = "FILE", description = "The file, of up to 16 MiB.")
    Path file = Path.of("");

    @Option(
            names = "--type",
            paramLabel = "MEDIA/TYPE",
            defaultValue = "application/octet-stream",
            description = "What it is, such as text/markdown. Default: ${DEFAULT-VALUE}.")
    String type = "";

    @Mixin
    final Orders orders = new Orders();

    AttachCommand(Shell shell) {
        super(shell);
    }

    @Override
    int run() throws IOException {
        if (!Files.isRegularFile(file)) {
            throw new CommandException("There is no file '" + file + "'");
        }
        if (Files.size(file) > LARGEST) {
            throw new CommandException("'" + file + "' has " + Files.size(file) + " bytes; up to " + LARGEST
                    + " can be attached. What is larger belongs into a version of its own");
        }
        byte[] content = Files.readAllBytes(file);
        try (ManagedRegistry opened = registry.open(this, this::options)) {
            ModelVersion version = opened.resolve(ref);
            ManagedRegistry.Attachment attached = opened.attach(version, type, content);
            answer(
                    () -> AttachmentsCommand.document(attached),
                    () -> line("Attached '" + file + "' to " + version.ref() + " as " + attached.digest()));
        }
        return 0;
    }

    private RegistryOptions options(RegistryOptions options) {
        return orders.who().map(options::who).orElse(options);
    }
}
