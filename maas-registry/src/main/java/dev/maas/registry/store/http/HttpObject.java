package dev.maas.registry.store.http;

import dev.maas.ClosedException;
import dev.maas.RegistryException;
import java.io.IOException;
import java.net.http.HttpHeaders;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * An object's bytes on their way here, from one offset to another. Used by one thread.
 *
 * <p><b>What is believed.</b> How many bytes there are is what the first answer says, and how many came is counted: an end before that is a
 * broken connection, whatever else the server says. Of a part, the place that it says to be of must be the one that was asked for. All of
 * the object where a part was asked for is taken for what it is, and what comes before the place is passed over.
 *
 * <p><b>Breaking off.</b> A transfer that broke off is taken up where it was, by a range under the condition that the entity tag is still
 * the same ({@code If-Range}, RFC 9110). An answer that holds another object than before, by its tag or its size, ends the transfer: bytes of two
 * objects are never put together. Without a strong tag nobody could tell, so that such a transfer is not taken up. Failures are forgiven
 * as long as the transfer gets on: so many without that are its end.
 */
final class HttpObject implements AutoCloseable {
    /** Stands for an end that only the transfer tells, in chunks that say which is the last. */
    private static final long UNKNOWN = Long.MAX_VALUE;

    private final HttpExchanges exchanges;
    private final String key;
    private final @Nullable String tag;
    private final long total;
    private final long end;

    private HttpBody body;
    private long position;

    /** The bytes before the position that the body has; they are passed over. */
    private long ahead;

    private int failures;
    private long forgivenAt;

    private HttpObject(
            HttpExchanges exchanges, String key, HttpResponse<HttpBody> answer, long total, long position, long end) {
        this.exchanges = exchanges;
        this.key = key;
        this.tag = HttpAnswers.strongTag(answer.headers()).orElse(null);
        this.total = total;
        this.body = answer.body();
        this.position = position;
        this.forgivenAt = position;
        this.end = end;
    }

    /**
     * Asks for an object.
     *
     * @return the object, which holds a connection until it is closed or taken to its end; empty if it is not there
     */
    static Optional<HttpObject> open(HttpExchanges exchanges, String key, long offset, long length) {
        long last = length >= Long.MAX_VALUE - offset ? Long.MAX_VALUE : offset + length - 1;
        boolean whole = offset == 0 && last == Long.MAX_VALUE;
        Map<String, String> headers =
                whole ? Map.of() : Map.of("Range", "bytes=" + offset + "-" + (last == Long.MAX_VALUE ? "" : last));
        Optional<HttpResponse<HttpBody>> answer = exchanges.send("open", "GET", key, headers);
        if (answer.isEmpty()) {
            return Optional.empty();
        }
        try {
            return Optional.of(first(exchanges, key, answer.get(), offset, last, whole));
        } catch (IOException e) {
            answer.get().body().close();
            throw exchanges.failure("open", key, e);
        }
    }

    private static HttpObject first(
            HttpExchanges exchanges, String key, HttpResponse<HttpBody> answer, long offset, long last, boolean whole)
            throws IOException {
        HttpHeaders headers = answer.headers();
        switch (answer.statusCode()) {
            case HttpAnswers.OK -> {
                HttpAnswers.requireSound(answer);
                long total = HttpAnswers.length(headers).orElse(UNKNOWN);
                long start = Math.min(offset, total);
                long end = last == Long.MAX_VALUE ? total : Math.min(total, last + 1);
                HttpObject object = new HttpObject(exchanges, key, answer, total, start, Math.max(start, end));
                object.ahead = object.position;
                return object;
            }
            case HttpAnswers.PARTIAL -> {
                if (whole) {
                    throw AnswerException.passing("the server's answer is a part, where all was asked for");
                }
                HttpAnswers.Range range = requirePart(answer, offset, last);
                return new HttpObject(exchanges, key, answer, range.total(), offset, range.last() + 1);
            }
            case HttpAnswers.RANGE_NOT_SATISFIABLE -> {
                answer.body().skipRest();
                OptionalLong size = HttpAnswers.sizeOutOfRange(headers);
                if (whole || size.isEmpty() || size.getAsLong() > offset) {
                    throw AnswerException.passing(
                            "the server says that there is no such range, where there may be one");
                }
                return new HttpObject(exchanges, key, answer, size.getAsLong(), offset, offset);
            }
            default ->
                throw AnswerException.passing(
                        "the server answered " + answer.statusCode() + " without having been asked so");
        }
    }

    /** Reads which part an answer holds: from the place that was asked for, to the end that was asked for or the object's. */
    private static HttpAnswers.Range requirePart(HttpResponse<HttpBody> answer, long offset, long last)
            throws IOException {
        HttpAnswers.requireSound(answer);
        HttpAnswers.Range range = HttpAnswers.range(answer.headers());
        long length = range.last() - range.first() + 1;
        if (range.first() != offset
                || range.last() != Math.min(last, range.total() - 1)
                || HttpAnswers.length(answer.headers()).orElse(length) != length) {
            throw AnswerException.passing("the server's answer is of another range than was asked for");
        }
        return range;
    }

    /**
     * Returns the next bytes, or null at the end. The buffer is the caller's until the next call.
     *
     * @throws IOException if there are more, and they do not come; the message names the store and the key
     */
    @Nullable
    ByteBuffer take() throws IOException {
        while (position < end) {
            try {
                ByteBuffer buffer = body.take();
                if (buffer == null) {
                    if (end == UNKNOWN) {
                        return null;
                    }
                    throw AnswerException.passing("the server's answer ended too early");
                }
                if (trim(buffer)) {
                    return buffer;
                }
            } catch (IOException e) {
                resume(e);
            }
        }
        finish();
        return null;
    }

    /** Cuts off what lies before the position or behind the end; returns whether anything is left. */
    private boolean trim(ByteBuffer buffer) {
        int passed = (int) Math.min(ahead, buffer.remaining());
        buffer.position(buffer.position() + passed);
        ahead -= passed;
        int count = (int) Math.min(buffer.remaining(), end - position);
        buffer.limit(buffer.position() + count);
        position += count;
        return count > 0;
    }

    /** Takes the transfer up where it broke off. */
    private void resume(IOException broken) throws IOException {
        body.close();
        IOException last = broken;
        while (true) {
            if (position - forgivenAt >= HttpTuning.FORGIVEN_BY_BYTES) {
                failures = 0;
            }
            forgivenAt = position;
            failures++;
            if (Thread.currentThread().isInterrupted()
                    || failures >= exchanges.tuning().attempts()) {
                throw broken(last);
            }
            if (tag == null || total == UNKNOWN) {
                throw broken(AnswerException.permanent(AnswerException.reason(last)
                        + ". It was not taken up, since the server gives no strong ETag or no length"));
            }
            try {
                exchanges.backOff(failures, last);
                again();
                return;
            } catch (RegistryException | ClosedException e) {
                throw new IOException(String.valueOf(e.getMessage()), e);
            } catch (IOException e) {
                last = e;
                body.close();
                if (e instanceof AnswerException answer && !answer.mayPass()) {
                    throw broken(e);
                }
            }
        }
    }

    private IOException broken(IOException e) {
        return new IOException(
                exchanges.name() + ": the transfer of '" + key + "' broke off at byte " + position + " of "
                        + (total == UNKNOWN ? "an unknown number" : total) + ": " + AnswerException.reason(e),
                e);
    }

    private void again() throws IOException {
        Map<String, String> headers =
                Map.of("Range", "bytes=" + position + "-" + (end - 1), "If-Range", String.valueOf(tag));
        HttpResponse<HttpBody> answer = exchanges
                .send("go on with", "GET", key, headers)
                .orElseThrow(() -> AnswerException.permanent("the object is not there any more"));
        body = answer.body();
        boolean same = HttpAnswers.strongTag(answer.headers())
                .filter(now -> now.equals(tag))
                .isPresent();
        switch (answer.statusCode()) {
            case HttpAnswers.PARTIAL -> {
                long now = requirePart(answer, position, end - 1).total();
                requireSame(same && now == total);
                ahead = 0;
            }
            case HttpAnswers.OK -> {
                HttpAnswers.requireSound(answer);
                requireSame(same && HttpAnswers.length(answer.headers()).orElse(-1) == total);
                ahead = position;
            }
            case HttpAnswers.RANGE_NOT_SATISFIABLE -> requireSame(false);
            default ->
                throw AnswerException.passing(
                        "the server answered " + answer.statusCode() + " without having been asked so");
        }
    }

    private static void requireSame(boolean same) throws IOException {
        if (!same) {
            throw AnswerException.permanent("the object was exchanged while it was read");
        }
    }

    /** Lets the client use the connection again, if nothing is left on it. */
    private void finish() {
        body.skipRest();
    }

    @Override
    public void close() {
        body.close();
    }
}
