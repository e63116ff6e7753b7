package dev.maas.registry.store.oci;

import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.net.http.HttpResponse;
import java.net.http.HttpTimeoutException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Flow;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The body of an answer as a stream whose reads do not wait longer than the server may be silent; the JDK's own waits for ever. A few buffers
 * are in memory at a time. Read and closed by one thread; filled by the client's.
 */
final class TimedBody extends InputStream implements HttpResponse.BodySubscriber<InputStream> {
    /** What the client's threads hand to the reader: buffers, and at the end a failure or nothing. */
    private record Part(
            List<ByteBuffer> buffers,
            boolean last,
            @Nullable Throwable failure) {}

    private final Duration silence;
    private final BlockingQueue<Part> parts = new LinkedBlockingQueue<>();
    private final Object lock = new Object();

    // Guarded by lock.
    private Flow.@Nullable Subscription subscription;
    private boolean cancelled;

    // Of the reader only.
    private final Deque<ByteBuffer> buffers = new ArrayDeque<>();
    private boolean ended;
    private boolean closed;

    TimedBody(Duration silence) {
        this.silence = silence;
    }

    @Override
    public CompletionStage<InputStream> getBody() {
        return CompletableFuture.completedStage(this);
    }

    @Override
    public void onSubscribe(Flow.Subscription subscription) {
        boolean refused;
        synchronized (lock) {
            refused = cancelled || this.subscription != null;
            this.subscription = refused ? this.subscription : subscription;
        }
        if (refused) {
            subscription.cancel();
        } else {
            subscription.request(1);
        }
    }

    @Override
    public void onNext(List<ByteBuffer> item) {
        parts.add(new Part(item, false, null));
    }

    @Override
    public void onError(Throwable failure) {
        parts.add(new Part(List.of(), true, failure));
    }

    @Override
    public void onComplete() {
        parts.add(new Part(List.of(), true, null));
    }

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
    }

    @Override
    public int read(byte[] bytes, int offset, int length) throws IOException {
        Objects.checkFromIndexSize(offset, length, bytes.length);
        if (closed) {
            throw new IOException("The stream was closed");
        }
        if (length == 0) {
            return 0;
        }
        while (buffers.isEmpty()) {
            if (ended) {
                return -1;
            }
            take();
        }
        ByteBuffer next = buffers.element();
        int count = Math.min(length, next.remaining());
        next.get(bytes, offset, count);
        if (!next.hasRemaining()) {
            buffers.remove();
        }
        return count;
    }

    private void take() throws IOException {
        @Nullable Part part;
        try {
            part = parts.poll(silence.toNanos(), TimeUnit.NANOSECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw (IOException) new InterruptedIOException("Interrupted while waiting for the server").initCause(e);
        }
        if (part == null) {
            close();
            throw new HttpTimeoutException("The server was silent for " + silence.toMillis() + " ms");
        }
        if (part.failure != null) {
            ended = true;
            throw new IOException("The connection broke", part.failure);
        }
        ended = part.last;
        part.buffers.stream().filter(ByteBuffer::hasRemaining).forEach(buffers::add);
        if (!ended) {
            requestMore();
        }
    }

    private void requestMore() {
        Flow.@Nullable Subscription known;
        synchronized (lock) {
            known = subscription;
        }
        if (known != null) {
            known.request(1);
        }
    }

    private void cancel() {
        Flow.@Nullable Subscription known;
        synchronized (lock) {
            cancelled = true;
            known = subscription;
        }
        if (known != null) {
            known.cancel();
        }
    }

    @Override
    public void close() {
        if (!closed) {
            closed = true;
            buffers.clear();
            if (!ended) {
                cancel();
            }
        }
    }
}
