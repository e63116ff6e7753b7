package dev.maas;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** One file, or a folder with everything in it, on this machine. */
final class PathSource implements ModelSource {
    private final Path folder;
    private final String entry;
    private final Set<String> files;
    private final boolean wholeFolder;

    private PathSource(Path folder, String entry, Set<String> files, boolean wholeFolder) {
        this.folder = folder;
        this.entry = entry;
        this.files = files;
        this.wholeFolder = wholeFolder;
    }

    static PathSource of(Path path) {
        // A symbolic link given by the user is the user's choice; those inside a folder are not.
        if (Files.isDirectory(path)) {
            return ofFolder(path);
        }
        Path parent = path.toAbsolutePath().getParent();
        Path name = path.getFileName();
        if (!Files.isRegularFile(path) || parent == null || name == null) {
            throw new ModelLoadException(
                    "No model at '" + shown(path) + "': expected a file, or a folder with a model.onnx in it");
        }
        return new PathSource(parent, name.toString(), Set.of(name.toString()), false);
    }

    private static PathSource ofFolder(Path folder) {
        Set<String> files = new TreeSet<>();
        Path real;
        try {
            // Follows the user's own link once, so that moving it later does not change the model half-way.
            real = folder.toRealPath();
            addFiles(real, files);
        } catch (IOException e) {
            throw new ModelLoadException(
                    "The folder '" + shown(folder) + "' cannot be read: expected that it and its files are readable",
                    e);
        }
        return new PathSource(real, entryAmong(files, folder), Collections.unmodifiableSet(files), true);
    }

    private static void addFiles(Path folder, Set<String> files) throws IOException {
        PackageLimits.Tally tally = PackageLimits.defaults().tally();
        try (Stream<Path> paths = Files.walk(folder)) {
            for (Path path : (Iterable<Path>) paths::iterator) {
                addFile(folder, path, files, tally);
            }
        } catch (UncheckedIOException e) {
            throw e.getCause();
        }
    }

    private static void addFile(Path folder, Path path, Set<String> files, PackageLimits.Tally tally) {
        if (path.equals(folder) || Files.isDirectory(path, LinkOption.NOFOLLOW_LINKS)) {
            return;
        }
        String name = folder.relativize(path)
                .toString()
                .replace(folder.getFileSystem().getSeparator(), "/");
        if (!Files.isRegularFile(path, LinkOption.NOFOLLOW_LINKS)) {
            throw new ModelLoadException("A model's folder holds plain files only; '" + name
                    + "' is a link or a device. Copy what it points to into the folder");
        }
        if (Stream.of(name.split("/", -1)).anyMatch(part -> part.startsWith("."))) {
            throw new ModelLoadException("A model's folder holds no hidden files; remove '" + name + "'");
        }
        tally.file(name);
        files.add(name);
    }

    private static String entryAmong(Set<String> files, Path folder) {
        if (files.contains("model.onnx")) {
            return "model.onnx";
        }
        List<String> candidates = files.stream()
                .filter(file -> file.endsWith(".onnx") && !file.contains("/"))
                .collect(Collectors.toList());
        if (candidates.size() != 1) {
            throw new ModelLoadException("The folder '" + shown(folder)
                    + "' needs a model.onnx, or exactly one other .onnx file, at its top; found " + candidates);
        }
        return candidates.get(0);
    }

    /** The last part only: messages may reach remote callers, who learn nothing of this machine's folders. */
    private static String shown(Path path) {
        @Nullable Path name = path.getFileName();
        return name == null ? "/" : name.toString();
    }

    @Override
    public String entry() {
        return entry;
    }

    @Override
    public Set<String> files() {
        return files;
    }

    @Override
    public long size(String file) throws IOException {
        return Files.size(resolve(file));
    }

    @Override
    public InputStream open(String file) throws IOException {
        return Files.newInputStream(resolve(file));
    }

    private Path resolve(String file) throws IOException {
        if (!files.contains(file)) {
            throw new NoSuchFileException(file);
        }
        return folder.resolve(file);
    }

    @Override
    public Optional<Path> path(String file) {
        return files.contains(file) ? Optional.of(folder.resolve(file)) : Optional.empty();
    }

    @Override
    public Optional<Path> folder() {
        return wholeFolder ? Optional.of(folder) : Optional.empty();
    }

    @Override
    public String toString() {
        return entry;
    }
}
