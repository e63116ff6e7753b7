package dev.maas;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The files of one model: what a publisher hands to a registry, and what a registry hands to an engine.
 *
 * <p>A file's name is relative, with {@code /} between its parts, and never leaves the package. Sources are safe for
 * use by any thread. A source may pin what it hands out, such as a cached download; closing it lets go. Closing again
 * does nothing.
 */
public interface ModelSource extends AutoCloseable {
    /** Returns the name of the file to load, such as {@code model.onnx}. */
    String entry();

    /** Returns the names of all files, the entry among them; the set cannot be changed. */
    Set<String> files();

    /**
     * Returns a file's size in bytes.
     *
     * @throws IOException if it cannot be found out
     */
    long size(String file) throws IOException;

    /**
     * Opens a file for reading from its beginning; the caller closes it.
     *
     * @throws IOException if the file is not there or cannot be read
     */
    InputStream open(String file) throws IOException;

    /**
     * Returns where a file lies on this machine, if it lies there in the clear. Nobody writes to it while the source is
     * open.
     */
    Optional<Path> path(String file);

    /**
     * Returns the folder in which every file lies under its own name, if there is one; links count as files only if they
     * are hard links.
     */
    Optional<Path> folder();

    /** Returns what is known about the model from where it came; empty for plain files. */
    default ModelMetadata metadata() {
        return ModelMetadata.empty();
    }

    /** Lets go of what the source pins. */
    @Override
    default void close() {}

    /**
     * Returns the source for a model's file, or for a folder with all its files.
     *
     * <p>A folder's entry is its {@code model.onnx}, or else its only {@code .onnx} file at the top. The path itself may be
     * a symbolic link; links, devices and hidden files inside the folder are refused.
     *
     * @throws ModelLoadException if there is no such file or folder, it has no entry, or it cannot be read
     */
    static ModelSource of(Path fileOrFolder) {
        return PathSource.of(fileOrFolder);
    }

    /** Returns the source for a model that is one file, named {@code model.onnx}; the bytes are not copied. */
    static ModelSource of(byte[] model) {
        return of("model.onnx", Map.of("model.onnx", model));
    }

    /**
     * Returns the source for files in memory, by their names; the bytes are not copied.
     *
     * @throws ModelLoadException if the entry is not among them
     */
    static ModelSource of(String entry, Map<String, byte[]> files) {
        return new BytesSource(entry, files);
    }
}
