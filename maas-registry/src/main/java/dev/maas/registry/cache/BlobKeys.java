package dev.maas.registry.cache;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The keys that a registry gives to blobs. */
final class BlobKeys {
    private static final Pattern KEY = Pattern.compile("blobs/sha256/([0-9a-f]{2})/(\\1[0-9a-f]{62})");

    private BlobKeys() {}

    static String key(String hex) {
        return "blobs/sha256/" + hex.substring(0, 2) + "/" + hex;
    }

    /** Returns the digest in a key, if it is a blob's. */
    static Optional<String> hex(String key) {
        Matcher matcher = KEY.matcher(key);
        return matcher.matches() ? Optional.of(matcher.group(2)) : Optional.empty();
    }
}
