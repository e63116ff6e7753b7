package dev.maas.registry.store.oci;

import dev.maas.AccessDeniedException;
import dev.maas.ClosedException;
import dev.maas.IntegrityException;
import dev.maas.RegistryException;
import dev.maas.registry.store.ObjectContent;
import dev.maas.registry.store.ObjectInfo;
import dev.maas.registry.store.ObjectKeys;
import dev.maas.registry.store.ObjectListing;
import dev.maas.registry.store.ObjectStore;
import dev.maas.registry.store.RequestThreads;
import dev.maas.registry.store.WrongBytesException;
import java.io.IOException;
import java.io.InputStream;
import java.util.Iterator;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;

/**
 * A store in a repository of an OCI registry, with one writer and any number of readers; {@link OciPut} says why one. Each key's tag points to
 * an {@link OciEntry}; what a key's digest names lies under that digest as a blob or manifest of the repository, so that other tools find it.
 *
 * <p>Deleting a key deletes its entry, and a manifest that no other key names. Blobs that no entry and no manifest names any more are left to
 * the registry's own garbage collection.
 */
final class OciStore implements ObjectStore {
    private final String name;
    private final OciParts parts;
    private final OciLister lister;
    private final OciReader reader;
    private final @Nullable String readOnlyReason;
    private volatile boolean closed;

    OciStore(String name, OciParts parts, @Nullable String readOnlyReason) {
        this.name = name;
        this.parts = parts;
        this.lister = new OciLister(parts.entries(), parts.threads());
        this.reader = new OciReader(parts.manifests(), parts.blobs());
        this.readOnlyReason = readOnlyReason;
    }

    /** What a store asks of its registry. */
    private interface Asking<T> {
        T ask() throws IOException;
    }

    private <T> T ask(String verb, String key, Asking<T> asking) {
        try {
            return asking.ask();
        } catch (WrongBytesException e) {
            throw new IntegrityException(message(verb, key, e), e);
        } catch (IOException e) {
            throw new RegistryException(message(verb, key, e), e);
        }
    }

    private String message(String verb, String key, IOException e) {
        return name + ": cannot " + verb + " '" + key + "': " + OciException.reason(e);
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public Optional<String> readOnlyReason() {
        return Optional.ofNullable(readOnlyReason);
    }

    @Override
    public Optional<ObjectInfo> stat(String key) {
        requireOpen();
        ObjectKeys.require(key);
        return ask("look up", key, () -> parts.entries().find(key))
                .map(found -> found.entry().info());
    }

    @Override
    public Optional<InputStream> open(String key, long offset, long length) {
        requireOpen();
        ObjectKeys.require(key);
        ObjectKeys.requireRange(offset, length);
        return ask("open", key, () -> {
            Optional<OciEntries.Found> found = parts.entries().find(key);
            return found.isEmpty()
                    ? Optional.empty()
                    : Optional.of(reader.open(found.get().entry().content(), offset, length));
        });
    }

    @Override
    public Iterator<Optional<InputStream>> openAll(List<String> keys) {
        requireOpen();
        List<Future<Optional<InputStream>>> opened = keys.stream()
                .map(key -> parts.threads().submit(() -> open(key)))
                .toList();
        return opened.stream()
                .map(each -> ask("open", "several objects", () -> RequestThreads.get(each)))
                .iterator();
    }

    @Override
    public boolean putIfAbsent(String key, ObjectContent content) {
        requireWritable(key);
        Objects.requireNonNull(content, "content");
        return ask(
                "put",
                key,
                () -> parts.locks().holding(lock(key), () -> parts.put().putIfAbsent(key, content)));
    }

    @Override
    public boolean copyIfAbsent(String from, String to) {
        requireWritable(to);
        ObjectKeys.require(from);
        return ask(
                "copy",
                from,
                () -> parts.locks().holding(lock(to), () -> {
                    OciEntry entry = parts.entries()
                            .find(from)
                            .map(OciEntries.Found::entry)
                            .orElseThrow(() -> new OciException("it is not there"));
                    return parts.put().copyIfAbsent(entry, to);
                }));
    }

    @Override
    public boolean delete(String key) {
        requireWritable(key);
        return ask(
                "delete",
                key,
                () -> parts.locks().holding(lock(key), () -> parts.delete().delete(key)));
    }

    /** What is done to a digest in any folder takes turns: the bytes are the same, and gone when the last key is. */
    private static String lock(String key) {
        String last = key.substring(key.lastIndexOf('/') + 1);
        return last.matches("[0-9a-f]{64}") ? last : key;
    }

    @Override
    public ObjectListing list(String prefix, @Nullable String after, int limit) {
        requireOpen();
        ObjectKeys.requirePrefix(prefix);
        ObjectKeys.requireLimit(limit);
        return ask("list", prefix, () -> lister.list(prefix, after, limit));
    }

    @Override
    public List<String> folders(String prefix, @Nullable String after, int limit) {
        requireOpen();
        ObjectKeys.requirePrefix(prefix);
        ObjectKeys.requireLimit(limit);
        return ask("list", prefix, () -> lister.folders(prefix, after, limit));
    }

    @Override
    public void label(String reference, @Nullable String key) {
        requireWritable(key == null ? "label" : key);
        ask("name", reference, () -> {
            parts.labels().label(reference, key);
            return reference;
        });
    }

    private void requireWritable(String key) {
        requireOpen();
        ObjectKeys.require(key);
        if (readOnlyReason != null) {
            throw new AccessDeniedException(name + " is read-only: " + readOnlyReason);
        }
    }

    private void requireOpen() {
        if (closed) {
            throw new ClosedException(name + " was closed");
        }
    }

    @Override
    public void close() {
        closed = true;
        parts.threads().close();
    }
}
