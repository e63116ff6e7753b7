package dev.maas.registry.migrate;

import dev.maas.InvalidInputException;
import dev.maas.ModelLoadException;
import dev.maas.ModelRef;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** A folder whose links are not followed. Immutable and safe for use by any thread. */
final class Folder {
    private static final Pattern CODE = Pattern.compile(
            "(?i).*\\.(py|pyc|pyd|pkl|pickle|joblib|cloudpickle|sh|so|dll|dylib|jar|class|pt|pth|ckpt|h5|msgpack|safetensors"
                    + "|ot|tflite|gguf|mlmodel)");
    private static final int LARGEST_TEXT = 4 << 20;
    private static final int LONGEST_NAME = 64;

    private final Path path;

    private Folder(Path path) {
        this.path = path;
    }

    /** Opens a folder that the caller named; if it is a link, that is the caller's choice. */
    static Folder of(Path path, String expected) {
        try {
            if (Files.isDirectory(path)) {
                return new Folder(path.toRealPath());
            }
        } catch (IOException e) {
            throw new ModelLoadException("The folder '" + shown(path) + "' cannot be read", e);
        }
        throw new ModelLoadException("No folder at '" + shown(path) + "': expected " + expected);
    }

    Path path() {
        return path;
    }

    String name() {
        return shown(path);
    }

    /** The last part only: messages may reach remote callers, who learn nothing of this machine's folders. */
    static String shown(Path path) {
        return String.valueOf(path.getFileName()).replaceAll("\\p{C}", "?");
    }

    /** Returns what is in the folder and not hidden, in order. */
    List<Path> children() {
        try (Stream<Path> paths = Files.list(path)) {
            return paths.filter(child -> !shown(child).startsWith(".")).sorted().toList();
        } catch (IOException e) {
            throw new ModelLoadException("The folder '" + name() + "' cannot be read", e);
        }
    }

    /** Returns the folders in it, in order. */
    List<Folder> folders() {
        return children().stream()
                .filter(child -> Files.isDirectory(child, LinkOption.NOFOLLOW_LINKS))
                .map(Folder::new)
                .toList();
    }

    /** Returns a plain file in it, if it is there; a link is none. */
    Optional<Path> file(String name) {
        return Optional.of(path.resolve(name)).filter(Folder::isPlain);
    }

    /** Returns a folder in it, if it is there; a link is none. */
    Optional<Folder> folder(String name) {
        return Optional.of(path.resolve(name))
                .filter(child -> Files.isDirectory(child, LinkOption.NOFOLLOW_LINKS))
                .map(Folder::new);
    }

    static boolean isPlain(Path file) {
        return Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS);
    }

    /** Returns whether a file may run when something loads it, or is for other engines than those that read ONNX. */
    static boolean isForeign(String name) {
        return CODE.matcher(name).matches();
    }

    /** Reads a text of a bounded size. */
    static String text(Path file) {
        try {
            if (Files.size(file) > LARGEST_TEXT) {
                throw new ModelLoadException(
                        "'" + shown(file) + "' has more than " + LARGEST_TEXT + " bytes; expected a short text");
            }
            return Files.readString(file, StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new ModelLoadException("'" + shown(file) + "' cannot be read as text in UTF-8", e);
        }
    }

    /** Makes a name that a registry takes of one that another system took; a changed one is noted. */
    static String modelName(String foreign, List<String> notes) {
        String name = foreign.toLowerCase(Locale.ROOT)
                .replaceAll("[^a-z0-9._-]+", "-")
                .replaceAll("\\.{2,}", ".")
                .replaceAll("^[^a-z0-9]+", "");
        name = name.substring(0, Math.min(name.length(), LONGEST_NAME));
        try {
            ModelRef.requireName(name, "model");
        } catch (InvalidInputException e) {
            throw new ModelLoadException(
                    "No name for a model can be made of the folder '" + foreign.replaceAll("\\p{C}", "?")
                            + "'. Rename it",
                    e);
        }
        if (!name.equals(foreign)) {
            notes.add("The model '" + foreign.replaceAll("\\p{C}", "?") + "' is named '" + name + "'");
        }
        return name;
    }
}
