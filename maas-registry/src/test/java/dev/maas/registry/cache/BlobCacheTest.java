package dev.maas.registry.cache;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.maas.IntegrityException;
import dev.maas.RegistryException;
import dev.maas.registry.format.HashingPipe;
import dev.maas.registry.format.Sha256;
import dev.maas.registry.store.LocalCopy;
import dev.maas.registry.store.TransferListener;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.WritableByteChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Blobs are fetched once, verified before anyone sees them, resumed, shared, and kept within a bound. */
class BlobCacheTest {
    private static final int LARGE = 3 << 20;

    @TempDir
    Path temporary;

    private CacheFixture fixture;

    @BeforeEach
    void setUp() {
        fixture = new CacheFixture(temporary.resolve("cache"));
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 1000, HashingPipe.BLOCK_BYTES, 4 * HashingPipe.BLOCK_BYTES + 1, LARGE})
    void aBlobIsFetchedOnceAndServedAsAReadOnlyFile(int size) throws Exception {
        byte[] bytes = CacheFixture.random(1, size);
        String key = fixture.put(bytes);
        try (CachingStore store = fixture.open()) {
            assertThat(CacheFixture.read(store, key)).isEqualTo(bytes);
            try (LocalCopy copy = store.local(key).orElseThrow()) {
                assertThat(copy.verified()).isTrue();
                assertThat(Files.getPosixFilePermissions(copy.path()).toString())
                        .doesNotContain("WRITE");
            }
            try (InputStream in = store.open(key).orElseThrow()) {
                assertThat(in.readAllBytes()).isEqualTo(bytes);
            }
        }
        assertThat(fixture.counted.bytes.get()).isEqualTo(size);
        assertThat(fixture.files("partial")).isEmpty();
        assertThat(fixture.files("leases")).isEmpty();
        try (CachingStore next = fixture.open()) {
            fixture.counted.down = true;
            assertThat(CacheFixture.read(next, key)).isEqualTo(bytes);
        }
    }

    @Test
    void partsOfACachedBlobComeFromTheCache() throws Exception {
        byte[] bytes = CacheFixture.random(1, 1000);
        String key = fixture.put(bytes);
        try (CachingStore store = fixture.open()) {
            assertThat(store.open(key, 10, 20).orElseThrow().readAllBytes())
                    .hasSize(20)
                    .startsWith(bytes[10]);
            assertThat(store.open(key, 2000, 20).orElseThrow().readAllBytes()).isEmpty();
        }
        assertThat(fixture.counted.bytes.get()).isEqualTo(1000);
    }

    @Test
    void whatTheStoreDoesNotHaveIsNotThere() {
        try (CachingStore store = fixture.open()) {
            assertThat(store.local(BlobKeys.key("ab".repeat(32)))).isEmpty();
        }
    }

    @Test
    void whatAStoreHasInBuffersIsTakenAsItComesUpToTheSizeThatWasAnnounced() throws Exception {
        byte[] blob = CacheFixture.random(1, LARGE + 77);
        int broken = 1_000_003;
        String key = fixture.put(blob);
        List<Long> offsets = new ArrayList<>();
        CountingStore buffers = new CountingStore(fixture.remote) {
            @Override
            public OptionalLong copyTo(String asked, long offset, WritableByteChannel target) throws IOException {
                offsets.add(offset);
                int end = offsets.size() == 1 ? broken : blob.length;
                for (int place = (int) offset; place < end; place += 12_345) {
                    target.write(ByteBuffer.wrap(blob, place, Math.min(12_345, end - place)));
                }
                if (end == broken) {
                    throw new RegistryException("the store broke off: injected");
                }
                target.write(ByteBuffer.allocate(5));
                return OptionalLong.of(end - offset + 5);
            }
        };
        try (CachingStore store =
                CachingStore.open("the store", "test:store", () -> buffers, CacheFixture.settings(fixture.folder))) {
            assertThat(CacheFixture.read(store, key)).isEqualTo(blob);
        }
        assertThat(offsets).containsExactly(0L, (long) broken);
        assertThat(buffers.opens).hasValue(0);
    }

    /** So do processes without locks: each puts the blob that it fetched in the place of the other's. */
    @Test
    void whoWaitsForABlobThatIsExchangedAllTheTimeGetsIt() throws Exception {
        byte[] blob = CacheFixture.random(1, 1000);
        String hex = Sha256.hex(blob);
        String key = fixture.put(blob);
        ExecutorService threads = Executors.newFixedThreadPool(9);
        AtomicBoolean done = new AtomicBoolean();
        try (CachingStore store = fixture.open(CacheFixture.unlocked(fixture.folder))) {
            CacheFixture.read(store, key);
            Future<Void> exchanging = threads.submit(() -> {
                CacheFolder folder = CacheFolder.open(fixture.folder);
                while (!done.get()) {
                    Path other = Files.write(folder.scratch(), blob);
                    Files.move(other, folder.blob(hex), StandardCopyOption.ATOMIC_MOVE);
                }
                return null;
            });
            List<Future<Void>> readers = threads.invokeAll(Collections.nCopies(8, () -> {
                for (int i = 0; i < 200; i++) {
                    assertThat(CacheFixture.read(store, key)).isEqualTo(blob);
                }
                return null;
            }));
            done.set(true);
            exchanging.get();
            for (Future<Void> reader : readers) {
                reader.get();
            }
        } finally {
            threads.shutdownNow();
        }
    }

    @Test
    void wrongBytesAreNeverSeenAndLeaveNothing() throws Exception {
        String key = fixture.put(CacheFixture.random(1, LARGE));
        try (CachingStore store = fixture.open()) {
            fixture.counted.flips.set(LARGE - 1);
            assertThatThrownBy(() -> store.local(key))
                    .isInstanceOf(IntegrityException.class)
                    .hasMessageContaining("memory store")
                    .hasMessageContaining(key);
            assertThat(fixture.files("sha256")).isEmpty();
            assertThat(fixture.files("partial")).isEmpty();
            fixture.counted.flips.set(-1);
            assertThat(CacheFixture.read(store, key)).hasSize(LARGE);
        }
    }

    @Test
    void aTransferThatBrokeOffIsResumedByTheNextProcess() throws Exception {
        byte[] bytes = CacheFixture.random(1, LARGE);
        String key = fixture.put(bytes);
        fixture.counted.breaksAfter.set(2_000_000);
        try (CachingStore store = fixture.open()) {
            assertThatThrownBy(() -> store.local(key))
                    .isInstanceOf(RegistryException.class)
                    .hasMessageContaining("connection reset")
                    .hasMessageNotContaining(temporary.toString());
        }
        fixture.counted.breaksAfter.set(-1);
        try (CachingStore store = fixture.open()) {
            assertThat(CacheFixture.read(store, key)).isEqualTo(bytes);
        }
        assertThat(fixture.counted.bytes.get()).isEqualTo(LARGE);
        assertThat(fixture.files("partial")).isEmpty();
    }

    @Test
    void aTransferThatBreaksOffGoesOnWhereItEnded() throws Exception {
        byte[] bytes = CacheFixture.random(1, LARGE);
        String key = fixture.put(bytes);
        CountingStore flaky = new CountingStore(fixture.counted) {
            @Override
            public Optional<InputStream> open(String of, long offset, long length) {
                breaksAfter.set(700_000);
                return super.open(of, offset, length);
            }
        };
        try (CachingStore store =
                CachingStore.open("the store", "x", () -> flaky, CacheFixture.settings(fixture.folder))) {
            assertThat(CacheFixture.read(store, key)).isEqualTo(bytes);
        }
        assertThat(flaky.opens.get()).isEqualTo(5);
        assertThat(flaky.bytes.get()).isEqualTo(LARGE);
    }

    @Test
    void aWrongBeginningIsDiscardedAndTheBlobFetchedWhole() throws Exception {
        byte[] bytes = CacheFixture.random(1, LARGE);
        String key = fixture.put(bytes);
        fixture.open().close();
        Path partials = fixture.folder.resolve("partial");
        Files.write(partials.resolve(Sha256.hex(bytes) + ".left"), CacheFixture.random(2, 1 << 20));
        Files.write(partials.resolve(Sha256.hex(bytes) + ".longer"), CacheFixture.random(2, LARGE + 5));
        try (CachingStore store = fixture.open()) {
            assertThat(CacheFixture.read(store, key)).isEqualTo(bytes);
        }
    }

    @Test
    void aDamagedFileIsFetchedAnewByTheNextProcess() throws Exception {
        byte[] bytes = CacheFixture.random(1, 5000);
        String key = fixture.put(bytes);
        try (CachingStore store = fixture.open()) {
            CacheFixture.read(store, key);
        }
        Path blob = fixture.folder.resolve(key.substring("blobs/".length()));
        byte[] damaged = bytes.clone();
        damaged[77] ^= 4;
        Files.delete(blob);
        Files.write(blob, damaged);
        try (CachingStore store = fixture.open()) {
            assertThat(CacheFixture.read(store, key)).isEqualTo(bytes);
        }
        assertThat(fixture.counted.bytes.get()).isEqualTo(10_000);
    }

    @Test
    void aFileThatIsExchangedUnderAProcessIsNoticed() throws Exception {
        byte[] bytes = CacheFixture.random(1, 5000);
        String key = fixture.put(bytes);
        try (CachingStore store = fixture.open()) {
            CacheFixture.read(store, key);
            Path blob = fixture.folder.resolve(key.substring("blobs/".length()));
            Files.delete(blob);
            Files.write(blob, CacheFixture.random(2, 5000));
            assertThat(CacheFixture.read(store, key)).isEqualTo(bytes);
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void manyThreadsAndCachesGetOneAndTheSameBlob(boolean locked) throws Exception {
        byte[] bytes = CacheFixture.random(1, LARGE);
        String key = fixture.put(bytes);
        CacheSettings settings = locked ? CacheFixture.settings(fixture.folder) : CacheFixture.unlocked(fixture.folder);
        ExecutorService executor = Executors.newFixedThreadPool(16);
        try (CachingStore first = fixture.open(settings);
                CachingStore second = fixture.open(settings)) {
            List<Callable<Boolean>> readers = new ArrayList<>();
            for (int i = 0; i < 16; i++) {
                CachingStore store = i % 2 == 0 ? first : second;
                readers.add(() -> Arrays.equals(CacheFixture.read(store, key), bytes));
            }
            for (Future<Boolean> right : executor.invokeAll(readers)) {
                assertThat(right.get()).isTrue();
            }
        } finally {
            executor.shutdown();
        }
        if (locked) {
            assertThat(fixture.counted.bytes.get()).as("fetched once").isEqualTo(LARGE);
        }
        assertThat(fixture.files("partial")).isEmpty();
        assertThat(fixture.files("leases")).isEmpty();
        assertThat(fixture.files("locks")).isEmpty();
    }

    @Test
    void whoWaitsForAThreadThatFailsFailsAlike() throws Exception {
        String key = fixture.put(CacheFixture.random(1, LARGE));
        fixture.counted.flips.set(5);
        ExecutorService executor = Executors.newFixedThreadPool(4);
        try (CachingStore store = fixture.open()) {
            List<Callable<Void>> readers = Collections.nCopies(4, () -> {
                assertThatThrownBy(() -> store.local(key)).isInstanceOf(IntegrityException.class);
                return null;
            });
            for (Future<Void> done : executor.invokeAll(readers)) {
                done.get();
            }
        } finally {
            executor.shutdown();
        }
    }

    @Test
    void theLeastRecentlyUsedMakesRoomAndWhatIsInUseStays() throws Exception {
        SteppingClock clock = new SteppingClock();
        CacheSettings settings =
                new CacheSettings(fixture.folder, 10_000_000, false, false, true, clock, TransferListener.NONE);
        List<String> keys = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            keys.add(fixture.put(CacheFixture.random(i, LARGE)));
        }
        try (CachingStore store = fixture.open(settings);
                CachingStore other = fixture.open(settings)) {
            try (LocalCopy used = other.local(keys.get(0)).orElseThrow()) {
                CacheFixture.read(store, keys.get(1));
                CacheFixture.read(store, keys.get(2));
                CacheFixture.read(store, keys.get(1));
                CacheFixture.read(store, keys.get(3));
                assertThat(fixture.files("sha256"))
                        .containsExactlyInAnyOrder(hex(keys.get(0)), hex(keys.get(1)), hex(keys.get(3)));
                CacheFixture.read(store, keys.get(4));
                assertThat(fixture.files("sha256"))
                        .containsExactlyInAnyOrder(hex(keys.get(0)), hex(keys.get(3)), hex(keys.get(4)));
                assertThat(Files.readAllBytes(used.path())).isEqualTo(CacheFixture.random(0, LARGE));
            }
            CacheFixture.read(store, keys.get(1));
            assertThat(fixture.files("sha256")).doesNotContain(hex(keys.get(0)));
        }
    }

    private static String hex(String key) {
        return BlobKeys.hex(key).orElseThrow();
    }

    /** Every look at it is a second later; the system's own clock, by which reads are dated, is behind it. */
    private static final class SteppingClock extends Clock {
        private Instant now = Instant.parse("2035-01-01T00:00:00Z");

        @Override
        public ZoneId getZone() {
            return ZoneOffset.UTC;
        }

        @Override
        public Clock withZone(ZoneId zone) {
            return this;
        }

        @Override
        public synchronized Instant instant() {
            now = now.plusSeconds(1);
            return now;
        }
    }

    @Test
    void aPathStaysGoodWhenTheBlobIsEvictedUnderIt() throws Exception {
        byte[] bytes = CacheFixture.random(1, 1000);
        String key = fixture.put(bytes);
        CachingStore store = fixture.open();
        LocalCopy copy = store.local(key).orElseThrow();
        Files.delete(fixture.folder.resolve(key.substring("blobs/".length())));
        assertThat(Files.readAllBytes(copy.path())).isEqualTo(bytes);
        store.close();
        fixture.open().close();
        assertThat(Files.readAllBytes(copy.path()))
                .as("the store was closed, the copy was not")
                .isEqualTo(bytes);
        copy.close();
        copy.close();
        assertThat(fixture.files("leases")).isEmpty();
    }

    @Test
    void whatIsLargerThanTheCacheIsStreamed() throws Exception {
        byte[] bytes = CacheFixture.random(1, LARGE);
        String key = fixture.put(bytes);
        try (CachingStore store = fixture.open(CacheFixture.bounded(fixture.folder, 1_000_000))) {
            assertThat(store.local(key)).isEmpty();
            assertThat(store.open(key).orElseThrow().readAllBytes()).isEqualTo(bytes);
        }
    }

    @Test
    void leftoversOfCrashedProcessesGo() throws Exception {
        fixture.open().close();
        Path dead = Files.createDirectories(fixture.folder.resolve("leases/99999999-0-dead"));
        Files.write(dead.resolve("1-" + "ab".repeat(32)), new byte[1]);
        Files.createFile(fixture.folder.resolve("leases/99999999-0-dead.lock"));
        Path old = Files.write(fixture.folder.resolve("partial/" + "ab".repeat(32) + ".x"), new byte[1]);
        Path young = Files.write(fixture.folder.resolve("partial/" + "ab".repeat(32) + ".y"), new byte[1]);
        Files.setLastModifiedTime(old, FileTime.from(Instant.now().minus(Duration.ofDays(2))));
        try (CachingStore store = fixture.open()) {
            assertThat(store.offlineSince()).isEmpty();
            assertThat(dead).doesNotExist();
            assertThat(old).doesNotExist();
            assertThat(young).exists();
        }
    }

    @Test
    void aFolderThatHoldsSomethingElseIsRefused() throws Exception {
        Files.createDirectories(fixture.folder);
        Files.write(fixture.folder.resolve("thesis.txt"), new byte[1]);
        assertThatThrownBy(fixture::open)
                .isInstanceOf(RegistryException.class)
                .hasMessageContaining("thesis.txt")
                .hasMessageNotContaining(temporary.toString());
    }

    @Test
    void aListenerHearsOfBytesTotalAndRate() throws Exception {
        List<TransferListener.Progress> heard = new ArrayList<>();
        ConcurrentLinkedQueue<String> ends = new ConcurrentLinkedQueue<>();
        TransferListener listener = new TransferListener() {
            @Override
            public void started(Progress progress) {
                ends.add("started " + progress.done());
            }

            @Override
            public void progressed(Progress progress) {
                heard.add(progress);
                throw new IllegalStateException("a listener's own trouble");
            }

            @Override
            public void finished(Progress progress) {
                ends.add("finished " + progress.done());
            }
        };
        byte[] bytes = CacheFixture.random(1, LARGE);
        String key = fixture.put(bytes);
        try (CachingStore store = fixture.open(new CacheSettings(
                fixture.folder, CacheSettings.MOST_BYTES, false, false, true, Clock.systemUTC(), listener))) {
            CacheFixture.read(store, key);
            CacheFixture.read(store, key);
        }
        assertThat(ends).containsExactly("started 0", "finished " + LARGE);
        assertThat(heard).isNotEmpty().allSatisfy(progress -> {
            assertThat(progress.total()).isEqualTo(LARGE);
            assertThat(progress.done()).isBetween(1L, (long) LARGE).isEqualTo(progress.moved());
            assertThat(progress.bytesPerSecond()).isPositive();
            assertThat(progress.digest()).isEqualTo("sha256:" + hex(key));
            assertThat(progress.direction()).isEqualTo(TransferListener.Direction.PULL);
        });
    }
}
