package dev.maas.registry.seal;

import java.math.BigInteger;
import java.util.Arrays;

/**
 * Checks that an ECDSA signature is two numbers between 0 and the order of the curve, exclusively, in the one way that DER writes them.
 *
 * <p>The verification algorithm begins with this check. JDK 17 before 17.0.3 leaves it out and accepts a signature of zeros for any
 * message (CVE-2022-21449); a library cannot choose the patch level that it runs on. A second number in the upper half of its range is right: the
 * algorithm makes it as often as one in the lower half, and the reference tool neither avoids nor refuses it.
 */
final class EcdsaBounds {
    private static final int SEQUENCE = 0x30;
    private static final int INTEGER = 0x02;

    private final byte[] der;
    private int position;

    private EcdsaBounds(byte[] der) {
        this.der = der;
    }

    /** Returns whether a DER-encoded signature is two numbers within bounds. */
    static boolean hold(byte[] signature, BigInteger order) {
        try {
            EcdsaBounds reader = new EcdsaBounds(signature);
            int end = reader.length(SEQUENCE) + reader.position;
            boolean first = reader.isWithin(order);
            boolean second = reader.isWithin(order);
            return first && second && reader.position == end && end == signature.length;
        } catch (ArrayIndexOutOfBoundsException | IllegalArgumentException e) {
            return false;
        }
    }

    private boolean isWithin(BigInteger order) {
        int length = length(INTEGER);
        if (length < 1 || length > der.length - position) {
            throw new IllegalArgumentException("A number goes beyond the signature");
        }
        BigInteger number = new BigInteger(Arrays.copyOfRange(der, position, position + length));
        if (number.toByteArray().length != length) {
            throw new IllegalArgumentException("A number has more bytes than it needs");
        }
        position += length;
        return number.signum() > 0 && number.compareTo(order) < 0;
    }

    /** Reads a tag and a length below 256, which no signature of these curves exceeds. */
    private int length(int tag) {
        if ((der[position++] & 0xFF) != tag) {
            throw new IllegalArgumentException("Another tag is there");
        }
        int length = der[position++] & 0xFF;
        if (length < 0x80) {
            return length;
        }
        int longer = der[position++] & 0xFF;
        if (length != 0x81 || longer < 0x80) {
            throw new IllegalArgumentException("A length is not written in the shortest form");
        }
        return longer;
    }
}
