package dev.maas.registry.store.oci;

import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpHeaders;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What a registry answered. Whoever has it closes it. Used by one thread.
 *
 * @param status the status
 * @param headers the headers
 * @param uri where the answer came from, after redirects
 * @param body the body
 */
record OciAnswer(int status, HttpHeaders headers, URI uri, InputStream body) implements AutoCloseable {
    private static final int LARGEST_REST = 64 << 10;
    private static final Logger LOG = LoggerFactory.getLogger(OciAnswer.class);

    Optional<String> header(String name) {
        return headers.firstValue(name);
    }

    /** Returns the whole body. */
    byte[] bytes(int largest) throws IOException {
        byte[] bytes = body.readNBytes(largest + 1);
        if (bytes.length > largest) {
            throw new OciException("the registry's answer has more than " + largest + " bytes");
        }
        return bytes;
    }

    /** Returns the time by the registry's clock, in whole seconds; this machine's where it does not tell. */
    Instant time() {
        return date("Date").orElseGet(() -> Instant.ofEpochSecond(Instant.now().getEpochSecond()));
    }

    Optional<Instant> date(String name) {
        try {
            return header(name)
                    .map(text -> ZonedDateTime.parse(text, DateTimeFormatter.RFC_1123_DATE_TIME)
                            .toInstant());
        } catch (DateTimeException e) {
            return Optional.empty();
        }
    }

    /** Reads the little that may be left, so that the connection can be used again, and lets go of the body. */
    @Override
    public void close() {
        try (body) {
            body.readNBytes(LARGEST_REST);
        } catch (IOException e) {
            // What was left is of no interest; the next request takes another connection.
            LOG.trace("The rest of an answer was not read", e);
        }
    }
}
