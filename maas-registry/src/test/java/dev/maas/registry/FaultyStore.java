package dev.maas.registry;

import dev.maas.RegistryException;
import dev.maas.registry.store.LocalCopy;
import dev.maas.registry.store.ObjectContent;
import dev.maas.registry.store.ObjectInfo;
import dev.maas.registry.store.ObjectListing;
import dev.maas.registry.store.ObjectStore;
import java.io.ByteArrayInputStream;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.jspecify.annotations.Nullable;

/**
 * A store on a bad day: by a seeded dice, calls fail before or after they took place, and reads come torn, short of a byte, or with a bit
 * flipped. Used by one thread.
 */
final class FaultyStore extends UnclosedStore {
    private final Random random;
    private final double rate;
    int faults;

    FaultyStore(ObjectStore store, long seed, double rate) {
        super(store);
        this.random = new Random(seed);
        this.rate = rate;
    }

    private boolean strikes() {
        boolean strikes = random.nextDouble() < rate;
        faults += strikes ? 1 : 0;
        return strikes;
    }

    private void mayFail(String what, String key) {
        if (strikes()) {
            throw new RegistryException(name() + ": cannot " + what + " '" + key + "': injected");
        }
    }

    @Override
    public Optional<ObjectInfo> stat(String key) {
        mayFail("look up", key);
        return super.stat(key);
    }

    @Override
    public Optional<InputStream> open(String key, long offset, long length) {
        mayFail("open", key);
        return super.open(key, offset, length).map(this::spoiled);
    }

    private InputStream spoiled(InputStream in) {
        if (!strikes()) {
            return in;
        }
        byte[] bytes;
        try (in) {
            bytes = in.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        if (bytes.length == 0) {
            return new ByteArrayInputStream(bytes);
        }
        int place = random.nextInt(bytes.length);
        return switch (random.nextInt(3)) {
            case 0 -> torn(bytes, place);
            case 1 -> new ByteArrayInputStream(bytes, 0, place);
            default -> {
                bytes[place] ^= (byte) (1 << random.nextInt(8));
                yield new ByteArrayInputStream(bytes);
            }
        };
    }

    private static InputStream torn(byte[] bytes, int place) {
        return new FilterInputStream(new ByteArrayInputStream(bytes, 0, place)) {
            @Override
            public int read(byte[] buffer, int offset, int length) throws IOException {
                int count = super.read(buffer, offset, length);
                if (count < 0) {
                    throw new IOException("connection reset: injected");
                }
                return count;
            }
        };
    }

    @Override
    public boolean putIfAbsent(String key, ObjectContent content) {
        mayFail("put", key);
        boolean won = super.putIfAbsent(key, content);
        mayFail("hear the answer to the put of", key);
        return won;
    }

    @Override
    public boolean delete(String key) {
        mayFail("delete", key);
        boolean there = super.delete(key);
        mayFail("hear the answer to the delete of", key);
        return there;
    }

    @Override
    public ObjectListing list(String prefix, @Nullable String after, int limit) {
        mayFail("list", prefix);
        return super.list(prefix, after, limit);
    }

    @Override
    public List<String> folders(String prefix, @Nullable String after, int limit) {
        mayFail("list", prefix);
        return super.folders(prefix, after, limit);
    }

    @Override
    public Optional<LocalCopy> local(String key) {
        return Optional.empty();
    }
}
