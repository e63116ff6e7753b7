package dev.maas.registry.store.http;

import dev.maas.registry.store.ObjectContent;
import dev.maas.registry.store.ObjectInfo;
import dev.maas.registry.store.ObjectListing;
import dev.maas.registry.store.ObjectStore;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.channels.WritableByteChannel;
import java.time.Duration;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Supplier;
import org.jspecify.annotations.NullMarked;
import org.jspecify.annotations.Nullable;

/** Stores behind web servers as tests need them. */
@NullMarked
public final class TestHttp {
    /** Waits so short that faults do not take long. */
    static final HttpTuning QUICK = new HttpTuning(
            8,
            4,
            Duration.ofMillis(2),
            Duration.ofMillis(20),
            Duration.ofSeconds(5),
            Duration.ofSeconds(5),
            Duration.ofSeconds(5),
            1 << 10);

    /** The same for who waits for what does not come. */
    static final HttpTuning IMPATIENT = new HttpTuning(
            QUICK.buffersAhead(),
            QUICK.attempts(),
            QUICK.firstBackoff(),
            QUICK.longestBackoff(),
            QUICK.connectTimeout(),
            Duration.ofMillis(250),
            Duration.ofMillis(250),
            QUICK.leastBytes());

    private TestHttp() {}

    /** Opens a store without a look whether there is a head. */
    static HttpStore store(String location, HttpTuning tuning, @Nullable Supplier<String> authorization) {
        return new HttpStore(new HttpExchanges(HttpLocation.parse(URI.create(location)), tuning, authorization, null));
    }

    /** Opens a store that reads from a web server, and writes to and lists a folder that the server shows. */
    public static ObjectStore readingFrom(String location, ObjectStore folder) {
        return new ReadOverHttp(store(location, QUICK, null), folder);
    }

    /** Reads from one store, does the rest with another; neither is in the other's way. */
    private record ReadOverHttp(ObjectStore reads, ObjectStore writes) implements ObjectStore {
        @Override
        public String name() {
            return writes.name();
        }

        @Override
        public Optional<String> readOnlyReason() {
            return writes.readOnlyReason();
        }

        @Override
        public Optional<ObjectInfo> stat(String key) {
            return reads.stat(key);
        }

        @Override
        public Optional<InputStream> open(String key, long offset, long length) {
            return reads.open(key, offset, length);
        }

        @Override
        public Iterator<Optional<InputStream>> openAll(List<String> keys) {
            return reads.openAll(keys);
        }

        @Override
        public OptionalLong copyTo(String key, long offset, WritableByteChannel target) throws IOException {
            return reads.copyTo(key, offset, target);
        }

        @Override
        public boolean putIfAbsent(String key, ObjectContent content) {
            return writes.putIfAbsent(key, content);
        }

        @Override
        public boolean copyIfAbsent(String from, String to) {
            return writes.copyIfAbsent(from, to);
        }

        @Override
        public boolean delete(String key) {
            return writes.delete(key);
        }

        @Override
        public ObjectListing list(String prefix, @Nullable String after, int limit) {
            ObjectListing listing = writes.list(prefix, after, limit);
            // The server's dates have whole seconds.
            return new ObjectListing(
                    listing.objects().stream()
                            .map(info -> reads.stat(info.key()).orElse(info))
                            .toList(),
                    listing.more());
        }

        @Override
        public List<String> folders(String prefix, @Nullable String after, int limit) {
            return writes.folders(prefix, after, limit);
        }

        @Override
        public void clean(Duration olderThan) {
            writes.clean(olderThan);
        }

        @Override
        public void close() {
            reads.close();
            writes.close();
        }
    }
}
