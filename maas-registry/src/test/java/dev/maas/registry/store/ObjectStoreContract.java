package dev.maas.registry.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.maas.ClosedException;
import dev.maas.InvalidInputException;
import dev.maas.RegistryException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What every {@link ObjectStore} promises. Extend it for a store of your own; all of it must pass.
 */
public abstract class ObjectStoreContract {
    private final List<ObjectStore> opened = new ArrayList<>();

    /**
     * Opens one more view of the same storage: what one puts, the others find. It is empty when a test begins. Where a storage cannot be
     * opened twice, return the same store.
     */
    protected abstract ObjectStore open() throws Exception;

    /** Returns how far the store's clock may be from this machine's. */
    protected Duration clockTolerance() {
        return Duration.ofMinutes(5);
    }

    /**
     * Returns whether one of several puts to a key wins also where they come from several views. A store that documents that it has one writer
     * says no; its threads then race in one view, where one must win all the same.
     */
    protected boolean oneWinnerAcrossViews() {
        return true;
    }

    private ObjectStore store() throws Exception {
        ObjectStore store = open();
        opened.add(store);
        return store;
    }

    @AfterEach
    void closeStores() {
        opened.forEach(ObjectStore::close);
    }

    private static ObjectContent text(String text) {
        return ObjectContent.of(text.getBytes(StandardCharsets.UTF_8), "text/plain");
    }

    private static Optional<String> read(ObjectStore store, String key) throws IOException {
        return read(store.open(key));
    }

    private static Optional<String> read(Optional<InputStream> opened) throws IOException {
        if (opened.isEmpty()) {
            return Optional.empty();
        }
        try (InputStream in = opened.get()) {
            return Optional.of(new String(in.readAllBytes(), StandardCharsets.UTF_8));
        }
    }

    private static List<String> keys(ObjectListing listing) {
        return listing.objects().stream().map(ObjectInfo::key).toList();
    }

    @Test
    void aPutObjectIsThereForEveryViewAtOnce() throws Exception {
        ObjectStore one = store();
        ObjectStore other = store();

        assertThat(one.putIfAbsent("models/a/log/1.json", text("hello"))).isTrue();

        assertThat(read(other, "models/a/log/1.json")).contains("hello");
        ObjectInfo info = other.stat("models/a/log/1.json").orElseThrow();
        assertThat(info.key()).isEqualTo("models/a/log/1.json");
        assertThat(info.size()).isEqualTo(5);
        assertThat(Duration.between(info.lastModified(), Instant.now()).abs()).isLessThan(clockTolerance());
    }

    @Test
    void theFirstPutWinsAndTheSecondChangesNothing() throws Exception {
        ObjectStore store = store();
        assertThat(store.putIfAbsent("k", text("first"))).isTrue();
        assertThat(store.putIfAbsent("k", text("second"))).isFalse();
        assertThat(store().putIfAbsent("k", text("third"))).isFalse();
        assertThat(read(store, "k")).contains("first");
    }

    @Test
    void aPutThatLosesDoesNotOpenItsContent() throws Exception {
        ObjectStore store = store();
        store.putIfAbsent("k", text("first"));
        AtomicBoolean read = new AtomicBoolean();

        boolean won = store.putIfAbsent("k", content(100, () -> {
            read.set(true);
            return InputStream.nullInputStream();
        }));

        assertThat(won).isFalse();
        assertThat(read).as("content was opened").isFalse();
    }

    @Test
    void whatIsNotThereIsEmptyEverywhere() throws Exception {
        ObjectStore store = store();
        assertThat(store.stat("no/such")).isEmpty();
        assertThat(store.open("no/such")).isEmpty();
        assertThat(store.local("no/such")).isEmpty();
        assertThat(store.delete("no/such")).isFalse();
        assertThat(store.list("no/", null, 10).objects()).isEmpty();
        assertThat(store.folders("no/", null, 10)).isEmpty();
    }

    @Test
    void aFolderIsNoObject() throws Exception {
        ObjectStore store = store();
        store.putIfAbsent("a/b/c", text("x"));
        assertThat(store.stat("a/b")).isEmpty();
        assertThat(store.open("a")).isEmpty();
        assertThat(store.delete("a/b")).isFalse();
        assertThat(read(store, "a/b/c")).contains("x");
    }

    @Test
    void anEmptyObjectIsAnObject() throws Exception {
        ObjectStore store = store();
        assertThat(store.putIfAbsent("empty", text(""))).isTrue();
        assertThat(store.putIfAbsent("empty", text("x"))).isFalse();
        assertThat(read(store, "empty")).contains("");
        assertThat(store.stat("empty").orElseThrow().size()).isZero();
    }

    @Test
    void aRangeIsWhatLiesInIt() throws Exception {
        ObjectStore store = store();
        store.putIfAbsent("k", text("0123456789"));
        assertThat(read(store.open("k", 0, 4))).contains("0123");
        assertThat(read(store.open("k", 3, 4))).contains("3456");
        assertThat(read(store.open("k", 8, 100))).contains("89");
        assertThat(read(store.open("k", 4, Long.MAX_VALUE))).contains("456789");
        assertThat(read(store.open("k", 10, 5))).contains("");
        assertThat(read(store.open("k", 50, 5))).contains("");
        assertThat(read(store.open("k", 2, 0))).contains("");
        assertThat(store.open("absent", 2, 3)).isEmpty();
        assertThatThrownBy(() -> store.open("k", -1, 3)).isInstanceOf(InvalidInputException.class);
        assertThatThrownBy(() -> store.open("k", 0, -3)).isInstanceOf(InvalidInputException.class);
    }

    @Test
    void aLargeObjectComesBackByteForByte() throws Exception {
        ObjectStore store = store();
        byte[] bytes = new byte[3_000_017];
        new Random(7).nextBytes(bytes);
        assertThat(store.putIfAbsent("large", ObjectContent.of(bytes, ObjectContent.OCTETS)))
                .isTrue();
        try (InputStream in = store.open("large").orElseThrow()) {
            assertThat(in.readAllBytes()).isEqualTo(bytes);
        }
        try (InputStream in = store.open("large", 1_000_003, 70_001).orElseThrow()) {
            assertThat(in.readAllBytes()).isEqualTo(Arrays.copyOfRange(bytes, 1_000_003, 1_070_004));
        }
    }

    @Test
    void aCopyIntoAChannelHasTheSameBytes() throws Exception {
        ObjectStore store = store();
        byte[] bytes = new byte[1_000_033];
        new Random(9).nextBytes(bytes);
        store.putIfAbsent("large", ObjectContent.of(bytes, ObjectContent.OCTETS));
        for (int offset : new int[] {0, 1, 500_000, bytes.length, bytes.length + 5}) {
            ByteArrayOutputStream copy = new ByteArrayOutputStream();
            int left = Math.max(0, bytes.length - offset);
            assertThat(store.copyTo("large", offset, Channels.newChannel(copy))).hasValue(left);
            assertThat(copy.toByteArray()).isEqualTo(Arrays.copyOfRange(bytes, bytes.length - left, bytes.length));
        }
        assertThat(store.copyTo("absent", 0, Channels.newChannel(new ByteArrayOutputStream())))
                .isEmpty();
        assertThatThrownBy(() -> store.copyTo("large", 0, Channels.newChannel(new FullOutputStream())))
                .isInstanceOf(IOException.class)
                .hasMessage("full");
        assertThatThrownBy(() -> store.copyTo("large", -1, Channels.newChannel(new ByteArrayOutputStream())))
                .isInstanceOf(InvalidInputException.class);
    }

    private static final class FullOutputStream extends OutputStream {
        @Override
        public void write(int one) throws IOException {
            throw new IOException("full");
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 70_000})
    void aContentThatFailsLeavesNothing(int goodBytes) throws Exception {
        ObjectStore store = store();
        assertThatThrownBy(() -> store.putIfAbsent("k", content(100_000, () -> failingAfter(goodBytes))))
                .isInstanceOf(RegistryException.class)
                .hasMessageContaining(store.name())
                .hasMessageContaining("'k'");
        assertThat(store.stat("k")).isEmpty();
        assertThat(store.list("", null, 10).objects()).isEmpty();
        assertThat(store.putIfAbsent("k", text("good"))).isTrue();
    }

    @ParameterizedTest
    @ValueSource(ints = {3, 7})
    void aContentOfTheWrongSizeLeavesNothing(int announced) throws Exception {
        ObjectStore store = store();
        assertThatThrownBy(() -> store.putIfAbsent(
                        "k", content(announced, () -> text("12345").open())))
                .isInstanceOf(RegistryException.class);
        assertThat(store.stat("k")).isEmpty();
    }

    @Test
    void aDeletedObjectIsGoneAndItsKeyFree() throws Exception {
        ObjectStore store = store();
        store.putIfAbsent("a/k", text("one"));
        assertThat(store.delete("a/k")).isTrue();
        assertThat(store().stat("a/k")).isEmpty();
        assertThat(store.list("", null, 10).objects()).isEmpty();
        assertThat(store.delete("a/k")).isFalse();
        assertThat(store.putIfAbsent("a/k", text("two"))).isTrue();
        assertThat(read(store, "a/k")).contains("two");
    }

    @Test
    void aCopyIsAnObjectOfItsOwn() throws Exception {
        ObjectStore store = store();
        store.putIfAbsent("from", text("bytes"));
        store.putIfAbsent("taken", text("other"));
        assertThat(store.copyIfAbsent("from", "trash/x/to")).isTrue();
        assertThat(store.copyIfAbsent("from", "taken")).isFalse();
        store.delete("from");
        assertThat(read(store, "trash/x/to")).contains("bytes");
        assertThat(read(store, "taken")).contains("other");
        assertThatThrownBy(() -> store.copyIfAbsent("from", "elsewhere")).isInstanceOf(RegistryException.class);
        assertThat(store.stat("elsewhere")).isEmpty();
    }

    @Test
    void listingsAreInOrderAndPaged() throws Exception {
        ObjectStore store = store();
        // Folders whose names begin alike are where a walk through folders and the order of keys part.
        List<String> all = List.of(
                "a-b/x", "a.b/x", "a/x", "a/x-y", "a/x0", "a0/x", "ab/x", "b/c/d/e", "b/c0", "b/c_", "z", "z0.json");
        for (String key : all.stream().sorted((x, y) -> y.compareTo(x)).toList()) {
            store.putIfAbsent(key, text(key));
        }
        TreeSet<String> sorted = new TreeSet<>(all);

        assertThat(keys(store.list("", null, 100))).containsExactlyElementsOf(sorted);
        assertThat(keys(store.list("a/", null, 100))).containsExactly("a/x", "a/x-y", "a/x0");
        assertThat(keys(store.list("", "a0", 2))).containsExactly("a0/x", "ab/x");
        assertThat(keys(store.list("b/", "b/c/d/e", 9))).containsExactly("b/c0", "b/c_");
        assertThat(keys(store.list("a/", "0", 9))).hasSize(3);
        assertThat(keys(store.list("a/", "z", 9))).isEmpty();
        for (int limit = 1; limit <= all.size() + 1; limit++) {
            List<String> paged = new ArrayList<>();
            @Nullable String after = null;
            do {
                ObjectListing listing = store.list("", after, limit);
                assertThat(listing.objects()).hasSizeLessThanOrEqualTo(limit);
                paged.addAll(keys(listing));
                after = listing.next().orElse(null);
            } while (after != null);
            assertThat(paged).as("pages of %s", limit).containsExactlyElementsOf(sorted);
        }
    }

    @Test
    void aListingTellsSizesAndTimes() throws Exception {
        ObjectStore store = store();
        store.putIfAbsent("a/k", text("12345"));
        assertThat(store.list("", null, 1).objects())
                .containsExactly(store.stat("a/k").orElseThrow());
    }

    @Test
    void foldersAreTheNextPartsOfKeys() throws Exception {
        ObjectStore store = store();
        for (String key :
                List.of("models/b/log/1", "models/a/log/1", "models/a/log/2", "models/a-b/log/1", "models/x", "c/d")) {
            store.putIfAbsent(key, text(key));
        }
        assertThat(store.folders("models/", null, 10)).containsExactly("a-b", "a", "b");
        assertThat(store.folders("", null, 10)).containsExactly("c", "models");
        assertThat(store.folders("models/a/", null, 10)).containsExactly("log");
        assertThat(store.folders("models/a/log/", null, 10)).isEmpty();
        List<String> paged = new ArrayList<>();
        @Nullable String after = null;
        List<String> page = store.folders("models/", after, 1);
        while (!page.isEmpty()) {
            paged.addAll(page);
            page = store.folders("models/", page.get(0), 1);
        }
        assertThat(paged).as("pages of one").containsExactly("a-b", "a", "b");
    }

    @Test
    void aLocalCopyIsAFileWithTheSameBytes() throws Exception {
        ObjectStore store = store();
        store.putIfAbsent("blobs/k", text("bytes"));
        Optional<LocalCopy> local = store.local("blobs/k");
        if (local.isPresent()) {
            LocalCopy copy = local.get();
            assertThat(Files.readString(copy.path())).isEqualTo("bytes");
            copy.close();
            copy.close();
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "/",
                "/a",
                "a/",
                "a//b",
                ".",
                "..",
                "../a",
                "a/../b",
                "a/./b",
                ".hidden",
                "a/.b",
                "A",
                "a b",
                "a\\b",
                "a:b",
                "ä",
                "a\nb",
                "a.",
                "nul",
                "a/con.json",
                "tmp/x",
                "partial/x",
                "a/b/c/d/e/f/g/h/i",
                "a?b",
                "a%2e",
                "-a"
            })
    void oddKeysAreRefused(String key) throws Exception {
        ObjectStore store = store();
        assertThatThrownBy(() -> store.putIfAbsent(key, text("x"))).isInstanceOf(InvalidInputException.class);
        assertThatThrownBy(() -> store.stat(key)).isInstanceOf(InvalidInputException.class);
        assertThatThrownBy(() -> store.open(key)).isInstanceOf(InvalidInputException.class);
        assertThatThrownBy(() -> store.delete(key)).isInstanceOf(InvalidInputException.class);
    }

    @Test
    void oddListingsAreRefused() throws Exception {
        ObjectStore store = store();
        assertThatThrownBy(() -> store.list("a", null, 1)).isInstanceOf(InvalidInputException.class);
        assertThatThrownBy(() -> store.list("../", null, 1)).isInstanceOf(InvalidInputException.class);
        assertThatThrownBy(() -> store.list("", null, 0)).isInstanceOf(InvalidInputException.class);
        assertThatThrownBy(() -> store.list("", null, 1_001)).isInstanceOf(InvalidInputException.class);
        assertThatThrownBy(() -> store.folders("a", null, 1)).isInstanceOf(InvalidInputException.class);
    }

    @Test
    void longKeysAreTaken() throws Exception {
        ObjectStore store = store();
        String key = "m".repeat(128) + "/" + "n".repeat(128) + "/" + "0".repeat(128);
        assertThat(store.putIfAbsent(key, text("x"))).isTrue();
        assertThat(read(store, key)).contains("x");
    }

    @Test
    void ofManyPutsToOneKeyExactlyOneWinsAndNobodySeesAPart() throws Exception {
        int threads = 6;
        int keys = 25;
        List<ObjectStore> views = new ArrayList<>();
        for (int i = 0; i < threads; i++) {
            views.add(i == 0 || oneWinnerAcrossViews() ? store() : views.get(0));
        }
        AtomicInteger[] winners = new AtomicInteger[keys];
        Arrays.setAll(winners, i -> new AtomicInteger());
        CountDownLatch start = new CountDownLatch(1);
        List<Callable<Void>> tasks = new ArrayList<>();
        for (int t = 0; t < threads; t++) {
            ObjectStore view = views.get(t);
            String body = Integer.toString(t).repeat(20_000);
            tasks.add(() -> {
                start.await();
                for (int k = 0; k < keys; k++) {
                    if (view.putIfAbsent("race/" + k, text(body))) {
                        winners[k].incrementAndGet();
                    }
                    // Won or lost, the object is there now, whole.
                    String seen = read(view, "race/" + k).orElseThrow();
                    assertThat(seen)
                            .hasSize(20_000)
                            .isEqualTo(seen.substring(0, 1).repeat(20_000));
                }
                return null;
            });
        }
        ExecutorService executor = Executors.newFixedThreadPool(threads);
        try {
            List<Future<Void>> futures = tasks.stream().map(executor::submit).toList();
            start.countDown();
            for (Future<Void> future : futures) {
                future.get();
            }
        } finally {
            executor.shutdownNow();
        }
        assertThat(winners).allSatisfy(count -> assertThat(count).hasValue(1));
    }

    @Test
    void aClosedStoreRefusesAndClosesAgain() throws Exception {
        ObjectStore store = open();
        store.putIfAbsent("k", text("x"));
        store.close();
        store.close();
        assertThatThrownBy(() -> store.stat("k")).isInstanceOf(ClosedException.class);
        assertThatThrownBy(() -> store.putIfAbsent("j", text("x"))).isInstanceOf(ClosedException.class);
        assertThatThrownBy(() -> store.list("", null, 1)).isInstanceOf(ClosedException.class);
    }

    @Test
    void cleaningLeavesObjectsAlone() throws Exception {
        ObjectStore store = store();
        store.putIfAbsent("a/k", text("x"));
        store.clean(Duration.ZERO);
        assertThat(read(store, "a/k")).contains("x");
        assertThat(store.putIfAbsent("a/j", text("y"))).isTrue();
    }

    /** A stream's source that may fail. */
    protected interface Opening {
        /** Opens the stream. */
        InputStream open() throws IOException;
    }

    private static ObjectContent content(long size, Opening opening) {
        return new ObjectContent() {
            @Override
            public long size() {
                return size;
            }

            @Override
            public String mediaType() {
                return OCTETS;
            }

            @Override
            public InputStream open() throws IOException {
                return opening.open();
            }
        };
    }

    private static InputStream failingAfter(int goodBytes) {
        return new InputStream() {
            private int left = goodBytes;

            @Override
            public int read() throws IOException {
                if (left-- > 0) {
                    return 'x';
                }
                throw new IOException("the source broke");
            }

            @Override
            public int read(byte[] bytes, int offset, int length) throws IOException {
                if (length == 0) {
                    return 0;
                }
                bytes[offset] = (byte) read();
                return 1;
            }
        };
    }
}
