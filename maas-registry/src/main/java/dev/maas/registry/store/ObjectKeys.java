package dev.maas.registry.store;

import dev.maas.InvalidInputException;
import java.util.regex.Pattern;

/**
 * The form of keys, so narrow that every store, file system and URL takes them as they are.
 *
 * <p>A key has 1 to 8 parts with {@code /} between them. A part has 1 to 128 of {@code a-z}, {@code 0-9}, {@code .}, {@code _} and
 * {@code -}, begins with none but a letter or digit, does not end with a dot, and is no device on Windows, such as {@code nul}. The
 * first part is neither {@code tmp} nor {@code partial}; these are the stores' own. The methods have no state and are safe for use
 * by any thread.
 */
public final class ObjectKeys {
    private static final String PART =
            "(?!(?:con|prn|aux|nul|com[0-9]|lpt[0-9])(?:[./]|$))[a-z0-9](?:[a-z0-9._-]{0,126}[a-z0-9_-])?";
    private static final Pattern KEY = Pattern.compile("(?!(?:tmp|partial)(?:/|$))" + PART + "(?:/" + PART + "){0,7}");
    private static final int SHOWN = 120;

    private ObjectKeys() {}

    /**
     * Checks a key and returns it.
     *
     * @throws InvalidInputException if it is none
     */
    public static String require(String key) {
        if (!KEY.matcher(key).matches()) {
            throw new InvalidInputException(
                    "A key has parts of a-z, 0-9, '.', '_' and '-' with '/' between them, none of which"
                            + " begins or ends with a dot or is a device's name; got '" + shown(key) + "'");
        }
        return key;
    }

    /**
     * Checks the prefix of a listing and returns it.
     *
     * @throws InvalidInputException if it is neither empty nor a key with {@code /} behind it
     */
    public static String requirePrefix(String prefix) {
        if (!prefix.isEmpty()) {
            if (!prefix.endsWith("/")) {
                throw new InvalidInputException("A prefix is empty or ends with '/'; got '" + shown(prefix) + "'");
            }
            require(prefix.substring(0, prefix.length() - 1));
        }
        return prefix;
    }

    /**
     * Checks the limit of a listing and returns it.
     *
     * @throws InvalidInputException if it is not 1 to {@value ObjectStore#LARGEST_LISTING}
     */
    public static int requireLimit(int limit) {
        if (limit < 1 || limit > ObjectStore.LARGEST_LISTING) {
            throw new InvalidInputException(
                    "A listing has 1 to " + ObjectStore.LARGEST_LISTING + " objects; got " + limit);
        }
        return limit;
    }

    /**
     * Checks the range of a read.
     *
     * @throws InvalidInputException if a part is negative
     */
    public static void requireRange(long offset, long length) {
        if (offset < 0 || length < 0) {
            throw new InvalidInputException(
                    "A range has an offset and a length of 0 or more; got " + offset + " and " + length);
        }
    }

    private static String shown(String text) {
        String printable = text.replaceAll("\\p{Cntrl}", "?");
        return printable.length() <= SHOWN ? printable : printable.substring(0, SHOWN) + "…";
    }
}
