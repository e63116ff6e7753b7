package dev.maas.registry;

import dev.maas.IntegrityException;
import dev.maas.RegistryException;
import dev.maas.registry.format.Sha256;
import dev.maas.registry.store.LocalCopy;
import dev.maas.registry.store.ObjectContent;
import dev.maas.registry.store.ObjectInfo;
import dev.maas.registry.store.ObjectStore;
import dev.maas.registry.store.ReportedContent;
import dev.maas.registry.store.Transfer;
import dev.maas.registry.store.TransferListener;
import dev.maas.registry.store.WrongBytesException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongConsumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The blobs of a store, each named by the digest of its bytes. Safe for use by any thread.
 *
 * <p><b>What verified means.</b> Before a file's first byte goes out, all of it has been compared with its digest. A file on this machine is
 * hashed once for each identity it has (size, time of change, and the file system's own key) and remembered: it is read-only, and hashing
 * 5 GB at each load would cost seconds. What has no file here is hashed as it is opened and once more as it streams, since the second
 * transfer may differ from the first. A cache that verified what it fetched says so, and nothing is hashed twice.
 */
final class Blobs {
    private static final Logger LOG = LoggerFactory.getLogger(Blobs.class);
    private static final int MOST_REMEMBERED = 100_000;

    private final ObjectStore store;
    private final Supplier<ObjectStore> origin;
    private final TransferListener listener;
    private final Map<String, Object> verified = new ConcurrentHashMap<>();

    Blobs(ObjectStore store) {
        this(store, () -> store, TransferListener.NONE);
    }

    /**
     * Makes the blobs of a store.
     *
     * @param store where to read
     * @param origin the store itself, if that one is a cache: what is published is compared only with files that are here without a transfer
     * @param listener hears of what is put, and of what is read elsewhere to be verified
     */
    Blobs(ObjectStore store, Supplier<ObjectStore> origin, TransferListener listener) {
        this.store = store;
        this.origin = origin;
        this.listener = listener;
    }

    /** A file's identity: it changes when somebody exchanges or writes to it. */
    private record Identity(
            long size, Object modified, @Nullable Object key) {
        static Identity of(Path path) throws IOException {
            BasicFileAttributes attributes = Files.readAttributes(path, BasicFileAttributes.class);
            return new Identity(attributes.size(), attributes.lastModifiedTime(), attributes.fileKey());
        }
    }

    /**
     * Puts a blob if it is absent. One that is there must have the right size, and the right bytes where they lie on this machine, so that
     * publishing never builds on a damaged blob without a word.
     *
     * @return whether this call put it
     * @throws IntegrityException if another blob lies under its name
     */
    boolean put(String hex, ObjectContent content) {
        String key = Keys.blob(hex);
        if (putIfAbsent(hex, key, content)) {
            return true;
        }
        Optional<ObjectInfo> info = store.stat(key);
        if (info.isEmpty()) {
            // A collector took it away just now; who commits checks once more.
            return putIfAbsent(hex, key, content);
        }
        requireSize(key, content.size(), info.get().size());
        Optional<LocalCopy> local = origin.get().local(key);
        if (local.isPresent()) {
            try (LocalCopy copy = local.get()) {
                verify(copy, hex, content.size());
            }
        }
        return false;
    }

    private boolean putIfAbsent(String hex, String key, ObjectContent content) {
        if (listener == TransferListener.NONE || content.inMemory()) {
            return store.putIfAbsent(key, content);
        }
        Transfer transfer = Transfer.start(
                listener, TransferListener.Direction.PUSH, store.name(), Sha256.PREFIX + hex, content.size());
        try {
            boolean won = store.putIfAbsent(key, new ReportedContent(content, transfer));
            transfer.finished();
            return won;
        } catch (RuntimeException e) {
            transfer.failed(e);
            throw e;
        }
    }

    private void requireSize(String key, long expected, long actual) {
        if (expected != actual) {
            throw damaged(key, "it has " + actual + " bytes where " + expected + " are right", null);
        }
    }

    private IntegrityException damaged(String key, String how, @Nullable Throwable cause) {
        return new IntegrityException(
                store.name() + ": '" + key + "' is damaged: " + how
                        + ". Restore it from a copy of the store, or remove it and publish the same files again",
                cause);
    }

    String storeName() {
        return store.name();
    }

    boolean exists(String hex) {
        return store.stat(Keys.blob(hex)).isPresent();
    }

    /**
     * Verifies a blob, and returns it as a file if it is one on this machine.
     *
     * @throws RegistryException if it is not there or cannot be read
     * @throws IntegrityException if it is damaged
     */
    Optional<LocalCopy> verify(String hex, long size) {
        String key = Keys.blob(hex);
        Optional<LocalCopy> local = store.local(key);
        if (local.isEmpty() && !exists(hex) && restore(hex)) {
            local = store.local(key);
        }
        if (local.isPresent()) {
            try {
                verify(local.get(), hex, size);
                return local;
            } catch (RuntimeException e) {
                local.get().close();
                throw e;
            }
        }
        ObjectInfo info = store.stat(key).orElseThrow(() -> missing(key));
        requireSize(key, size, info.size());
        if (!info.equals(verified.get(hex))) {
            fetch(key, hex, size);
            remember(hex, info);
        }
        return Optional.empty();
    }

    /** Reads all of a blob that lies elsewhere, to compare it. */
    private void fetch(String key, String hex, long size) {
        Transfer transfer =
                Transfer.start(listener, TransferListener.Direction.PULL, store.name(), Sha256.PREFIX + hex, size);
        try {
            hash(key, open(hex, size), transfer::moved);
            transfer.finished();
        } catch (RuntimeException e) {
            transfer.failed(e);
            throw e;
        }
    }

    private void verify(LocalCopy copy, String hex, long size) {
        String key = Keys.blob(hex);
        try {
            if (copy.verified()) {
                requireSize(key, size, Files.size(copy.path()));
                return;
            }
            Identity identity = Identity.of(copy.path());
            requireSize(key, size, identity.size);
            if (!identity.equals(verified.get(hex))) {
                hash(key, checking(key, hex, size, Files.newInputStream(copy.path())), bytes -> {});
                remember(hex, identity);
            }
        } catch (IOException e) {
            throw new RegistryException(store.name() + ": cannot read '" + key + "'", e);
        }
    }

    /** Reads a stream to its end, which itself compares, and tells how many bytes came each time. */
    private void hash(String key, InputStream opened, LongConsumer counter) {
        byte[] buffer = new byte[1 << 16];
        try (InputStream in = opened) {
            for (int count = in.read(buffer); count >= 0; count = in.read(buffer)) {
                counter.accept(count);
            }
        } catch (WrongBytesException e) {
            throw damaged(key, String.valueOf(e.getMessage()), e);
        } catch (IOException e) {
            throw new RegistryException(store.name() + ": cannot read '" + key + "'", e);
        }
    }

    private void remember(String hex, Object identity) {
        if (verified.size() >= MOST_REMEMBERED) {
            verified.clear();
        }
        verified.put(hex, identity);
    }

    /** Opens a blob, verified as it streams. */
    InputStream open(String hex, long size) {
        String key = Keys.blob(hex);
        Optional<InputStream> opened = store.open(key);
        if (opened.isEmpty() && restore(hex)) {
            opened = store.open(key);
        }
        return checking(key, hex, size, opened.orElseThrow(() -> missing(key)));
    }

    /**
     * Takes a blob that a version needs back out of the trash. A collector whose first look was before the version's commit may hold it
     * there until its second look; at every moment the blob lies in one of the two places.
     */
    private boolean restore(String hex) {
        String key = Keys.blob(hex);
        if (store.readOnlyReason().isPresent()) {
            return exists(hex);
        }
        for (String folder : store.folders(Keys.TRASH, null, ObjectStore.LARGEST_LISTING)) {
            String trashed = Keys.TRASH + folder + "/" + hex;
            if (store.stat(trashed).isPresent()) {
                try {
                    store.copyIfAbsent(trashed, key);
                    return true;
                } catch (RegistryException e) {
                    // The collector may have moved it back itself and cleared its trash; the look below tells.
                    LOG.debug("'{}' could not be taken out of the trash", key, e);
                }
            }
        }
        return exists(hex);
    }

    private InputStream checking(String key, String hex, long size, InputStream in) {
        return new VerifyingInputStream(in, store.name() + ": '" + key + "'", size, hex);
    }

    private RegistryException missing(String key) {
        return new RegistryException(store.name() + ": '" + key
                + "' is missing. Try again; if it stays missing, restore it from a copy of the store");
    }

    /** Reads a small blob whole. */
    byte[] bytes(String hex, int largest) {
        String key = Keys.blob(hex);
        Optional<byte[]> bytes = read(key, hex, largest);
        if (bytes.isEmpty() && restore(hex)) {
            bytes = read(key, hex, largest);
        }
        return bytes.orElseThrow(() -> missing(key));
    }

    private Optional<byte[]> read(String key, String hex, int largest) {
        return new StoreReader(store).read(key, largest, bytes -> {
            if (!Sha256.hex(bytes).equals(hex)) {
                throw new IntegrityException("It does not have the digest " + Sha256.PREFIX + hex);
            }
            return bytes;
        });
    }
}
