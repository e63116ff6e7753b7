package dev.maas;

import java.nio.charset.StandardCharsets;
import java.text.Normalizer;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * The rules for the names of a package's files, so that a package means the same on every machine and in every store.
 *
 * <p>A name is relative, with {@code /} between its parts. No part is empty, {@code .} or {@code ..}, ends with a dot or a space, is
 * a device on Windows, or has a control character, a character that reorders text, or one of {@code \ : * ? " < > |}. A part has at
 * most 255 bytes of UTF-8 and a name at most 1,024. No two names, and no two folders, differ only in upper and lower case or in
 * Unicode form, and no file lies where another has a folder.
 *
 * <p>The methods have no state and are safe for use by any thread; nulls are refused with {@link NullPointerException}.
 */
public final class PackageFiles {
    private static final int MOST_BYTES = 1024;
    private static final int MOST_PART_BYTES = 255;
    private static final int SHOWN_LENGTH = 80;
    private static final String FORBIDDEN = "\\:*?\"<>|";

    /** Windows takes these for devices in every folder, whatever follows a dot. */
    private static final Pattern DEVICE = Pattern.compile(
            "(con|prn|aux|nul|conin\\$|conout\\$|com[0-9\u00b9\u00b2\u00b3]|lpt[0-9\u00b9\u00b2\u00b3])( *\\..*)?",
            Pattern.CASE_INSENSITIVE | Pattern.DOTALL);

    private PackageFiles() {}

    /**
     * Checks the name of one file and returns it.
     *
     * @throws ModelLoadException if a package cannot have a file of that name; the message says why
     */
    public static String requireName(String name) {
        Objects.requireNonNull(name, "name");
        if (byteCount(name) > MOST_BYTES) {
            throw refused(name, "it has more than " + MOST_BYTES + " bytes");
        }
        name.codePoints().forEach(c -> requireCharacter(name, c));
        for (String part : name.split("/", -1)) {
            requirePart(name, part);
        }
        return name;
    }

    private static void requireCharacter(String name, int c) {
        int type = Character.getType(c);
        boolean reorders = (c >= 0x202A && c <= 0x202E) || (c >= 0x2066 && c <= 0x2069) || c == 0x200E || c == 0x200F;
        boolean unfit = type == Character.CONTROL
                || type == Character.SURROGATE
                || type == Character.LINE_SEPARATOR
                || type == Character.PARAGRAPH_SEPARATOR
                || FORBIDDEN.indexOf(c) >= 0;
        if (unfit || reorders || c == 0xFEFF || (c & 0xFFFE) == 0xFFFE) {
            throw refused(name, "it has the character " + String.format("U+%04X", c));
        }
    }

    private static void requirePart(String name, String part) {
        if (part.isEmpty() || part.equals(".") || part.equals("..")) {
            throw refused(name, "it has the part '" + part + "', but names are relative and lead down only");
        }
        if (byteCount(part) > MOST_PART_BYTES) {
            throw refused(name, "one of its parts has more than " + MOST_PART_BYTES + " bytes");
        }
        if (part.endsWith(".") || part.endsWith(" ")) {
            throw refused(name, "a part ends with a dot or a space, which Windows drops");
        }
        if (DEVICE.matcher(part).matches()) {
            throw refused(name, "'" + part + "' is a device on Windows");
        }
    }

    private static int byteCount(String text) {
        return text.getBytes(StandardCharsets.UTF_8).length;
    }

    /**
     * Checks the names of all files of a package, each and against each other.
     *
     * @throws ModelLoadException if a package cannot have these files; the message says why
     */
    public static void requireNames(Collection<String> names) {
        Set<String> files = new HashSet<>();
        Map<String, String> spellings = new HashMap<>();
        for (String name : names) {
            requireName(name);
            if (!files.add(folded(name))) {
                throw refused(name, "another file's name is the same but for case or Unicode form, or it comes twice");
            }
            for (int end = name.indexOf('/'); end >= 0; end = name.indexOf('/', end + 1)) {
                requireSpelling(name, name.substring(0, end), spellings);
            }
        }
        for (Map.Entry<String, String> folder : spellings.entrySet()) {
            if (files.contains(folder.getKey())) {
                throw refused(folder.getValue(), "another file lies in a folder of that name");
            }
        }
    }

    private static void requireSpelling(String name, String folder, Map<String, String> spellings) {
        String other = spellings.putIfAbsent(folded(folder), folder);
        if (other != null && !other.equals(folder)) {
            throw refused(
                    name, "the folder '" + shown(other) + "' of another file differs only in case or Unicode form");
        }
    }

    /** Two names that some file system takes for one become the same text. */
    private static String folded(String name) {
        String composed = Normalizer.normalize(name, Normalizer.Form.NFKC);
        // Upper case first: 'ß' and 'ſ' meet 'ss' and 's' only that way.
        String caseless = composed.toUpperCase(Locale.ROOT).toLowerCase(Locale.ROOT);
        return Normalizer.normalize(caseless, Normalizer.Form.NFKC);
    }

    private static ModelLoadException refused(String name, String why) {
        return new ModelLoadException(
                "A package cannot have a file named '" + shown(name) + "': " + why + ". Rename it and pack again");
    }

    static String shown(String name) {
        String cut = name.length() <= SHOWN_LENGTH ? name : name.substring(0, SHOWN_LENGTH) + "…";
        StringBuilder text = new StringBuilder();
        cut.chars().forEach(c -> {
            int type = Character.getType(c);
            boolean plain = type != Character.CONTROL
                    && type != Character.FORMAT
                    && type != Character.LINE_SEPARATOR
                    && type != Character.PARAGRAPH_SEPARATOR;
            text.append(plain ? String.valueOf((char) c) : String.format("\\u%04x", c));
        });
        return text.toString();
    }
}
