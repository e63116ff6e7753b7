package dev.maas.registry.store.oci;

import dev.maas.InvalidInputException;
import dev.maas.registry.format.Sha256;
import dev.maas.registry.store.ObjectKeys;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The tags under which keys lie. A tag has up to 128 of letters, digits, {@code .}, {@code _} and {@code -}; a key has no capitals, so that
 * capitals are free to mark things:
 *
 * <ul>
 *   <li>{@code B} and the digits of a digest: {@code blobs/sha256/ab/ab…}.
 *   <li>A capital first letter: a key with {@code X} for each {@code /}, as {@code ModelsXspamXlogX00000000000000000001.json}.
 *   <li>{@code L} and digits: a key that is too long or begins with a digit; the digits are those of its own digest, and its entry tells it.
 *   <li>A small first letter: not the store's. {@code spam.V3}, {@code spam.V1.4.2} and {@code spam.AT.champion} are names of versions for
 *       other tools, and {@code sha256-…} lists what refers to a manifest.
 * </ul>
 *
 * Has no state; safe for use by any thread.
 */
final class OciTags {
    /** What is put to try the server out; no key has this tag. */
    static final String PROBE = "Probe.X";

    private static final int LONGEST = 128;
    private static final char SLASH = 'X';
    private static final Pattern BLOB = Pattern.compile("blobs/sha256/([0-9a-f]{2})/(\\1[0-9a-f]{62})");
    private static final Pattern BLOB_TAG = Pattern.compile("B([0-9a-f]{64})");
    private static final Pattern LONG_TAG = Pattern.compile("L[0-9a-f]{64}");
    private static final Pattern LABEL = Pattern.compile("[a-z0-9_][A-Za-z0-9._-]{0,127}");

    private OciTags() {}

    /** Returns the tag of a key. */
    static String of(String key) {
        Optional<String> hex = blob(key);
        if (hex.isPresent()) {
            return "B" + hex.get();
        }
        String text = key.replace('/', SLASH);
        String tag = Character.toUpperCase(text.charAt(0)) + text.substring(1);
        boolean taken = tag.charAt(0) <= '9'
                || BLOB_TAG.matcher(tag).matches()
                || LONG_TAG.matcher(tag).matches();
        return tag.length() > LONGEST || taken ? "L" + Sha256.hex(key.getBytes(StandardCharsets.US_ASCII)) : tag;
    }

    /** Returns the digest that a key names: its object's bytes must have it. */
    static Optional<String> blob(String key) {
        Matcher blob = BLOB.matcher(key);
        return blob.matches() ? Optional.of(blob.group(2)) : Optional.empty();
    }

    /** Returns whether a tag is one of a key that the tag does not tell. */
    static boolean isLong(String tag) {
        return LONG_TAG.matcher(tag).matches();
    }

    /** Returns the key that a tag tells, if it is one of a key. */
    static Optional<String> key(String tag) {
        Matcher blob = BLOB_TAG.matcher(tag);
        if (blob.matches()) {
            String hex = blob.group(1);
            return Optional.of("blobs/sha256/" + hex.substring(0, 2) + "/" + hex);
        }
        if (tag.isEmpty() || isLong(tag) || tag.charAt(0) < 'A' || tag.charAt(0) > 'Z') {
            return Optional.empty();
        }
        String key = Character.toLowerCase(tag.charAt(0)) + tag.substring(1).replace(SLASH, '/');
        try {
            return of(ObjectKeys.require(key)).equals(tag) ? Optional.of(key) : Optional.empty();
        } catch (InvalidInputException e) {
            return Optional.empty();
        }
    }

    /** Returns the tag for a name of a version, such as {@code spam:3} or {@code spam@champion}; empty if there can be none. */
    static Optional<String> label(String reference) {
        // Neither a model's name nor an alias has a capital, and a semantic version is behind the mark.
        String tag = reference.replaceFirst(":", ".V").replaceFirst("@", ".AT.").replace('+', '_');
        return Optional.of(tag).filter(text -> LABEL.matcher(text).matches());
    }

    /** Returns the tag of the list of what refers to a manifest, where the registry keeps none itself. */
    static String referrers(String hex) {
        return "sha256-" + hex;
    }
}
