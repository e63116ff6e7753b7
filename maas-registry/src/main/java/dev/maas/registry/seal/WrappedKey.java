package dev.maas.registry.seal;

import dev.maas.InvalidInputException;

/**
 * A data key under the protection of another key: the name of that key, and the bytes that only it opens. Immutable and safe for use by any
 * thread.
 */
public final class WrappedKey {
    private static final int LONGEST_ID = 500;
    private static final int MOST_BYTES = 1 << 14;

    private final String keyId;
    private final byte[] bytes;

    /**
     * Makes a wrapped key.
     *
     * @param keyId the name of the key that opens it: 1 to 500 characters, none of them a control character
     * @param bytes the data key, wrapped: 1 byte to 16 KiB, which are copied
     * @throws InvalidInputException if either is not so
     */
    public WrappedKey(String keyId, byte[] bytes) {
        boolean fit = !keyId.isBlank()
                && keyId.length() <= LONGEST_ID
                && keyId.chars().noneMatch(Character::isISOControl);
        if (!fit) {
            throw new InvalidInputException("The id of a key has 1 to " + LONGEST_ID
                    + " characters, none of them a control character; got '" + ModelStatement.shown(keyId) + "'");
        }
        if (bytes.length == 0 || bytes.length > MOST_BYTES) {
            throw new InvalidInputException(
                    "A wrapped key has 1 to " + MOST_BYTES + " bytes; that by '" + keyId + "' has " + bytes.length);
        }
        this.keyId = keyId;
        this.bytes = bytes.clone();
    }

    /** Returns the name of the key that opens it. */
    public String keyId() {
        return keyId;
    }

    /** Returns a copy of the bytes. */
    public byte[] bytes() {
        return bytes.clone();
    }

    @Override
    public String toString() {
        return "key wrapped by '" + keyId + "'";
    }
}
