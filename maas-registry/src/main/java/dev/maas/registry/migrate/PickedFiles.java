package dev.maas.registry.migrate;

import dev.maas.ModelSource;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Collections;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Files that were picked out of folders, under the names that they have in the package. Immutable; safe for use by any thread. */
final class PickedFiles implements ModelSource {
    private final String entry;
    private final Map<String, Path> files;

    /** Each path is a plain file, and no link. */
    PickedFiles(String entry, Map<String, Path> files) {
        this.entry = entry;
        this.files = Collections.unmodifiableMap(new TreeMap<>(files));
    }

    @Override
    public String entry() {
        return entry;
    }

    @Override
    public Set<String> files() {
        return files.keySet();
    }

    private Path file(String name) throws IOException {
        @Nullable Path path = files.get(name);
        if (path == null) {
            throw new NoSuchFileException(name);
        }
        return path;
    }

    @Override
    public long size(String file) throws IOException {
        return Files.size(file(file));
    }

    @Override
    public InputStream open(String file) throws IOException {
        // It was no link when it was picked; should it have become one, that fails.
        return Files.newInputStream(file(file), LinkOption.NOFOLLOW_LINKS);
    }

    @Override
    public Optional<Path> path(String file) {
        return Optional.ofNullable(files.get(file));
    }

    @Override
    public Optional<Path> folder() {
        return Optional.empty();
    }

    @Override
    public String toString() {
        return entry;
    }
}
