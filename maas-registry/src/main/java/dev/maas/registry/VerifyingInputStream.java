package dev.maas.registry;

import dev.maas.registry.format.Sha256;
import dev.maas.registry.store.WrongBytesException;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.security.MessageDigest;

/**
 * Hands on a blob's bytes, and the last of them only if all of them fit the digest: who has read to the end has the right bytes. Used by
 * one thread.
 */
final class VerifyingInputStream extends FilterInputStream {
    private final MessageDigest digest = Sha256.start();
    private final String what;
    private final String hex;
    private long left;
    private boolean checked;

    VerifyingInputStream(InputStream in, String what, long size, String hex) {
        super(in);
        this.what = what;
        this.left = size;
        this.hex = hex;
    }

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
    }

    @Override
    public int read(byte[] bytes, int offset, int length) throws IOException {
        if (length == 0) {
            return 0;
        }
        int count = in.read(bytes, offset, length);
        if (count > 0) {
            left -= count;
            digest.update(bytes, offset, count);
        } else if (left > 0) {
            throw new WrongBytesException(what + " ended " + left + " bytes too early");
        }
        if (left < 0) {
            throw new WrongBytesException(what + " has more bytes than it should");
        }
        if (left == 0 && !checked) {
            if (!Sha256.hex(digest).equals(hex)) {
                throw new WrongBytesException(what + " does not have the digest " + Sha256.PREFIX + hex);
            }
            checked = true;
        }
        return count;
    }

    @Override
    public long skip(long count) throws IOException {
        // What is skipped counts for the digest too.
        byte[] skipped = new byte[(int) Math.min(count, 8192)];
        return count <= 0 ? 0 : Math.max(0, read(skipped, 0, skipped.length));
    }

    @Override
    public boolean markSupported() {
        return false;
    }
}
