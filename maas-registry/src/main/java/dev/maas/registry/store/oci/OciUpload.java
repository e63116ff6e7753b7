package dev.maas.registry.store.oci;

import dev.maas.registry.format.Sha256;
import dev.maas.registry.store.ObjectContent;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.net.URI;
import java.security.MessageDigest;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Puts blobs into a repository: small ones in one request, large ones in chunks, of which one is in memory. Safe for use by any thread.
 *
 * <p>The registry says after each chunk where the next goes, and how much it has. Where an answer was lost, it is asked once how much it has;
 * if that is the whole chunk or none of it, the upload goes on. If the upload is gone, as Docker's registry drops it when a connection
 * breaks, the blob begins anew, from a freshly opened content. Only the last request, which names the digest, makes the blob; the registry
 * compares it with the bytes.
 */
final class OciUpload {
    private static final Logger LOG = LoggerFactory.getLogger(OciUpload.class);
    private static final int LARGEST_CHUNK = 256 << 20;
    private static final int NO_CONTENT = 204;
    private static final int RANGE_NOT_SATISFIABLE = 416;
    private static final Pattern RANGE = Pattern.compile("(?:bytes=)?0-([0-9]{1,18})");

    /** What the next begin may mend: the upload is gone, it does not have what was sent, or the bytes changed on their way. */
    private static final Set<Integer> MENDABLE =
            Set.of(400, OciRefusal.NOT_FOUND, 409, 412, RANGE_NOT_SATISFIABLE, 500, 502, 503, 504);

    private final OciHttp http;
    private final OciBlobs blobs;
    private final OciTuning tuning;

    OciUpload(OciHttp http, OciBlobs blobs, OciTuning tuning) {
        this.http = http;
        this.blobs = blobs;
        this.tuning = tuning;
    }

    /** Thrown where the fault is the content's; no new begin mends it. */
    static final class ContentException extends OciException {
        private static final long serialVersionUID = 1L;

        ContentException(String message, @Nullable Throwable cause) {
            super(message, cause);
        }
    }

    /** An upload under way; used by one thread. */
    private static final class Session {
        private URI uri;
        private final int chunk;

        Session(URI uri, int chunk) {
            this.uri = uri;
            this.chunk = chunk;
        }
    }

    /**
     * Puts a blob unless it is there, and returns its digest.
     *
     * @param expected the digest that it must have; empty if it is not known
     */
    String put(ObjectContent content, Optional<String> expected) throws IOException {
        boolean small = content.size() <= tuning.chunkBytes();
        // To look for a small one costs as much as to send it.
        if (!small && expected.isPresent() && blobs.exists(expected.get(), content.size())) {
            return expected.get();
        }
        byte @Nullable [] whole = small ? bytes(content) : null;
        if (whole != null) {
            requireExpected(Sha256.hex(whole), expected);
        }
        for (int attempt = 1; ; attempt++) {
            try {
                return whole == null ? putInChunks(content, expected) : putWhole(whole);
            } catch (ContentException | InterruptedIOException e) {
                throw e;
            } catch (IOException e) {
                boolean again = !(e instanceof OciException)
                        || (e instanceof OciRefusal refusal && MENDABLE.contains(refusal.status()));
                if (!again || attempt >= tuning.attempts()) {
                    throw e;
                }
                LOG.debug("An upload begins anew", e);
                http.backOff(attempt);
            }
        }
    }

    /** Reads a content that is small. */
    static byte[] bytes(ObjectContent content) throws ContentException {
        try (InputStream in = content.open()) {
            byte[] bytes = in.readNBytes((int) content.size() + 1);
            if (bytes.length == content.size()) {
                return bytes;
            }
        } catch (IOException e) {
            throw new ContentException("its content cannot be read", e);
        }
        throw wrongSize(content);
    }

    private static ContentException wrongSize(ObjectContent content) {
        return new ContentException(
                "its content does not have the " + content.size() + " bytes that were announced", null);
    }

    static void requireExpected(String hex, Optional<String> expected) throws ContentException {
        if (expected.isPresent() && !expected.get().equals(hex)) {
            throw new ContentException("its content does not have the digest that its key names", null);
        }
    }

    private String putWhole(byte[] bytes) throws IOException {
        String hex = Sha256.hex(bytes);
        Session session = begin();
        finish(session, hex, bytes);
        return hex;
    }

    private Session begin() throws IOException {
        OciCall call = OciCall.of("POST", http.resource("blobs/uploads/"), 202).body(new byte[0], ObjectContent.OCTETS);
        try (OciAnswer answer = http.send(call)) {
            URI uri = http.location(answer)
                    .orElseThrow(() -> new OciException("the registry does not say where an upload goes"));
            int least = answer.header("OCI-Chunk-Min-Length")
                    .filter(text -> text.matches("[0-9]{1,10}"))
                    .map(text -> (int) Math.min(Long.parseLong(text), LARGEST_CHUNK))
                    .orElse(0);
            return new Session(uri, Math.max(tuning.chunkBytes(), least));
        }
    }

    private void finish(Session session, String hex, byte[] rest) throws IOException {
        String separator = session.uri.getRawQuery() == null ? "?" : "&";
        URI uri = URI.create(session.uri + separator + "digest=" + Sha256.PREFIX.replace(":", "%3A") + hex);
        OciCall call = OciCall.of("PUT", uri, 201, 200, NO_CONTENT)
                .body(rest, ObjectContent.OCTETS)
                .once();
        try (OciAnswer answer = http.send(call)) {
            LOG.trace("An upload ended with {}", answer.status());
        }
    }

    private String putInChunks(ObjectContent content, Optional<String> expected) throws IOException {
        Session session = begin();
        try {
            MessageDigest digest = Sha256.start();
            sendChunks(session, content, digest);
            String hex = Sha256.hex(digest);
            requireExpected(hex, expected);
            finishOrFind(session, hex, content.size());
            return hex;
        } catch (IOException e) {
            abandon(session, e);
            throw e;
        }
    }

    /** Ends an upload; where the answer was lost, looks whether the blob is there, lest all of it be sent again. */
    private void finishOrFind(Session session, String hex, long size) throws IOException {
        try {
            finish(session, hex, new byte[0]);
        } catch (OciException | InterruptedIOException e) {
            throw e;
        } catch (IOException e) {
            if (!blobs.exists(hex, size)) {
                throw e;
            }
        }
    }

    private void sendChunks(Session session, ObjectContent content, MessageDigest digest) throws IOException {
        try (InputStream in = open(content)) {
            long sent = 0;
            while (sent < content.size()) {
                byte[] chunk = read(in, (int) Math.min(session.chunk, content.size() - sent));
                if (chunk.length == 0) {
                    throw wrongSize(content);
                }
                digest.update(chunk);
                send(session, chunk, sent);
                sent += chunk.length;
            }
            if (read(in, 1).length > 0) {
                throw wrongSize(content);
            }
        }
    }

    private static InputStream open(ObjectContent content) throws ContentException {
        try {
            return content.open();
        } catch (IOException e) {
            throw new ContentException("its content cannot be read", e);
        }
    }

    private static byte[] read(InputStream in, int most) throws ContentException {
        try {
            return in.readNBytes(most);
        } catch (IOException e) {
            throw new ContentException("its content cannot be read", e);
        }
    }

    private void send(Session session, byte[] chunk, long at) throws IOException {
        OciCall call = OciCall.of("PATCH", session.uri, 202, NO_CONTENT)
                .body(chunk, ObjectContent.OCTETS)
                .header("Content-Range", at + "-" + (at + chunk.length - 1))
                .once();
        long has;
        try (OciAnswer answer = http.send(call)) {
            has = proceed(session, answer).orElse(at + chunk.length);
        } catch (InterruptedIOException e) {
            throw e;
        } catch (IOException e) {
            has = ask(session, e);
            if (has == at) {
                // Nothing of it arrived: once more, and if that fails, from the beginning.
                try (OciAnswer answer = http.send(call)) {
                    has = proceed(session, answer).orElse(at + chunk.length);
                }
            }
        }
        if (has != at + chunk.length) {
            throw new IOException(
                    "the registry has " + has + " bytes of an upload of which " + (at + chunk.length) + " were sent");
        }
    }

    /** Takes over where an upload goes on; returns how much the registry has, if it tells. */
    private Optional<Long> proceed(Session session, OciAnswer answer) throws IOException {
        session.uri = http.location(answer).orElse(session.uri);
        Matcher range = RANGE.matcher(answer.header("Range").orElse(""));
        return range.matches() ? Optional.of(received(Long.parseLong(range.group(1)))) : Optional.empty();
    }

    /** Nothing and one byte are both told as 0-0; no chunk is one byte but the last. */
    private static long received(long last) {
        return last == 0 ? 0 : last + 1;
    }

    /** Asks how much of an upload there is, where the answer to a chunk was lost; fails as that did if the upload is gone. */
    private long ask(Session session, IOException lost) throws IOException {
        try (OciAnswer answer = http.send(OciCall.of("GET", session.uri, NO_CONTENT, 202, 200))) {
            return proceed(session, answer).orElseThrow(() -> lost);
        } catch (InterruptedIOException e) {
            throw e;
        } catch (IOException e) {
            if (e != lost) {
                lost.addSuppressed(e);
            }
            throw lost;
        }
    }

    /** Tells the registry that an upload will not go on. It forgets it in the end also if it does not hear that. */
    private void abandon(Session session, IOException reason) {
        try (OciAnswer answer = http.send(OciCall.of("DELETE", session.uri, 200, 202, NO_CONTENT, OciRefusal.NOT_FOUND)
                .once())) {
            LOG.trace("An upload was abandoned with {}", answer.status());
        } catch (IOException e) {
            reason.addSuppressed(e);
        }
    }

    /** Asks whether this repository takes uploads, and leaves none behind. */
    void probe() throws IOException {
        abandonQuietly(begin());
    }

    private void abandonQuietly(Session session) {
        abandon(session, new IOException("An upload was begun to see whether it may"));
    }
}
