package dev.maas.registry.format;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.regex.Pattern;

/**
 * SHA-256, the only digest that registries use, in lower-case hexadecimal. For sibling packages only; safe for use by any thread.
 */
public final class Sha256 {
    /** What stands before the digits in manifests and references. */
    public static final String PREFIX = "sha256:";

    private static final Pattern HEX = Pattern.compile("[0-9a-f]{64}");

    private Sha256() {}

    /** Returns a digest of nothing so far. */
    public static MessageDigest start() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("Every Java platform has SHA-256", e);
        }
    }

    /** Ends a digest and returns its digits. */
    public static String hex(MessageDigest finished) {
        return HexFormat.of().formatHex(finished.digest());
    }

    /** Returns the digits of the digest of bytes. */
    public static String hex(byte[] bytes) {
        return HexFormat.of().formatHex(start().digest(bytes));
    }

    /** Returns whether a text is 64 lower-case hexadecimal digits. */
    public static boolean isHex(String text) {
        return HEX.matcher(text).matches();
    }
}
