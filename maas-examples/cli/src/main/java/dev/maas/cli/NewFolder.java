package dev.maas.cli;

import java.io.IOException;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Comparator;
import java.util.List;
import java.util.UUID;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A folder that is to be there with all its files, or not at all: they are written into a hidden one beside it, which is then given its
 * name. Not safe for use by several threads.
 */
final class NewFolder {
    private final Path folder;

    /**
     * Names the folder.
     *
     * @throws CommandException if there is something already
     */
    NewFolder(Path folder) {
        this.folder = folder.toAbsolutePath().normalize();
        if (Files.exists(this.folder) && !isEmpty(this.folder)) {
            throw taken(null);
        }
    }

    private static boolean isEmpty(Path path) {
        if (!Files.isDirectory(path)) {
            return false;
        }
        try (Stream<Path> files = Files.list(path)) {
            return files.findAny().isEmpty();
        } catch (IOException e) {
            throw new CommandException("The folder '" + path.getFileName() + "' cannot be read", e);
        }
    }

    private CommandException taken(@Nullable Throwable cause) {
        String message = "'" + folder.getFileName() + "' is there already and is never written over;"
                + " name a folder that is not there";
        return cause == null ? new CommandException(message) : new CommandException(message, cause);
    }

    /** Begins to write; close the draft when done. */
    Draft begin() throws IOException {
        Path parent = folder.getParent();
        if (parent == null) {
            throw taken(null);
        }
        Files.createDirectories(parent);
        // Not a temporary folder of the JDK's: those nobody else may look into, also under their later name.
        return new Draft(Files.createDirectory(parent.resolve(".maas-pull-" + UUID.randomUUID())));
    }

    /** What is written so far. */
    final class Draft implements AutoCloseable {
        private final Path path;

        private Draft(Path path) {
            this.path = path;
        }

        Path path() {
            return path;
        }

        /** Gives the folder its name. */
        void publish() throws IOException {
            try {
                // An empty folder of that name gives way; on some systems only if it is removed first.
                Files.deleteIfExists(folder);
                Files.move(path, folder, StandardCopyOption.ATOMIC_MOVE);
            } catch (DirectoryNotEmptyException | FileAlreadyExistsException e) {
                throw taken(e);
            } catch (AtomicMoveNotSupportedException e) {
                throw new CommandException("The folder cannot be named where it was written", e);
            }
        }

        /** Removes what was written, unless it was published. */
        @Override
        public void close() throws IOException {
            if (!Files.exists(path)) {
                return;
            }
            try (Stream<Path> all = Files.walk(path)) {
                List<Path> deepestFirst = all.sorted(Comparator.reverseOrder()).toList();
                for (Path each : deepestFirst) {
                    Files.delete(each);
                }
            }
        }
    }
}
