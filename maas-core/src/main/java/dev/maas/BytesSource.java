package dev.maas;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Collections;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/** Files in memory. */
final class BytesSource implements ModelSource {
    private final String entry;
    private final Map<String, byte[]> files;

    BytesSource(String entry, Map<String, byte[]> files) {
        this.entry = entry;
        this.files = Collections.unmodifiableMap(new TreeMap<>(files));
        this.files.forEach((name, bytes) -> Objects.requireNonNull(bytes, name));
        if (!this.files.containsKey(entry)) {
            throw new ModelLoadException(
                    "The file to load, '" + entry + "', is not among the files given: " + this.files.keySet());
        }
    }

    @Override
    public String entry() {
        return entry;
    }

    @Override
    public Set<String> files() {
        return files.keySet();
    }

    @Override
    public long size(String file) throws IOException {
        return bytes(file).length;
    }

    @Override
    public InputStream open(String file) throws IOException {
        return new ByteArrayInputStream(bytes(file));
    }

    private byte[] bytes(String file) throws IOException {
        byte[] bytes = files.get(file);
        if (bytes == null) {
            throw new NoSuchFileException(file);
        }
        return bytes;
    }

    @Override
    public Optional<Path> path(String file) {
        return Optional.empty();
    }

    @Override
    public Optional<Path> folder() {
        return Optional.empty();
    }

    @Override
    public String toString() {
        return entry + " (in memory)";
    }
}
