package dev.maas.examples.quickstart;

import dev.maas.RegistryException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The folder that the registry lives in: the one that was asked for, or a temporary one that is deleted on close.
 *
 * @param path where it is
 * @param temporary whether to delete it
 */
record RegistryFolder(Path path, boolean temporary) implements AutoCloseable {
    static RegistryFolder of(Optional<Path> wanted) {
        try {
            return wanted.isPresent()
                    ? new RegistryFolder(wanted.get(), false)
                    : new RegistryFolder(Files.createTempDirectory("maas-quickstart-"), true);
        } catch (IOException e) {
            throw new RegistryException("There is no room for temporary files; name a folder with --registry", e);
        }
    }

    @Override
    public void close() {
        if (!temporary) {
            return;
        }
        try (Stream<Path> all = Files.walk(path)) {
            List<Path> deepestFirst = all.sorted(Comparator.reverseOrder()).toList();
            for (Path each : deepestFirst) {
                Files.delete(each);
            }
        } catch (IOException e) {
            throw new RegistryException("Cannot delete the temporary folder " + path.getFileName(), e);
        }
    }
}
