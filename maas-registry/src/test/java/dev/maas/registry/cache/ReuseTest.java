package dev.maas.registry.cache;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.maas.IntegrityException;
import dev.maas.registry.format.Sha256;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Of a new version only the parts move that are not here; and whatever an index says, the bytes are right. */
class ReuseTest {
    private static final int SIZE = 5 << 20;

    @TempDir
    Path temporary;

    private CacheFixture fixture;

    @BeforeEach
    void setUp() {
        fixture = new CacheFixture(temporary.resolve("cache"));
    }

    /** Pulls a blob with its index; returns how many bytes moved. */
    private long pull(byte[] blob, String indexHex) throws Exception {
        String key = fixture.put(blob);
        long before = fixture.counted.bytes.get();
        try (CachingStore store = fixture.open()) {
            store.noteChunks(Sha256.hex(blob), indexHex);
            assertThat(Arrays.equals(CacheFixture.read(store, key), blob)).isTrue();
        }
        return fixture.counted.bytes.get() - before;
    }

    private long pull(byte[] blob) throws Exception {
        return pull(blob, fixture.putIndex(blob));
    }

    /** Overwrites, inserts or deletes in a few places. */
    private static byte[] edited(byte[] blob, Random random, int edits, int most) {
        byte[] result = blob;
        for (int i = 0; i < edits; i++) {
            int length = 1 + random.nextInt(most);
            int place = random.nextInt(result.length - length);
            byte[] fresh = new byte[length];
            random.nextBytes(fresh);
            int kind = random.nextInt(3);
            int behind = kind == 1 ? place : place + length;
            int inserted = kind == 2 ? 0 : length;
            ByteBuffer buffer = ByteBuffer.allocate(place + inserted + result.length - behind);
            buffer.put(result, 0, place).put(fresh, 0, inserted).put(result, behind, result.length - behind);
            result = buffer.array();
        }
        return result;
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4})
    void editsMoveAboutWhatWasEdited(long seed) throws Exception {
        Random random = new Random(seed);
        byte[] first = CacheFixture.random(seed, SIZE);
        assertThat(pull(first)).isBetween((long) SIZE, SIZE + 100_000L);
        int edits = 1 + random.nextInt(4);
        byte[] second = edited(first, random, edits, 200_000);
        assertThat(pull(second)).as("%s edits", edits).isLessThan(edits * (200_000L + 150_000L) + 32_000);
        byte[] third = edited(second, random, 1, 10);
        assertThat(pull(third)).isLessThan(200_000);
        assertThat(pull(edited(third, random, 300, 1000))).isLessThan(SIZE + 100_000L);
    }

    @Test
    void aMegabyteChangedMovesLittleMore() throws Exception {
        byte[] first = CacheFixture.random(9, 4 * SIZE);
        pull(first);
        byte[] second = first.clone();
        System.arraycopy(CacheFixture.random(10, 1 << 20), 0, second, 5_000_000, 1 << 20);
        assertThat(pull(second)).isBetween(1L << 20, (1L << 20) + (256 << 10));
    }

    @Test
    void repeatedContentMovesNothingTwice() throws Exception {
        byte[] part = CacheFixture.random(1, SIZE);
        byte[] twice = Arrays.copyOf(part, 2 * SIZE);
        System.arraycopy(part, 0, twice, SIZE, SIZE);
        pull(part);
        assertThat(pull(twice)).isLessThan(SIZE / 10);
        assertThat(pull(new byte[SIZE])).isLessThan(SIZE + 50_000L);
        assertThat(pull(new byte[2 * SIZE])).isLessThan(100_000);
    }

    @Test
    void aPullThatBrokeOffIsResumedWithChunks() throws Exception {
        byte[] first = CacheFixture.random(1, SIZE);
        pull(first);
        byte[] second = edited(first, new Random(1), 3, 100_000);
        String index = fixture.putIndex(second);
        fixture.counted.breaksAfter.set(100_000);
        assertThatThrownBy(() -> pull(second, index)).hasMessageContaining("connection reset");
        fixture.counted.breaksAfter.set(-1);
        assertThat(pull(second, index)).isLessThan(800_000);
    }

    @ParameterizedTest
    @CsvSource({"MAGIC", "DIGEST", "SIZE", "GROUPS", "NO_GROUPS", "GROUP", "LENGTH", "CUT", "LONGER", "EMPTY"})
    void aTamperedIndexIsRefused(String how) {
        byte[] blob = CacheFixture.random(1, SIZE);
        byte[] index = CacheFixture.index(blob);
        int groups = ByteBuffer.wrap(index).getInt(ChunkIndex.HEADER - 4);
        byte[] tampered = tampered(index, how, ChunkIndex.HEADER + groups * ChunkIndex.GROUP);
        assertThatThrownBy(() -> ChunkIndex.read(tampered, Sha256.hex(blob))).isInstanceOf(IntegrityException.class);
    }

    private static byte[] tampered(byte[] index, String how, int entries) {
        byte[] bytes = index.clone();
        switch (how) {
            case "MAGIC" -> bytes[0]++;
            case "DIGEST" -> bytes[8]++;
            case "SIZE" -> bytes[47]++;
            case "GROUPS" -> bytes[48] = 127;
            case "NO_GROUPS" -> Arrays.fill(bytes, 48, 52, (byte) 0);
            case "GROUP" -> bytes[ChunkIndex.HEADER + 1]++;
            case "LENGTH" -> bytes[entries]++;
            case "CUT" -> bytes = Arrays.copyOf(bytes, bytes.length - 8);
            case "LONGER" -> bytes = Arrays.copyOf(bytes, bytes.length + 8);
            default -> bytes = new byte[0];
        }
        return bytes;
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7})
    void anyBytesForAnIndexNeverMakeWrongBytes(long seed) throws Exception {
        Random random = new Random(seed);
        byte[] first = CacheFixture.random(1, SIZE);
        pull(first);
        byte[] second = edited(first, random, 2, 100_000);
        byte[] index = CacheFixture.index(second);
        for (int i = 0; i < 1 + random.nextInt(5); i++) {
            index[random.nextInt(index.length)] ^= (byte) (1 + random.nextInt(255));
        }
        fixture.put(index);
        assertThat(pull(second, Sha256.hex(index))).isLessThan(2L * SIZE + 200_000);
    }

    @Test
    void anIndexThatSaysThatOtherChunksAreOursCostsAWholeTransferAndNoMore() throws Exception {
        byte[] first = CacheFixture.random(1, SIZE);
        pull(first);
        byte[] second = CacheFixture.random(2, SIZE);
        // The index of the first blob, in the name of the second.
        byte[] lying = CacheFixture.index(first);
        System.arraycopy(CacheFixture.index(second), 8, lying, 8, 32);
        fixture.put(lying);
        assertThat(pull(second, Sha256.hex(lying))).isBetween((long) SIZE, SIZE + 100_000L);
        byte[] third = edited(second, new Random(3), 1, 1000);
        assertThat(pull(third))
                .as("the lie was kept beside the second, and is found out")
                .isLessThan(2L * SIZE);
    }

    @Test
    void aBlobThatDecayedGivesNoChunks() throws Exception {
        byte[] first = CacheFixture.random(1, SIZE);
        pull(first);
        Path blob = fixture.folder.resolve(BlobKeys.key(Sha256.hex(first)).substring("blobs/".length()));
        byte[] decayed = first.clone();
        decayed[SIZE / 2] ^= 1;
        Files.delete(blob);
        Files.write(blob, decayed);
        assertThat(pull(edited(first, new Random(5), 1, 10))).isLessThan(300_000);
    }

    @Test
    void anIndexThatIsNotThereIsDoneWithout() throws Exception {
        byte[] first = CacheFixture.random(1, SIZE);
        pull(first);
        assertThat(pull(edited(first, new Random(5), 1, 10), "ab".repeat(32))).isGreaterThan(SIZE - 100);
    }

    @Test
    void chunksDoNotDependOnHowTheBytesCome() {
        byte[] blob = CacheFixture.random(1, SIZE);
        ChunkIndex.Writer writer = new ChunkIndex.Writer();
        Random random = new Random(1);
        int place = 0;
        while (place < blob.length) {
            int count = Math.min(blob.length - place, random.nextInt(100_000));
            writer.update(blob, place, count);
            place += count;
        }
        byte[] index = writer.finish(Sha256.hex(blob)).orElseThrow();
        assertThat(index).isEqualTo(CacheFixture.index(blob));
        ChunkIndex read = ChunkIndex.read(index, Sha256.hex(blob));
        assertThat(read.size()).isEqualTo(SIZE);
        assertThat(read.count()).isBetween(SIZE / 24_000, SIZE / 12_000);
    }

    @Test
    void smallBlobsHaveNoIndex() {
        ChunkIndex.Writer writer = new ChunkIndex.Writer();
        writer.update(new byte[1000], 0, 1000);
        assertThat(writer.finish("ab".repeat(32))).isEmpty();
    }
}
