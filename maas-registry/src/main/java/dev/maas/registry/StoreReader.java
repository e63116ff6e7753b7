package dev.maas.registry;

import dev.maas.IntegrityException;
import dev.maas.RegistryException;
import dev.maas.registry.store.ObjectStore;
import dev.maas.registry.store.WrongBytesException;
import java.io.IOException;
import java.io.InputStream;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.stream.IntStream;

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
                return bytes(key, largest, store.open(key, 0, largest + 1L)).map(decoder);
            } catch (IntegrityException | RegistryException e) {
                if (attempt == TRIES) {
                    throw e instanceof IntegrityException ? damaged(key, e) : e;
                }
            }
        }
    }

    /**
     * Reads several objects; each is read and decoded when its turn comes, as {@link #read} does, but a store may have fetched it before.
     *
     * @param decoder is given the object's place in the list and its bytes
     */
    <T> Iterator<Optional<T>> readAll(List<String> keys, int largest, BiFunction<Integer, byte[], T> decoder) {
        Iterator<Optional<InputStream>> opened = store.openAll(keys);
        return IntStream.range(0, keys.size())
                .mapToObj(place -> first(keys.get(place), largest, opened, bytes -> decoder.apply(place, bytes)))
                .iterator();
    }

    private <T> Optional<T> first(
            String key, int largest, Iterator<Optional<InputStream>> opened, Function<byte[], T> decoder) {
        try {
            return bytes(key, largest, opened.next()).map(decoder);
        } catch (IntegrityException | RegistryException e) {
            return read(key, largest, decoder);
        }
    }

    private IntegrityException damaged(String key, RuntimeException e) {
        return new IntegrityException(
                store.name() + ": '" + key + "' is damaged. " + e.getMessage()
                        + ". Restore it from a copy of the store",
                e);
    }

    private Optional<byte[]> bytes(String key, int largest, Optional<InputStream> opened) {
        if (opened.isEmpty()) {
            return Optional.empty();
        }
        try (InputStream in = opened.get()) {
            byte[] bytes = in.readNBytes(largest + 1);
            if (bytes.length > largest) {
                throw new IntegrityException("It has more than " + largest + " bytes");
            }
            return Optional.of(bytes);
        } catch (WrongBytesException e) {
            throw new IntegrityException(String.valueOf(e.getMessage()), e);
        } catch (IOException e) {
            throw new RegistryException(store.name() + ": cannot read '" + key + "'", e);
        }
    }
}
