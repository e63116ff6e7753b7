package dev.maas.registry.cache;

import dev.maas.registry.format.Sha256;
import dev.maas.registry.store.LocalCopy;
import dev.maas.registry.store.ObjectContent;
import dev.maas.registry.store.ObjectStore;
import dev.maas.registry.store.TestStores;
import dev.maas.registry.store.TransferListener;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;

/** A remote store, and caches in front of it. */
final class CacheFixture {
    final Path folder;
    final ObjectStore remote = TestStores.memory(Clock.systemUTC());
    final CountingStore counted = new CountingStore(remote);

    CacheFixture(Path folder) {
        this.folder = folder;
    }

    static CacheSettings settings(Path folder) {
        return new CacheSettings(
                folder, CacheSettings.MOST_BYTES, false, false, true, Clock.systemUTC(), TransferListener.NONE);
    }

    static CacheSettings bounded(Path folder, long bytes) {
        return new CacheSettings(folder, bytes, false, false, true, Clock.systemUTC(), TransferListener.NONE);
    }

    static CacheSettings unlocked(Path folder) {
        return new CacheSettings(
                folder, CacheSettings.MOST_BYTES, false, false, false, Clock.systemUTC(), TransferListener.NONE);
    }

    CachingStore open() {
        return open(settings(folder));
    }

    CachingStore open(CacheSettings settings) {
        return open(settings, CacheSteps.NONE);
    }

    CachingStore open(CacheSettings settings, CacheSteps steps) {
        return CachingStore.open("the store", "test:store", () -> counted, settings, steps);
    }

    static byte[] random(long seed, int size) {
        byte[] bytes = new byte[size];
        new Random(seed).nextBytes(bytes);
        return bytes;
    }

    /** Puts a blob into the remote store; returns its key. */
    String put(byte[] bytes) {
        String key = BlobKeys.key(Sha256.hex(bytes));
        remote.putIfAbsent(key, ObjectContent.of(bytes, ObjectContent.OCTETS));
        return key;
    }

    /** Puts the index of a blob into the remote store; returns its digest. */
    String putIndex(byte[] blob) {
        byte[] index = index(blob);
        put(index);
        return Sha256.hex(index);
    }

    static byte[] index(byte[] blob) {
        ChunkIndex.Writer writer = new ChunkIndex.Writer();
        writer.update(blob, 0, blob.length);
        return writer.finish(Sha256.hex(blob)).orElseThrow();
    }

    static byte[] read(ObjectStore store, String key) throws IOException {
        try (LocalCopy copy = store.local(key).orElseThrow()) {
            return Files.readAllBytes(copy.path());
        }
    }

    /** Returns the names of what lies in a part of the cache. */
    List<String> files(String part) throws IOException {
        try (Stream<Path> paths = Files.walk(folder.resolve(part))) {
            return paths.filter(Files::isRegularFile)
                    .map(path -> String.valueOf(path.getFileName()))
                    .sorted()
                    .toList();
        }
    }
}
