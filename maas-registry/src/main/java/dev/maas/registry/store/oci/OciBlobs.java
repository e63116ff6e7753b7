package dev.maas.registry.store.oci;

import dev.maas.registry.format.Sha256;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Reads the blobs of a repository. Safe for use by any thread. */
final class OciBlobs {
    private static final int PARTIAL = 206;
    private static final Pattern RANGE = Pattern.compile("bytes ([0-9]{1,18})-([0-9]{1,18})/(?:[0-9]{1,18}|\\*)");

    private final OciHttp http;
    private final OciTuning tuning;

    OciBlobs(OciHttp http, OciTuning tuning) {
        this.http = http;
        this.tuning = tuning;
    }

    URI uri(String hex) {
        return http.resource("blobs/" + Sha256.PREFIX + hex);
    }

    /** Returns whether a blob is there, of that size as far as the registry tells. */
    boolean exists(String hex, long size) throws IOException {
        try (OciAnswer answer = http.send(OciCall.of("HEAD", uri(hex), 200, OciRefusal.NOT_FOUND))) {
            return answer.status() == 200
                    && answer.header("Content-Length")
                            .map(text -> text.equals(Long.toString(size)))
                            .orElse(true);
        }
    }

    /**
     * Opens part of a blob, which its reader compares with the digest if it is the whole. What breaks off is taken up again where it broke.
     *
     * @param end where the part ends, not behind the blob's own end
     */
    InputStream open(String hex, long size, long offset, long end) throws IOException {
        return new OciBlobStream(this, http, tuning, hex, size, offset, end);
    }

    /** Opens what lies between two places; the stream may break off, or hold more. */
    InputStream range(String hex, long size, long from, long end) throws IOException {
        OciCall call = OciCall.of("GET", uri(hex), 200, PARTIAL, OciRefusal.NOT_FOUND);
        boolean whole = from == 0 && end == size;
        OciAnswer answer = http.send(whole ? call : call.header("Range", "bytes=" + from + "-" + (end - 1)));
        try {
            if (answer.status() == OciRefusal.NOT_FOUND) {
                throw new LostException(Sha256.PREFIX + hex);
            }
            if (answer.status() == PARTIAL) {
                requireRange(answer, from);
            } else {
                // Some servers know no ranges.
                answer.body().skipNBytes(from);
            }
            return answer.body();
        } catch (IOException e) {
            answer.body().close();
            throw e;
        }
    }

    private static void requireRange(OciAnswer answer, long from) throws IOException {
        Matcher range = RANGE.matcher(answer.header("Content-Range").orElse(""));
        if (!range.matches() || Long.parseLong(range.group(1)) != from) {
            throw new EOFException("the registry answered with another range than was asked for");
        }
    }

    /** Thrown where an entry is there and its blob is not. */
    static final class LostException extends OciException {
        private static final long serialVersionUID = 1L;

        LostException(String digest) {
            super("the registry has lost the blob " + digest + "; look at what its own garbage collection removes");
        }
    }
}
