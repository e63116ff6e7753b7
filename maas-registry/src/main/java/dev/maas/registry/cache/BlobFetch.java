package dev.maas.registry.cache;

import dev.maas.IntegrityException;
import dev.maas.RegistryException;
import dev.maas.registry.format.Sha256;
import dev.maas.registry.store.ObjectStore;
import dev.maas.registry.store.Transfer;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.channels.ClosedByInterruptException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The fetching of one blob: with what an earlier transfer left and with chunks that are here, if there are any, and if that does not give the
 * right bytes, once more without. Used by one thread, once.
 */
final class BlobFetch {
    private static final Logger LOG = LoggerFactory.getLogger(BlobFetch.class);
    private static final int MOST_TRIES = 5;

    private final CacheFolder folder;
    private final Leases leases;
    private final Indexes indexes;
    private final CacheSteps steps;
    private final String hex;
    private final long size;
    private final ObjectStore store;
    private final Transfer transfer;

    /** Whether to use nothing but the store. */
    private boolean pure;

    private Optional<ChunkIndex> index = Optional.empty();
    private List<Indexes.Held> held = List.of();

    BlobFetch(
            CacheFolder folder,
            Leases leases,
            Indexes indexes,
            CacheSteps steps,
            String hex,
            long size,
            ObjectStore store,
            Transfer transfer) {
        this.folder = folder;
        this.leases = leases;
        this.indexes = indexes;
        this.steps = steps;
        this.hex = hex;
        this.size = size;
        this.store = store;
        this.transfer = transfer;
    }

    /**
     * What became of it.
     *
     * @param lease a lease on the blob that was fetched; null if another process fetched one meanwhile
     * @param identity what the file was when it was verified
     */
    record Result(Leases.@Nullable Lease lease, FileIdentity identity) {}

    /**
     * Fetches the blob and gives it its name.
     *
     * @throws IntegrityException if the store sends other bytes
     * @throws RegistryException if the store fails
     * @throws IOException if the cache's folder does
     */
    Result run() throws IOException {
        Optional<String> indexHex = size < ChunkIndex.LEAST_BLOB ? Optional.empty() : indexes.noted(hex);
        if (indexHex.isPresent()) {
            held = indexes.held();
            index = fetchIndex(indexHex.get());
        }
        for (int i = 0; i < MOST_TRIES; i++) {
            try (PartialFile file = PartialFile.create(folder, hex, size, steps)) {
                Optional<Result> result = attempt(file);
                if (result.isPresent()) {
                    keepIndex();
                    return result.get();
                }
            }
            // What earlier transfers left, or chunks that looked alike, were wrong; or another process took the file.
            pure = true;
            transfer.again();
        }
        throw new RegistryException(folder.name() + ": other processes took the blob " + Sha256.PREFIX + hex + " away "
                + MOST_TRIES + " times while it was fetched. See that files can be locked on its disk");
    }

    private Optional<ChunkIndex> fetchIndex(String indexHex) throws IOException {
        try {
            RemoteBlob remote = new RemoteBlob(store, BlobKeys.key(indexHex), transfer);
            return indexes.fetch(hex, indexHex, held, remote).filter(found -> found.size() == size);
        } catch (RegistryException | RemoteBlob.StoreFailure e) {
            LOG.debug("The chunk index of {} cannot be read; the blob is fetched whole", hex, e);
            return Optional.empty();
        }
    }

    /** Fills a file and names it; empty if that is to be tried again. */
    private Optional<Result> attempt(PartialFile file) throws IOException {
        try {
            boolean fromStoreOnly = fill(file);
            if (!file.digest().equals(hex)) {
                file.discard();
                requireMixed(fromStoreOnly);
                return Optional.empty();
            }
            return name(file);
        } catch (InterruptedIOException | ClosedByInterruptException e) {
            throw e;
        } catch (IOException e) {
            // The disk fails or is full; what was written would only stand in the way.
            file.discard();
            throw e;
        }
    }

    /** Fills a file; returns whether all of its bytes came from the store, now and in order. */
    private boolean fill(PartialFile file) throws IOException {
        if (!pure && file.claim(folder, hex, size)) {
            transfer.found(file.written());
        }
        boolean fromStoreOnly = file.written() == 0;
        RemoteBlob remote = new RemoteBlob(store, BlobKeys.key(hex), transfer);
        Optional<Reuse> reuse = pure || index.isEmpty() || held.isEmpty()
                ? Optional.empty()
                : Reuse.plan(index.get(), held, folder, leases, transfer);
        if (reuse.isPresent()) {
            try (Reuse chunks = reuse.get()) {
                chunks.appendTo(file, remote);
            }
            steps.done("put together");
            return false;
        }
        remote.appendRestTo(file, size);
        steps.done("transferred");
        return fromStoreOnly;
    }

    private void requireMixed(boolean fromStoreOnly) {
        if (fromStoreOnly) {
            throw new IntegrityException(store.name() + ": '" + BlobKeys.key(hex)
                    + "' came with bytes that do not have its digest. Try again; if it stays so, restore it from a copy of"
                    + " the store, or remove it and publish the same files again");
        }
        LOG.info("What was here of {} was wrong; it is fetched whole", Sha256.PREFIX + hex);
    }

    /** Gives a verified file its name; empty if another process claimed the file, and nothing has the name. */
    private Optional<Result> name(PartialFile file) throws IOException {
        Path blob = folder.blob(hex);
        Leases.@Nullable Lease lease = null;
        boolean named = false;
        try {
            file.seal();
            FileIdentity identity = FileIdentity.of(file.path());
            lease = leases.take(hex, file.path()).orElseThrow(() -> new NoSuchFileException(hex));
            steps.done("leased");
            CacheFolder.makeIn(folder.blobs(), blob);
            Files.move(file.path(), blob, StandardCopyOption.ATOMIC_MOVE);
            named = true;
            steps.done("named");
            CacheFolder.sync(blob.getParent());
            steps.done("folder synced");
            return Optional.of(new Result(lease, identity));
        } catch (NoSuchFileException e) {
            return Files.exists(blob) ? Optional.of(new Result(null, FileIdentity.of(blob))) : Optional.empty();
        } finally {
            if (lease != null && !named) {
                lease.close();
            }
        }
    }

    private void keepIndex() {
        try {
            if (index.isPresent()) {
                indexes.keep(hex, index.get());
                steps.done("chunks kept");
            }
        } catch (IOException e) {
            LOG.debug("The chunk index of {} was not kept", hex, e);
        }
    }
}
