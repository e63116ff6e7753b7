package dev.maas.cli;

import com.google.gson.JsonObject;
import dev.maas.ModelRef;
import dev.maas.examples.terminal.ByteText;
import dev.maas.registry.ManagedRegistry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Writes a model with its history into one file. */
@Command(
        name = "export",
        description =
                "Write a model with all its versions and its history into one file, which 'maas import' takes in: an OCI"
                        + " image layout in a tar. What is encrypted stays so.")
final class ExportCommand extends RegistryCommand {
    @Parameters(index = "0", paramLabel = "NAME", converter = RefConverter.class, description = "The model's name.")
    ModelRef model = ModelRef.of("model");

    @Parameters(index = "1", paramLabel = "FILE", description = "The file to write, such as spam.tar.")
    Path file = Path.of("");

    @Option(names = "--replace", description = "Take the place of a file that is there.")
    boolean replace;

    ExportCommand(Shell shell) {
        super(shell);
    }

    @Override
    int run() throws IOException {
        String name = requireNameOnly(model);
        if (Files.isDirectory(file) || (Files.exists(file) && !replace)) {
            throw new CommandException("'" + file + "' is there already; name another file"
                    + (Files.isDirectory(file) ? "" : ", or replace it by --replace"));
        }
        try (ManagedRegistry opened = registry.open(this)) {
            opened.exportModel(name, file);
        }
        long bytes = Files.size(file);
        answer(
                () -> {
                    JsonObject document = new JsonObject();
                    document.addProperty("name", name);
                    document.addProperty("file", file.toString());
                    document.addProperty("bytes", bytes);
                    return document;
                },
                () -> line("Exported " + name + " with its history to " + file + "  " + ByteText.of(bytes)));
        return 0;
    }
}
