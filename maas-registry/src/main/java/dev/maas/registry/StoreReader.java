package dev.maas.registry;

import dev.maas.IntegrityException;
import dev.maas.RegistryException;
import dev.maas.registry.store.ObjectStore;
import java.io.IOException;
import java.io.InputStream;
import java.util.Optional;
import java.util.function.Function;

/** Reads small objects whole, within bounds, and once more where a read went wrong. Safe for use by any thread. */
final class StoreReader {
    private static final int TRIES = 3;

    private final ObjectStore store;

    StoreReader(ObjectStore store) {
        this.store = store;
    }

    ObjectStore store() {
        return store;
    }

    /**
     * Reads an object and decodes it. A decoder that finds it damaged is given it again, read anew, since bytes may have been lost on
     * their way; if it still is, it is damaged where it lies.
     *
     * @throws IntegrityException if it is larger than that, or the decoder finds it damaged
     * @throws RegistryException if it cannot be read
     */
    <T> Optional<T> read(String key, int largest, Function<byte[], T> decoder) {
        for (int attempt = 1; ; attempt++) {
            try {
                return bytes(key, largest).map(decoder);
            } catch (IntegrityException | RegistryException e) {
                if (attempt == TRIES) {
                    throw e instanceof IntegrityException ? damaged(key, e) : e;
                }
            }
        }
    }

    private IntegrityException damaged(String key, RuntimeException e) {
        return new IntegrityException(
                store.name() + ": '" + key + "' is damaged. " + e.getMessage()
                        + ". Restore it from a copy of the store",
                e);
    }

    private Optional<byte[]> bytes(String key, int largest) {
        Optional<InputStream> opened = store.open(key, 0, largest + 1L);
        if (opened.isEmpty()) {
            return Optional.empty();
        }
        try (InputStream in = opened.get()) {
            byte[] bytes = in.readAllBytes();
            if (bytes.length > largest) {
                throw new IntegrityException("It has more than " + largest + " bytes");
            }
            return Optional.of(bytes);
        } catch (IOException e) {
            throw new RegistryException(store.name() + ": cannot read '" + key + "'", e);
        }
    }
}
