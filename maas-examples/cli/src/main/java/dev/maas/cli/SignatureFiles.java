package dev.maas.cli;

import dev.maas.InvalidInputException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** Where the signatures of a model on this machine lie. The methods have no state and are safe for use by any thread. */
final class SignatureFiles {
    /** The file that holds what a registry says of a version, and what its signatures cover besides the model's files. */
    static final String FACTS = "maas.json";

    private static final int MOST = 100;

    private SignatureFiles() {}

    /** Returns the signatures that lie with a model: {@code model.sig}, {@code model.2.sig} in a folder, {@code FILE.sig} beside a file. */
    static List<Path> of(Path model) {
        if (!Files.isDirectory(model)) {
            Path file = first(model);
            return Files.exists(file) ? List.of(file) : List.of();
        }
        try (Stream<Path> files = Files.list(model)) {
            return files.filter(file -> String.valueOf(file.getFileName()).matches("model(\\.[0-9]{1,3})?\\.sig"))
                    .sorted()
                    .toList();
        } catch (IOException e) {
            throw new InvalidInputException("The folder '" + model.getFileName() + "' cannot be read", e);
        }
    }

    /** Returns where the first signature of a model goes. */
    static Path first(Path model) {
        return Files.isDirectory(model)
                ? model.resolve("model.sig")
                : model.resolveSibling(model.getFileName() + ".sig");
    }

    /** Returns where the next signature in a folder goes. */
    static Path next(Path folder) {
        Path file = first(folder);
        for (int number = 2; Files.exists(file); number++) {
            if (number > MOST) {
                throw new CommandException("There are more than " + MOST + " signatures");
            }
            file = folder.resolve("model." + number + ".sig");
        }
        return file;
    }
}
