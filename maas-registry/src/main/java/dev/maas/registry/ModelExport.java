package dev.maas.registry;

import dev.maas.IntegrityException;
import dev.maas.RegistryException;
import dev.maas.registry.exchange.ImageLayoutReader;
import dev.maas.registry.exchange.ImageLayoutWriter;
import dev.maas.registry.format.Sha256;
import dev.maas.registry.store.WrongBytesException;
import java.io.BufferedOutputStream;
import java.io.ByteArrayOutputStream;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;

/**
 * Writes a model with its history into one file: an OCI image layout in a tar, in which the log is an artifact beside the versions.
 *
 * <p>The entries of the log go into it as they lie in the store, so that the chain of digests, and with it who did what, when and why, stays
 * what it was. They come in segments of a bounded size, cut at places that only the entries themselves decide, so that a later export of the
 * same model shares the earlier segments with it. No date, name or order of the export's own gets into the file: equal logs make equal bytes.
 *
 * <p>While it runs, leases keep a collector away from what it is about to read. In a store that takes no writes there are none; there the
 * export fails if a collector of another process is faster.
 */
final class ModelExport {
    private static final byte[] EMPTY = "{}".getBytes(StandardCharsets.US_ASCII);
    private static final int SEGMENT_BYTES = 1 << 20;

    private final LogReader logs;
    private final Blobs blobs;
    private final Leases leases;
    private final RegistryOptions options;
    private final VersionPieces pieces;

    ModelExport(LogReader logs, Blobs blobs, Leases leases, RegistryOptions options, Trust trust) {
        this.logs = logs;
        this.blobs = blobs;
        this.leases = leases;
        this.options = options;
        this.pieces = new VersionPieces(blobs, trust);
    }

    /**
     * Exports a model to a file, which takes the place of one that is there only when it is complete and on the disk.
     *
     * @throws IntegrityException if something of the model is damaged
     * @throws RegistryException if the store cannot be read, or the file cannot be written
     */
    void write(ModelSnapshot snapshot, boolean writable, Path archive) {
        Path target = archive.toAbsolutePath();
        Path name = Objects.requireNonNull(target.getFileName());
        Path part = target.resolveSibling(name + "." + UUID.randomUUID() + ".part");
        try {
            try (FileOutputStream file = new FileOutputStream(part.toFile());
                    OutputStream out = new BufferedOutputStream(file, 1 << 16)) {
                writeHeld(snapshot, writable, out);
                out.flush();
                file.getFD().sync();
            }
            Files.move(part, target, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } catch (WrongBytesException e) {
            throw discard(part, new IntegrityException(e.getMessage() + ". Restore it from a copy of the store", e));
        } catch (IOException e) {
            throw discard(
                    part,
                    new RegistryException(
                            "'" + snapshot.model() + "' could not be exported to '" + name
                                    + "': expected that its blobs can be read, and that the file's folder is there and"
                                    + " has room",
                            e));
        } catch (RuntimeException e) {
            throw discard(part, e);
        }
    }

    private static RuntimeException discard(Path part, RuntimeException failure) {
        try {
            Files.deleteIfExists(part);
        } catch (IOException e) {
            failure.addSuppressed(e);
        }
        return failure;
    }

    private void writeHeld(ModelSnapshot snapshot, boolean writable, OutputStream out) throws IOException {
        try (HeldBlobs held = new HeldBlobs(leases, options, writable ? snapshot.hexes() : List.of())) {
            ImageLayoutWriter layout = new ImageLayoutWriter(out);
            byte[] log = ArchiveIndex.writeLog(EMPTY, segments(snapshot, layout, held));
            layout.blob(EMPTY);
            Map<String, Long> sizes = new HashMap<>();
            sizes.put(layout.blob(log), (long) log.length);
            for (ModelSnapshot.Held version : snapshot.versions()) {
                for (BlobPiece piece : pieces.of(version.candidate())) {
                    held.refresh();
                    sizes.put(piece.hex(), piece.size());
                    add(piece, layout);
                }
            }
            byte[] index = ArchiveIndex.write(snapshot, Sha256.hex(log), hex -> Objects.requireNonNull(sizes.get(hex)));
            if (index.length > ImageLayoutReader.LARGEST_INDEX) {
                throw new RegistryException(
                        "'" + snapshot.model() + "' has too many versions for one archive: its index has "
                                + index.length + " bytes, and " + ImageLayoutReader.LARGEST_INDEX + " are allowed");
            }
            layout.finish(index);
        }
    }

    private void add(BlobPiece piece, ImageLayoutWriter layout) throws IOException {
        if (!layout.has(piece.hex())) {
            try (InputStream in = blobs.open(piece.hex(), piece.size())) {
                layout.blob(piece.hex(), piece.size(), in);
            }
        }
    }

    /** Writes the log up to the snapshot; no segment is larger than the bytes of one and of one entry. */
    private List<ArchiveIndex.Segment> segments(ModelSnapshot snapshot, ImageLayoutWriter layout, HeldBlobs held)
            throws IOException {
        List<ArchiveIndex.Segment> segments = new ArrayList<>();
        ByteArrayOutputStream segment = new ByteArrayOutputStream();
        long first = 1;
        String previous = LogEntry.NOTHING;
        for (long sequence = 1; sequence <= snapshot.sequence(); sequence++) {
            held.refresh();
            byte[] entry = entry(snapshot.model(), sequence, previous);
            previous = Sha256.hex(entry);
            segment.write(entry);
            segment.write('\n');
            if (segment.size() >= SEGMENT_BYTES || sequence == snapshot.sequence()) {
                byte[] bytes = segment.toByteArray();
                segments.add(new ArchiveIndex.Segment(first, layout.blob(bytes), bytes.length));
                segment.reset();
                first = sequence + 1;
            }
        }
        if (!previous.equals(snapshot.head())) {
            throw disagreement(snapshot.model(), snapshot.sequence());
        }
        return segments;
    }

    private byte[] entry(String model, long sequence, String previous) {
        byte[] bytes = logs.bytes(model, sequence).orElseThrow(() -> disagreement(model, sequence));
        if (!LogJson.read(bytes, model, sequence).previous().equals(previous)) {
            throw disagreement(model, sequence);
        }
        return bytes;
    }

    private IntegrityException disagreement(String model, long sequence) {
        return new IntegrityException(blobs.storeName() + ": '" + Keys.log(model, sequence)
                + "' is missing, or does not follow from the entry before it. Restore it from a copy of the store");
    }
}
