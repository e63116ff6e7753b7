package dev.maas.registry;

import dev.maas.IntegrityException;
import dev.maas.ModelLoadException;
import dev.maas.RegistryConflictException;
import dev.maas.RegistryException;
import dev.maas.registry.format.Sha256;
import dev.maas.registry.store.ObjectContent;
import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Takes a model with its history out of an archive into a store. One import; used by one thread.
 *
 * <p><b>Before anything is written</b>, all of the archive is read: every blob against its digest, every entry against the one before it, every
 * version against its log, the index against all of them, every version against the registry's trust policy and its limits, every model against
 * the signature that the log gives it, and the whole log against the registry's memory. The archive is not unpacked anywhere.
 *
 * <p><b>Then</b> the blobs are put, under leases as a publisher's, and the entries of the log, one after the other as they were committed. Each
 * put is the same whoever does it and however often, so that an import that was cut off, or that two do at once, is simply done again; what
 * is there after any part of it is what the model was at some time. Where the store has the beginning of the log already, the rest is added;
 * where it has anything else under the name, that is a conflict. An entry names its model, and the entry behind it has its digest: therefore an
 * archive cannot be imported under another name.
 */
final class ModelImport {
    private static final int MOST_REPETITIONS = 5;

    private final ArchiveStore archive;
    private final String model;
    private final LogReader archivedLogs;
    private final Blobs archivedBlobs;
    private final RegistryOptions options;
    private final StoreReader target;
    private final LogReader targetLogs;
    private final Blobs targetBlobs;
    private final Leases leases;

    ModelImport(ArchiveStore archive, StoreReader target, Blobs targetBlobs, Leases leases, RegistryOptions options) {
        this.archive = archive;
        this.model = archive.model();
        this.archivedLogs = new LogReader(new StoreReader(archive));
        this.archivedBlobs = new Blobs(archive);
        this.options = options;
        this.target = target;
        this.targetLogs = new LogReader(target);
        this.targetBlobs = targetBlobs;
        this.leases = leases;
    }

    /**
     * Imports the model.
     *
     * @throws IntegrityException if the archive is not sound, or is not trusted
     * @throws ModelLoadException if it brings more than the registry's limits allow, or a model in it is not sound
     * @throws RegistryConflictException if the store has another model of that name
     */
    ImportReport run() {
        Verified verified = verified();
        ModelSnapshot snapshot = verified.snapshot;
        long from = requireSameBeginning(snapshot);
        long added = Math.max(0, snapshot.sequence() - from);
        int newBlobs = added == 0 ? 0 : write(verified, from);
        return new ImportReport(
                model, snapshot.versions().size(), snapshot.sequence(), added, newBlobs, verified.notInspected);
    }

    /** What the archive says, all of it verified. */
    private record Verified(
            ModelState state, ModelSnapshot snapshot, Map<String, BlobPiece> pieces, int notInspected) {}

    private Verified verified() {
        try {
            ModelState state = archivedLogs.replay(model);
            ModelSnapshot snapshot = ModelSnapshot.of(state);
            Map<String, BlobPiece> pieces = pieces(snapshot);
            archive.requireNothingElse(snapshot, pieces.keySet());
            Trust trust = new Trust(archivedBlobs, options.trust());
            // What the registry would not serve it does not take in.
            snapshot.versions().forEach(version -> trust.require(version.candidate()));
            ImportInspection inspection = new ImportInspection(archivedBlobs, options);
            snapshot.versions().forEach(version -> inspection.require(version.candidate()));
            return new Verified(state, snapshot, pieces, inspection.notInspected());
        } catch (IntegrityException e) {
            String message = String.valueOf(e.getMessage());
            throw message.startsWith(archive.name()) ? e : new IntegrityException(refused(message), e);
        } catch (ModelLoadException e) {
            throw new ModelLoadException(refused(String.valueOf(e.getMessage())), e);
        }
    }

    private String refused(String reason) {
        return archive.name() + " is refused: " + reason;
    }

    /** Returns how many blobs were new. */
    private int write(Verified verified, long from) {
        Map<String, BlobPiece> pieces = verified.pieces;
        options.memory()
                .flatMap(memory -> memory.newest(model))
                .ifPresent(mark -> archivedLogs.requireContains(verified.state, mark.sequence(), mark.digest()));
        try (HeldBlobs held = new HeldBlobs(leases, options, pieces.keySet())) {
            Set<String> reused = putAll(pieces, held);
            append(from, held);
            putMissing(pieces, reused, held);
            return pieces.size() - reused.size();
        }
    }

    private Map<String, BlobPiece> pieces(ModelSnapshot snapshot) {
        VersionPieces versions = new VersionPieces(archivedBlobs, new Trust(archivedBlobs, Optional.empty()));
        Map<String, BlobPiece> pieces = new LinkedHashMap<>();
        for (ModelSnapshot.Held version : snapshot.versions()) {
            for (BlobPiece piece : versions.of(version.candidate())) {
                requireThere(piece);
                pieces.putIfAbsent(piece.hex(), piece);
            }
        }
        return pieces;
    }

    private void requireThere(BlobPiece piece) {
        long size = archive.stat(Keys.blob(piece.hex()))
                .orElseThrow(() -> new IntegrityException(archive.name() + " lacks sha256:" + piece.hex()))
                .size();
        if (size != piece.size()) {
            throw new IntegrityException(archive.name() + ": sha256:" + piece.hex() + " has " + size
                    + " bytes where a manifest says " + piece.size());
        }
    }

    /**
     * Returns up to which entry the store has the log already.
     *
     * @throws RegistryConflictException if what it has is not the beginning of this log, nor this log the beginning of what it has
     */
    private long requireSameBeginning(ModelSnapshot snapshot) {
        ModelState there = targetLogs.replay(model);
        long common = Math.min(there.sequence(), snapshot.sequence());
        if (common > 0 && !sameEntry(common)) {
            throw new RegistryConflictException(
                    "The registry in " + target.store().name() + " has another history of '"
                            + model + "' than " + archive.name() + ": they differ from entry " + firstDifference(common)
                            + " on. An archive goes on from what it was exported from, or into a registry without the model");
        }
        return there.sequence();
    }

    private boolean sameEntry(long sequence) {
        Optional<byte[]> ours = targetLogs.bytes(model, sequence);
        Optional<byte[]> theirs = archivedLogs.bytes(model, sequence);
        return ours.isPresent() && theirs.isPresent() && Arrays.equals(ours.get(), theirs.get());
    }

    /** Since each entry has the digest of the one before it, what differs once differs ever after. */
    private long firstDifference(long differs) {
        long low = 1;
        long high = differs;
        while (low < high) {
            long middle = (low + high) >>> 1;
            if (sameEntry(middle)) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        return low;
    }

    /** Puts the blobs; returns those that were there. */
    private Set<String> putAll(Map<String, BlobPiece> pieces, HeldBlobs held) {
        Set<String> reused = new HashSet<>();
        for (BlobPiece piece : pieces.values()) {
            held.refresh();
            if (!targetBlobs.put(piece.hex(), piece.from(archivedBlobs))) {
                reused.add(piece.hex());
            }
        }
        return reused;
    }

    /** What was there may have been on its way to a collector's trash before the lease. */
    private void putMissing(Map<String, BlobPiece> pieces, Set<String> reused, HeldBlobs held) {
        for (BlobPiece piece : pieces.values()) {
            held.refresh();
            if (reused.contains(piece.hex()) && !targetBlobs.exists(piece.hex())) {
                targetBlobs.put(piece.hex(), piece.from(archivedBlobs));
            }
        }
    }

    private void append(long from, HeldBlobs held) {
        ModelState state = new ModelState(model);
        Optional<LogEntry.CheckpointRef> newest = newestCheckpoint();
        for (long sequence = 1; archivedLogs.exists(model, sequence); sequence++) {
            held.refresh();
            byte[] bytes = archivedLogs.bytes(model, sequence).orElseThrow();
            if (sequence > from) {
                append(sequence, bytes);
            }
            if (newest.isPresent() && sequence <= newest.get().sequence()) {
                state.apply(LogJson.read(bytes, model, sequence), Sha256.hex(bytes));
                putCheckpoint(state, newest.get());
            }
        }
    }

    private void append(long sequence, byte[] bytes) {
        String key = Keys.log(model, sequence);
        @Nullable RegistryException first = null;
        for (int repetition = 0; repetition < MOST_REPETITIONS; repetition++) {
            try {
                if (target.store().putIfAbsent(key, ObjectContent.of(bytes, "application/json"))) {
                    return;
                }
                Optional<byte[]> there = targetLogs.bytes(model, sequence);
                if (there.isPresent() && Arrays.equals(there.get(), bytes)) {
                    return;
                }
                if (there.isPresent()) {
                    throw new RegistryConflictException("Somebody else committed entry " + sequence + " of '" + model
                            + "' to " + target.store().name() + " while it was imported; the import ends before it");
                }
            } catch (RegistryException e) {
                first = first == null ? e : first;
            }
        }
        throw new RegistryException(
                target.store().name() + ": '" + key + "' could not be put, and it is not known whether it is there."
                        + " Import the archive again; what is there already is left as it is",
                first);
    }

    private Optional<LogEntry.CheckpointRef> newestCheckpoint() {
        Optional<LogEntry.CheckpointRef> newest = Optional.empty();
        for (long sequence = 1; archivedLogs.exists(model, sequence); sequence++) {
            Optional<LogEntry.CheckpointRef> next =
                    archivedLogs.entry(model, sequence).orElseThrow().entry().checkpoint();
            newest = next.isPresent() ? next : newest;
        }
        return newest;
    }

    /** The log vouches for a checkpoint that can be written anew from it; it spares readers a long replay. */
    private void putCheckpoint(ModelState state, LogEntry.CheckpointRef ref) {
        if (state.sequence() == ref.sequence()) {
            byte[] bytes = Checkpoint.write(state);
            if (Sha256.hex(bytes).equals(ref.hex())) {
                target.store()
                        .putIfAbsent(
                                Keys.checkpoint(model, ref.sequence()), ObjectContent.of(bytes, "application/json"));
            }
        }
    }
}
