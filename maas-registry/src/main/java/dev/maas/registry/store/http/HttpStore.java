package dev.maas.registry.store.http;

import dev.maas.AccessDeniedException;
import dev.maas.RegistryException;
import dev.maas.registry.store.ExportedStore;
import dev.maas.registry.store.ObjectContent;
import dev.maas.registry.store.ObjectInfo;
import dev.maas.registry.store.ObjectKeys;
import dev.maas.registry.store.ObjectListing;
import dev.maas.registry.store.RequestThreads;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.nio.channels.WritableByteChannel;
import java.time.Duration;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;

/**
 * A store that reads what a registry exported from a web server. Safe for use by any thread.
 *
 * <p>Objects are asked for one by one under their keys; see {@link HttpObject} for what is believed of an answer. The head is asked for
 * under the condition that it is not the one that is known.
 */
final class HttpStore implements ExportedStore {
    private static final String READ_ONLY =
            "it lies behind a web server. Publish to the registry that it was exported from, and export that again";

    /** Objects that are asked for ahead are kept in memory up to this size. */
    private static final int SMALL_BYTES = 1 << 20;

    private final HttpExchanges exchanges;
    private final RequestThreads threads;

    /** The head that is known; replaced as a whole. */
    private volatile @Nullable Known known;

    HttpStore(HttpExchanges exchanges) {
        this.exchanges = exchanges;
        this.threads = new RequestThreads(exchanges.name());
    }

    /** A head with the tag that the server gave it. */
    private static final class Known {
        private final byte[] bytes;
        private final String tag;

        Known(byte[] bytes, String tag) {
            this.bytes = bytes;
            this.tag = tag;
        }
    }

    @Override
    public String name() {
        return exchanges.name();
    }

    @Override
    public Optional<String> readOnlyReason() {
        return Optional.of(READ_ONLY);
    }

    @Override
    public byte[] head() {
        exchanges.requireOpen();
        @Nullable IOException last = null;
        for (int attempt = 0; attempt < exchanges.tuning().attempts(); attempt++) {
            exchanges.backOff(attempt, last);
            try {
                return askForHead();
            } catch (IOException e) {
                last = e;
                if (e instanceof AnswerException answer && !answer.mayPass()) {
                    break;
                }
            }
        }
        throw exchanges.failure("read", HEAD, Objects.requireNonNull(last));
    }

    private byte[] askForHead() throws IOException {
        @Nullable Known before = known;
        // Caches on the way are to ask the server, too.
        Map<String, String> headers = before == null
                ? Map.of("Cache-Control", "no-cache")
                : Map.of("Cache-Control", "no-cache", "If-None-Match", before.tag);
        HttpResponse<HttpBody> answer = exchanges
                .send("read", "GET", HEAD, headers)
                .orElseThrow(() -> new RegistryException(name() + " holds no exported registry: '" + HEAD
                        + "' is missing. Export a registry to the folder that the server shows there"));
        try (HttpBody body = answer.body()) {
            if (answer.statusCode() == HttpAnswers.NOT_MODIFIED && before != null) {
                body.skipRest();
                return before.bytes;
            }
            if (answer.statusCode() != HttpAnswers.OK) {
                throw AnswerException.passing(
                        "the server answered " + answer.statusCode() + " without having been asked so");
            }
            HttpAnswers.requireSound(answer);
            byte[] bytes = bytes(body);
            known = answer.headers()
                    .firstValue("ETag")
                    .map(tag -> new Known(bytes, tag))
                    .orElse(null);
            return bytes;
        }
    }

    private static byte[] bytes(HttpBody body) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        ByteBuffer buffer = body.take();
        while (buffer != null) {
            if (bytes.size() + buffer.remaining() > LARGEST_HEAD) {
                throw AnswerException.permanent(
                        "the server's answer has more than the " + LARGEST_HEAD + " bytes that a head may have");
            }
            byte[] part = new byte[buffer.remaining()];
            buffer.get(part);
            bytes.writeBytes(part);
            buffer = body.take();
        }
        return bytes.toByteArray();
    }

    @Override
    public Optional<ObjectInfo> stat(String key) {
        exchanges.requireOpen();
        ObjectKeys.require(key);
        return exchanges.send("look up", "HEAD", key, Map.of()).map(answer -> {
            answer.body().skipRest();
            try {
                OptionalLong size = HttpAnswers.length(answer.headers());
                if (answer.statusCode() != HttpAnswers.OK || size.isEmpty()) {
                    throw AnswerException.permanent("the server answered " + answer.statusCode()
                            + (size.isEmpty() ? " without a length" : " without having been asked so"));
                }
                return new ObjectInfo(key, size.getAsLong(), HttpAnswers.lastModified(answer.headers()));
            } catch (IOException e) {
                throw exchanges.failure("look up", key, e);
            }
        });
    }

    @Override
    public Optional<InputStream> open(String key, long offset, long length) {
        if (length == 0) {
            ObjectKeys.requireRange(offset, length);
            return stat(key).map(info -> InputStream.nullInputStream());
        }
        return object(key, offset, length).map(HttpInputStream::new);
    }

    private Optional<HttpObject> object(String key, long offset, long length) {
        exchanges.requireOpen();
        ObjectKeys.require(key);
        ObjectKeys.requireRange(offset, length);
        return HttpObject.open(exchanges, key, offset, length);
    }

    @Override
    public OptionalLong copyTo(String key, long offset, WritableByteChannel target) throws IOException {
        Optional<HttpObject> opened = object(key, offset, Long.MAX_VALUE);
        if (opened.isEmpty()) {
            return OptionalLong.empty();
        }
        try (HttpObject object = opened.get()) {
            long copied = 0;
            ByteBuffer buffer = take(object);
            while (buffer != null) {
                copied += buffer.remaining();
                while (buffer.hasRemaining()) {
                    target.write(buffer);
                }
                buffer = take(object);
            }
            return OptionalLong.of(copied);
        }
    }

    private static @Nullable ByteBuffer take(HttpObject object) {
        try {
            return object.take();
        } catch (IOException e) {
            throw new RegistryException(String.valueOf(e.getMessage()), e);
        }
    }

    @Override
    public Iterator<Optional<InputStream>> openAll(List<String> keys) {
        exchanges.requireOpen();
        List<Future<Optional<InputStream>>> opened =
                keys.stream().map(key -> threads.submit(() -> openAhead(key))).toList();
        return opened.stream().map(this::get).iterator();
    }

    private Optional<InputStream> get(Future<Optional<InputStream>> opened) {
        try {
            return RequestThreads.get(opened);
        } catch (IOException e) {
            exchanges.requireOpen();
            throw new RegistryException(name() + ": cannot open several objects at once: " + e.getMessage(), e);
        }
    }

    /** Opens an object for somebody who may not take it: in memory if it is small, and else only when it is read. */
    private Optional<InputStream> openAhead(String key) {
        try (InputStream in = open(key).orElse(null)) {
            if (in == null) {
                return Optional.empty();
            }
            byte[] bytes = in.readNBytes(SMALL_BYTES + 1);
            return Optional.of(
                    bytes.length <= SMALL_BYTES ? new ByteArrayInputStream(bytes) : new LazyInputStream(this, key));
        } catch (IOException e) {
            throw new RegistryException(String.valueOf(e.getMessage()), e);
        }
    }

    @Override
    public boolean putIfAbsent(String key, ObjectContent content) {
        throw readOnly(key);
    }

    @Override
    public boolean copyIfAbsent(String from, String to) {
        ObjectKeys.require(from);
        throw readOnly(to);
    }

    @Override
    public boolean delete(String key) {
        throw readOnly(key);
    }

    @Override
    public void clean(Duration olderThan) {
        throw readOnly("clean");
    }

    private AccessDeniedException readOnly(String key) {
        exchanges.requireOpen();
        ObjectKeys.require(key);
        return new AccessDeniedException(name() + " is read-only: " + READ_ONLY);
    }

    @Override
    public ObjectListing list(String prefix, @Nullable String after, int limit) {
        throw unlisted(prefix, limit);
    }

    @Override
    public List<String> folders(String prefix, @Nullable String after, int limit) {
        throw unlisted(prefix, limit);
    }

    private RegistryException unlisted(String prefix, int limit) {
        exchanges.requireOpen();
        ObjectKeys.requirePrefix(prefix);
        ObjectKeys.requireLimit(limit);
        return new RegistryException(name() + ": cannot list '" + prefix + "': a web server does not list."
                + " Open a registry on the store, which finds its models by the head");
    }

    @Override
    public void close() {
        exchanges.close();
        threads.close();
    }
}
