package dev.maas.gate;

import dev.maas.ModelLoadException;
import org.jspecify.annotations.Nullable;

/**
 * The files of a package in which weights may lie.
 *
 * <p>A location is a name in the package's list, never a path that something resolves, so neither {@code ..} nor an absolute path
 * nor a link leads anywhere else; nor do the runtime's own markers for memory, which look like file names.
 */
final class ExternalFiles {
    /** What one weight outside the file takes in memory, about. */
    static final int ENTRY_BYTES = 160;

    private static final int MOST_DIGITS = 18;

    private final PackageSizes sizes;

    ExternalFiles(PackageSizes sizes) {
        this.sizes = sizes;
    }

    /** Where values begin. */
    record Place(String file, long offset) {}

    /** Finds the values of a tensor that takes so many bytes. */
    Place locate(String tensor, ExternalLocation external, long bytes, WireReader reader) {
        String location = external.location();
        if (location == null || location.isEmpty()) {
            throw reader.malformed(tensor + " lies outside the file, but does not say where");
        }
        String file = location;
        while (file.startsWith("./")) {
            file = file.substring(2);
        }
        if (!sizes.contains(file)) {
            throw notListed(tensor, location, reader);
        }
        long size = sizes.of(file);
        long offset = number(tensor, "offset", external.offset(), 0, reader);
        long length = number(tensor, "length", external.length(), bytes, reader);
        if (length != bytes) {
            throw reader.malformed(
                    tensor + " takes " + bytes + " bytes, but claims " + length + " of " + Shown.name(file));
        }
        if (offset > size || bytes > size - offset) {
            throw reader.malformed(tensor + " takes " + bytes + " bytes from byte " + offset + " of " + Shown.name(file)
                    + ", which has " + size);
        }
        return new Place(file, offset);
    }

    private ModelLoadException notListed(String tensor, String location, WireReader reader) {
        boolean escapes = location.startsWith("/")
                || location.contains("\\")
                || location.contains(":")
                || ("/" + location + "/").contains("/../");
        if (escapes) {
            return reader.malformed(
                    tensor + " lies in " + Shown.name(location) + "; weights lie within the package only");
        }
        return new ModelLoadException("The values of " + tensor + " lie in " + Shown.name(location)
                + ", which is not a file of the package. Put it beside the model and publish or load their folder, such as"
                + " ModelPackage.of(Path.of(\"folder\")), instead of the model's file alone");
    }

    private static long number(String tensor, String key, @Nullable String text, long absent, WireReader reader) {
        if (text == null) {
            return absent;
        }
        boolean digits =
                !text.isEmpty() && text.length() <= MOST_DIGITS && text.chars().allMatch(c -> c >= '0' && c <= '9');
        if (!digits) {
            throw reader.malformed(
                    tensor + " has the " + key + " " + Shown.name(text) + "; expected a number of bytes");
        }
        return Long.parseLong(text);
    }
}
