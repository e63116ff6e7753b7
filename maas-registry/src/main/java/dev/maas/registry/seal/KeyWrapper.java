package dev.maas.registry.seal;

import dev.maas.InvalidInputException;
import java.nio.file.Path;

/**
 * Wraps the keys of data by a key that never leaves its keeper: the one thing that an application implements to encrypt by its key service.
 *
 * <p>Each file of an encrypted version has a data key of its own, of 32 random bytes, which lies beside it only wrapped. A service that
 * holds several keys wraps by the newest and unwraps by all; a wrapped key says which it needs. The context is what a wrapped key belongs
 * to, a small JSON object of texts that names the model and the file: an implementation hands it to its service as associated data (some
 * call it encryption context), so that a key cannot be taken for another file's. Where a service takes none, it may be left out: the
 * file's own encryption is bound to the same context.
 *
 * <p>Implementations are safe for use by any thread, and may block. They keep no reference to the arrays; who gets a data key overwrites it
 * when it has done its work.
 */
public interface KeyWrapper {
    /** Returns the name of the key that wraps now. */
    String keyId();

    /**
     * Wraps a data key.
     *
     * @param dataKey 32 bytes
     * @param context what it belongs to
     * @throws dev.maas.AccessDeniedException if the key may not be used; the message names it
     * @throws dev.maas.RegistryException if the service is out of reach
     */
    WrappedKey wrap(byte[] dataKey, byte[] context);

    /**
     * Unwraps a data key.
     *
     * @param wrapped what {@link #wrap} returned
     * @param context what it belongs to, byte by byte as it was given to {@link #wrap}
     * @return the data key, in an array that nobody else has
     * @throws dev.maas.AccessDeniedException if the key is not there or may not be used; the message names it
     * @throws dev.maas.IntegrityException if the key is there, and this is not what it wrapped in that context
     * @throws dev.maas.RegistryException if the service is out of reach
     */
    byte[] unwrap(WrappedKey wrapped, byte[] context);

    /**
     * Returns a wrapper with the keys of a file, which {@link KeyFile} makes. The file is read once, now.
     *
     * @throws InvalidInputException if the file cannot be read or holds something else, others than its owner can use it, or Tink is
     *     missing
     */
    static KeyWrapper localFile(Path file) {
        TinkJar.require();
        return LocalKeys.read(file);
    }
}
