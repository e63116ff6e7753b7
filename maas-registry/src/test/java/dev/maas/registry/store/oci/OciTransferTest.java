package dev.maas.registry.store.oci;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.maas.IntegrityException;
import dev.maas.RegistryException;
import dev.maas.registry.format.Sha256;
import dev.maas.registry.store.ObjectContent;
import dev.maas.registry.store.WrongBytesException;
import dev.maas.registry.store.oci.FakeRegistry.Fault;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Large bytes on their way up and down, on a registry that spoils it. */
class OciTransferTest {
    private final byte[] bytes = TestOci.random(300_001);
    private final String key = TestOci.blobKey(bytes);
    private FakeRegistry server;
    private OciStore store;

    @BeforeEach
    void start() throws Exception {
        server = new FakeRegistry();
        store = TestOci.open(server.location("?single-writer=true"));
    }

    @AfterEach
    void stop() {
        store.close();
        server.close();
    }

    /** Spoils the first request of a kind, and no other. */
    private FakeRegistry.Plan first(String kind, Fault fault) {
        AtomicBoolean done = new AtomicBoolean();
        return request -> request.contains(kind) && !done.getAndSet(true) ? fault : Fault.NONE;
    }

    private byte[] read() throws IOException {
        try (InputStream in = store.open(key).orElseThrow()) {
            return in.readAllBytes();
        }
    }

    @Test
    void aLargeBlobGoesUpInChunksThatFollowWhereTheRegistryLeads() throws Exception {
        assertThat(store.putIfAbsent(key, TestOci.octets(bytes))).isTrue();

        assertThat(server.requests("PATCH")).hasSize((bytes.length + (48 << 10) - 1) / (48 << 10));
        assertThat(server.blobs.get(Sha256.hex(bytes))).isEqualTo(bytes);
        assertThat(server.uploads()).as("uploads that are left").isZero();
        assertThat(read()).isEqualTo(bytes);
    }

    @Test
    void chunksAreAsLargeAsTheRegistryAsks() throws Exception {
        server.leastChunk = 100_000;
        assertThat(store.putIfAbsent(key, TestOci.octets(bytes))).isTrue();
        assertThat(server.requests("PATCH")).hasSize(4);
    }

    @Test
    void aChunkThatNeverArrivedIsSentAgainWhereTheUploadIsStillThere() {
        AtomicInteger opened = new AtomicInteger();
        server.plan = first("PATCH", Fault.DROPPED);
        assertThat(store.putIfAbsent(key, TestOci.counting(bytes, opened))).isTrue();
        assertThat(opened).hasValue(1);
        assertThat(server.blobs.get(Sha256.hex(bytes))).isEqualTo(bytes);
    }

    @ParameterizedTest
    @EnumSource(names = {"DROPPED", "ANSWER_LOST", "ERROR"})
    void anUploadThatIsGoneBeginsAnew(Fault fault) {
        AtomicInteger opened = new AtomicInteger();
        AtomicInteger chunks = new AtomicInteger();
        server.forgetsUploads = true;
        server.plan = request -> request.startsWith("PATCH") && chunks.incrementAndGet() == 3 ? fault : Fault.NONE;

        assertThat(store.putIfAbsent(key, TestOci.counting(bytes, opened))).isTrue();

        assertThat(opened.get()).isEqualTo(fault == Fault.ERROR ? opened.get() : 2);
        assertThat(server.blobs.get(Sha256.hex(bytes))).isEqualTo(bytes);
    }

    @Test
    void aBlobWhoseLastAnswerWasLostIsNotSentAgain() {
        AtomicInteger opened = new AtomicInteger();
        server.plan = first("digest=", Fault.ANSWER_LOST);
        assertThat(store.putIfAbsent(key, TestOci.counting(bytes, opened))).isTrue();
        assertThat(opened).hasValue(1);
    }

    @Test
    void aRegistryThatNeverKeepsAnUploadIsGivenUp() {
        server.plan = request -> request.startsWith("PATCH") ? Fault.DROPPED : Fault.NONE;
        server.forgetsUploads = true;
        assertThatThrownBy(() -> store.putIfAbsent(key, TestOci.octets(bytes)))
                .isInstanceOf(RegistryException.class)
                .hasMessageContaining(store.name())
                .hasMessageContaining(key);
        assertThat(store.stat(key)).isEmpty();
    }

    @Test
    void aContentThatIsNotWhatItsKeySaysLeavesNothing() {
        byte[] other = TestOci.random(300_002);
        assertThatThrownBy(() -> store.putIfAbsent(key, TestOci.octets(other)))
                .isInstanceOf(RegistryException.class)
                .hasMessageContaining("digest that its key names");
        assertThatThrownBy(() -> store.putIfAbsent(key, TestOci.text("small"))).isInstanceOf(RegistryException.class);
        assertThat(server.blobs).doesNotContainKey(Sha256.hex(other));
        assertThat(server.uploads()).as("uploads that are left").isZero();
        assertThat(store.stat(key)).isEmpty();
    }

    @Test
    void aTornDownloadGoesOnWhereItBroke() throws Exception {
        store.putIfAbsent(key, TestOci.octets(bytes));
        server.plan = first("GET blobs/", Fault.TORN);
        assertThat(read()).isEqualTo(bytes);
        List<String> reads = server.requests("GET blobs/");
        assertThat(reads).hasSizeBetween(2, 3);
        assertThat(reads.get(1)).contains("bytes=").doesNotContain("bytes=0-");
    }

    @Test
    void aTornDownloadGoesOnWhereThereAreNoRanges() throws Exception {
        store.putIfAbsent(key, TestOci.octets(bytes));
        server.knowsRanges = false;
        server.plan = first("GET blobs/", Fault.TORN);
        assertThat(read()).isEqualTo(bytes);
        try (InputStream in = store.open(key, 200_000, 7).orElseThrow()) {
            assertThat(in.readAllBytes()).isEqualTo(Arrays.copyOfRange(bytes, 200_000, 200_007));
        }
    }

    @Test
    void aDownloadThatAlwaysBreaksFailsAndDoesNotJustEnd() throws Exception {
        store.putIfAbsent(key, TestOci.octets(bytes));
        server.plan = request -> request.startsWith("GET blobs/")
                        && server.requests("GET blobs/").size() > 1
                ? Fault.DROPPED
                : request.startsWith("GET blobs/") ? Fault.TORN : Fault.NONE;
        assertThatThrownBy(this::read).isInstanceOf(IOException.class);
    }

    @Test
    void aFlippedBitIsFoundBeforeTheLastByteGoesOut() {
        store.putIfAbsent(key, TestOci.octets(bytes));
        server.plan = request -> request.startsWith("GET blobs/") ? Fault.FLIPPED : Fault.NONE;
        assertThatThrownBy(this::read).isInstanceOf(WrongBytesException.class);
    }

    @Test
    void aFlippedBitInAnEntryOrManifestIsFound() {
        byte[] manifest = manifest();
        String manifestKey = TestOci.blobKey(manifest);
        store.putIfAbsent(manifestKey, ObjectContent.of(manifest, OciEntry.MANIFEST_TYPE));
        store.putIfAbsent("k", TestOci.text("inline"));
        server.plan = request -> request.startsWith("GET manifests/") ? Fault.FLIPPED : Fault.NONE;
        assertThatThrownBy(() -> store.open("k")).isInstanceOf(IntegrityException.class);
        assertThatThrownBy(() -> store.stat("k")).isInstanceOf(IntegrityException.class);
        server.plan = request -> request.startsWith("GET manifests/sha256:") ? Fault.FLIPPED : Fault.NONE;
        assertThatThrownBy(() -> store.open(manifestKey)).isInstanceOf(IntegrityException.class);
        server.plan = request -> Fault.NONE;
        server.manifests.put(Sha256.hex(manifest), TestOci.random(5));
        assertThatThrownBy(() -> store.open(manifestKey)).isInstanceOf(IntegrityException.class);
    }

    private static byte[] manifest() {
        return ("{\"schemaVersion\":2,\"mediaType\":\"" + OciEntry.MANIFEST_TYPE + "\",\"config\":{},\"layers\":[]}")
                .getBytes(StandardCharsets.US_ASCII);
    }

    @Test
    void aServerThatFallsSilentIsNotWaitedForEver() {
        store.putIfAbsent(key, TestOci.octets(bytes));
        store.putIfAbsent("k", TestOci.text("x"));
        try (OciStore impatient = TestOci.open(server.location("?single-writer=true"), null, TestOci.IMPATIENT)) {
            server.plan = request ->
                    request.startsWith("GET blobs/") || request.contains("manifests/K") ? Fault.SILENCE : Fault.NONE;
            assertThatThrownBy(() -> impatient.open(key))
                    .isInstanceOf(RegistryException.class)
                    .hasMessageContaining("Timeout");
            assertThatThrownBy(() -> impatient.stat("k")).isInstanceOf(RegistryException.class);
        }
    }

    @Test
    void aBlobThatTheRegistryLostIsNamed() {
        store.putIfAbsent(key, TestOci.octets(bytes));
        server.blobs.clear();
        assertThatThrownBy(() -> store.open(key))
                .isInstanceOf(RegistryException.class)
                .hasMessageContaining("lost the blob sha256:" + Sha256.hex(bytes));
    }
}
