package dev.maas.registry.store.http;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.http.HttpResponse.BodySubscriber;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Flow;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * An answer's body as the buffers in which it came from the network. The client fills a queue of bounded length; one thread takes from it.
 *
 * <p>The client's own stream asks for one read of the network after another and copies each; this asks ahead and copies nothing, which
 * takes half the time on a fast network. Both sides work through many parts before they wake the other: on a machine of few cores, waking
 * a thread for each part costs more than the part does. Who waits is woken early only by the end.
 *
 * <p>A body that does not come is given up: see {@link HttpTuning#silence()}. Time in which the taker was busy does not count.
 */
final class HttpBody implements BodySubscriber<HttpBody>, AutoCloseable {
    private static final long NANOS_FOR_THE_END = TimeUnit.SECONDS.toNanos(1);
    private static final long MOST_SKIPPED = 64 << 10;

    /** Whoever waits for parts is woken when so large a share of what the client may be ahead is there. */
    private static final int WAKING = 4;

    /** The client is asked for more when so large a share of what it may be ahead was used up; the rest is more than what wakes. */
    private static final int ASKING = 2;

    private static final Part END = new Part(List.of(), true);

    private final HttpTuning tuning;
    private final Object lock = new Object();

    /** Guarded by {@link #lock}. */
    private final Queue<Part> queue = new ArrayDeque<>();

    /** Whether the last part is in the queue. Guarded by {@link #lock}. */
    private boolean complete;

    private final CompletableFuture<Flow.Subscription> subscribed = new CompletableFuture<>();

    /** Written before the end is queued. */
    private volatile @Nullable Throwable failure;

    // Of the taker only.
    private List<ByteBuffer> taken = List.of();
    private int next;

    /** Whether the part that was taken last is to be counted as used up when the next one is wanted. */
    private boolean wanted;

    /** The parts that were used up since the client was told. */
    private int used;

    private boolean ended;
    private long waitedNanos;
    private long bytesInTime;

    /** What one read of the network gave, or the end. */
    private record Part(List<ByteBuffer> buffers, boolean isEnd) {}

    HttpBody(HttpTuning tuning) {
        this.tuning = tuning;
    }

    @Override
    public CompletionStage<HttpBody> getBody() {
        return CompletableFuture.completedStage(this);
    }

    @Override
    public void onSubscribe(Flow.Subscription subscription) {
        if (subscribed.complete(subscription)) {
            subscription.request(tuning.buffersAhead());
        } else {
            // It was closed before it began, or this is a second one, which the contract of flows has us refuse.
            subscription.cancel();
        }
    }

    @Override
    public void onNext(List<ByteBuffer> buffers) {
        add(new Part(buffers, false));
    }

    private void add(Part part) {
        synchronized (lock) {
            queue.add(part);
            complete |= part.isEnd;
            if (complete || queue.size() == atOnce(WAKING)) {
                lock.notifyAll();
            }
        }
    }

    /** Returns a part of what the client may be ahead. */
    private int atOnce(int share) {
        return Math.max(1, tuning.buffersAhead() / share);
    }

    @Override
    public void onError(Throwable throwable) {
        failure = throwable;
        add(END);
    }

    @Override
    public void onComplete() {
        add(END);
    }

    /**
     * Returns the next buffer that has bytes, or null at the end. It is the caller's until the next call.
     *
     * @throws IOException if the body breaks off or does not come
     */
    @Nullable
    ByteBuffer take() throws IOException {
        while (!ended) {
            while (next < taken.size()) {
                ByteBuffer buffer = taken.get(next++);
                if (buffer.hasRemaining()) {
                    count(buffer.remaining());
                    return buffer;
                }
            }
            if (wanted) {
                wanted = false;
                usedUp();
            }
            Part part = poll(tuning.silence().toNanos() - waitedNanos);
            if (part == null) {
                close();
                throw AnswerException.passing("fewer than " + tuning.leastBytes() + " bytes came within "
                        + tuning.silence().toMillis() + " ms");
            }
            ended = part.isEnd;
            wanted = !ended;
            taken = part.buffers;
            next = 0;
        }
        Throwable thrown = failure;
        if (thrown != null) {
            throw new IOException("the connection broke", thrown);
        }
        return null;
    }

    /** Asks for many parts at once, since the client's thread is woken for it. */
    private void usedUp() {
        used++;
        if (used >= atOnce(ASKING)) {
            subscribed.join().request(used);
            used = 0;
        }
    }

    private void count(int bytes) {
        bytesInTime += bytes;
        if (bytesInTime >= tuning.leastBytes()) {
            bytesInTime = 0;
            waitedNanos = 0;
        }
    }

    /** Takes a part; waits for some more of them if there is none, but not longer than that. */
    private @Nullable Part poll(long nanos) throws IOException {
        try {
            synchronized (lock) {
                if (queue.isEmpty()) {
                    await(nanos);
                }
                return queue.poll();
            }
        } catch (InterruptedException e) {
            close();
            Thread.currentThread().interrupt();
            throw (IOException) new InterruptedIOException("interrupted while waiting for the server").initCause(e);
        }
    }

    /** Waits with the lock held. */
    private void await(long nanos) throws InterruptedException {
        long start = System.nanoTime();
        long left = nanos;
        while (!complete && queue.size() < atOnce(WAKING) && left > 0) {
            TimeUnit.NANOSECONDS.timedWait(lock, left);
            left = nanos - (System.nanoTime() - start);
        }
        waitedNanos += System.nanoTime() - start;
    }

    /** Reads a small rest, such as the page that comes with an error, so that the connection can be used again; gives up a larger one. */
    void skipRest() {
        long skipped = 0;
        waitedNanos = Math.max(waitedNanos, tuning.silence().toNanos() - NANOS_FOR_THE_END);
        try {
            ByteBuffer buffer = take();
            while (buffer != null && skipped <= MOST_SKIPPED) {
                skipped += buffer.remaining();
                buffer = take();
            }
        } catch (IOException e) {
            // Nobody wants these bytes, and the connection is not used again.
        }
        close();
    }

    /** Gives the body up, and its connection with it unless all of it has come. */
    @Override
    public void close() {
        taken = List.of();
        synchronized (lock) {
            queue.clear();
        }
        if (!ended) {
            ended = true;
            if (!subscribed.completeExceptionally(new IOException("closed"))) {
                subscribed.join().cancel();
            }
        }
    }
}
