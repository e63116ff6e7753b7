package dev.maas.registry;

import dev.maas.registry.store.LocalCopy;
import dev.maas.registry.store.ObjectContent;
import dev.maas.registry.store.ObjectInfo;
import dev.maas.registry.store.ObjectListing;
import dev.maas.registry.store.ObjectStore;
import java.io.InputStream;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Hands everything to another store, which it leaves open: one of several views. */
class UnclosedStore implements ObjectStore {
    final ObjectStore store;

    UnclosedStore(ObjectStore store) {
        this.store = store;
    }

    @Override
    public String name() {
        return store.name();
    }

    @Override
    public Optional<String> readOnlyReason() {
        return store.readOnlyReason();
    }

    @Override
    public Optional<ObjectInfo> stat(String key) {
        return store.stat(key);
    }

    @Override
    public Optional<InputStream> open(String key, long offset, long length) {
        return store.open(key, offset, length);
    }

    @Override
    public boolean putIfAbsent(String key, ObjectContent content) {
        return store.putIfAbsent(key, content);
    }

    @Override
    public boolean delete(String key) {
        return store.delete(key);
    }

    @Override
    public ObjectListing list(String prefix, @Nullable String after, int limit) {
        return store.list(prefix, after, limit);
    }

    @Override
    public List<String> folders(String prefix, @Nullable String after, int limit) {
        return store.folders(prefix, after, limit);
    }

    @Override
    public Optional<LocalCopy> local(String key) {
        return store.local(key);
    }

    @Override
    public void label(String reference, @Nullable String key) {
        store.label(reference, key);
    }

    @Override
    public void clean(Duration olderThan) {
        store.clean(olderThan);
    }

    @Override
    public void close() {}
}
