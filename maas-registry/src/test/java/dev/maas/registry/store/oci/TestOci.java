package dev.maas.registry.store.oci;

import dev.maas.registry.format.Sha256;
import dev.maas.registry.store.ObjectContent;
import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.NullMarked;
import org.jspecify.annotations.Nullable;

/** What the tests of this package share. */
@NullMarked
final class TestOci {
    static final String USER = "tester";
    static final String PASSWORD = "not-to-be-seen-in-messages";
    static final OciCredentials CREDENTIALS = new OciCredentials(USER, PASSWORD, false);

    /** Chunks that cut most objects, pages of few tags, and waits so short that faults do not take long. */
    static final OciTuning SMALL = new OciTuning(
            48 << 10,
            1 << 10,
            7,
            4,
            Duration.ofMillis(1),
            Duration.ofMillis(20),
            Duration.ofSeconds(5),
            Duration.ofSeconds(20));

    /** The same for who waits for an answer that does not come. */
    static final OciTuning IMPATIENT = new OciTuning(
            SMALL.chunkBytes(),
            SMALL.inlineBytes(),
            SMALL.pageSize(),
            2,
            SMALL.firstBackoff(),
            SMALL.longestPause(),
            SMALL.connectTimeout(),
            Duration.ofMillis(200));

    private TestOci() {}

    static OciStore open(String location) {
        return open(location, null, SMALL);
    }

    static OciStore open(String location, @Nullable OciCredentials credentials, OciTuning tuning) {
        return OciStoreOpening.open(OciLocation.parse(URI.create(location)), credentials, tuning);
    }

    /** Opens a store that does not wait, and tells how long it would have. */
    static OciStore open(String location, List<Duration> pauses) {
        return OciStoreOpening.open(OciLocation.parse(URI.create(location)), null, SMALL, pauses::add);
    }

    static byte[] random(int size) {
        byte[] bytes = new byte[size];
        new Random(size).nextBytes(bytes);
        return bytes;
    }

    static String blobKey(byte[] bytes) {
        String hex = Sha256.hex(bytes);
        return "blobs/sha256/" + hex.substring(0, 2) + "/" + hex;
    }

    static ObjectContent octets(byte[] bytes) {
        return ObjectContent.of(bytes, ObjectContent.OCTETS);
    }

    static ObjectContent text(String text) {
        return octets(text.getBytes(StandardCharsets.UTF_8));
    }

    /** A content that counts how often it is opened. */
    static ObjectContent counting(byte[] bytes, AtomicInteger opened) {
        return new ObjectContent() {
            @Override
            public long size() {
                return bytes.length;
            }

            @Override
            public String mediaType() {
                return OCTETS;
            }

            @Override
            public InputStream open() {
                opened.incrementAndGet();
                return new ByteArrayInputStream(bytes);
            }
        };
    }
}
