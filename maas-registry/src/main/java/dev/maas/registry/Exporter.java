package dev.maas.registry;

import dev.maas.IntegrityException;
import dev.maas.InvalidInputException;
import dev.maas.ModelRef;
import dev.maas.RegistryException;
import dev.maas.registry.format.Sha256;
import dev.maas.registry.seal.HeadSeal;
import dev.maas.registry.store.ExportedStore;
import dev.maas.registry.store.ObjectStore;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.WritableByteChannel;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.time.Clock;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Arrays;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;

/**
 * Exports a registry to a folder. Used by one thread.
 *
 * <p>Of each model, what its log says at one moment is exported: first the blobs that its versions need, then its newest checkpoint, then the
 * log up to that moment. The head comes last, so that at every moment all is there that the head in the folder tells of. What was exported before,
 * by the head that is there, is not looked at again.
 */
final class Exporter {
    /** The entries that are read at once. */
    private static final int BATCH = 16;

    private final StoreReader reader;
    private final String id;
    private final Clock clock;
    private final Function<String, ModelLog> models;

    Exporter(StoreReader reader, String id, Clock clock, Function<String, ModelLog> models) {
        this.reader = reader;
        this.id = id;
        this.clock = clock;
        this.models = models;
    }

    ExportReport export(Path folder, ExportOptions options) {
        ExportFolder target = ExportFolder.open(folder);
        Optional<Head> before = target.read(ExportedStore.HEAD).map(this::previous);
        before.filter(head -> !head.id().equals(id)).ifPresent(head -> {
            throw notOurs();
        });
        putHeader(target);
        SortedMap<String, Head.Mark> marks = new TreeMap<>();
        forEachModel(model -> {
            Head.@Nullable Mark exported =
                    before.map(head -> head.models().get(model)).orElse(null);
            export(model, exported, target).ifPresent(mark -> marks.put(model, mark));
        });
        before.map(Head::models).orElseGet(TreeMap::new).keySet().stream()
                .filter(model -> !marks.containsKey(model))
                .findFirst()
                .ifPresent(model -> {
                    throw setBack(model);
                });
        Instant now = clock.instant().truncatedTo(ChronoUnit.MILLIS);
        Head head = new Head(
                id,
                Math.max(before.map(Head::sequence).orElse(0L) + 1, now.toEpochMilli()),
                now,
                now.plus(options.validity()),
                marks);
        target.putHead(seal(head, options));
        return new ExportReport(head.sequence(), head.expires(), marks.size(), target.objects(), target.bytes());
    }

    private Head previous(byte[] bytes) {
        try {
            return Head.read(HeadKeeper.isSealed(bytes) ? HeadSeal.unverified(bytes) : bytes);
        } catch (IntegrityException e) {
            throw new IntegrityException(
                    "The head in the export's folder is damaged. Remove it and export again: " + e.getMessage(), e);
        }
    }

    private static InvalidInputException notOurs() {
        return new InvalidInputException(
                "The folder holds the export of another registry. Name an empty one, or one of this registry's");
    }

    private IntegrityException setBack(String model) {
        return new IntegrityException("The export's folder goes further in the log of '" + model + "' than "
                + reader.store().name() + ", or goes another way: one of the two was set back or changed."
                + " Compare them; to begin anew, export to an empty folder");
    }

    private void putHeader(ExportFolder target) {
        byte[] header =
                reader.read(Keys.HEADER, LogJson.LARGEST, bytes -> bytes).orElseThrow(() -> missing(Keys.HEADER));
        Optional<byte[]> there = target.read(Keys.HEADER);
        if (there.isEmpty()) {
            target.put(Keys.HEADER, header);
        } else if (!Arrays.equals(there.get(), header)) {
            throw notOurs();
        }
    }

    private RegistryException missing(String key) {
        return new RegistryException(reader.store().name() + ": '" + key + "' is missing. Try again");
    }

    private void forEachModel(Consumer<String> action) {
        @Nullable String after = null;
        while (true) {
            List<String> names = reader.store().folders(Keys.MODELS, after, ObjectStore.LARGEST_LISTING);
            if (names.isEmpty()) {
                return;
            }
            names.stream().filter(Exporter::isName).forEach(action);
            after = names.get(names.size() - 1);
        }
    }

    private static boolean isName(String folder) {
        try {
            ModelRef.requireName(folder, "model");
            return true;
        } catch (InvalidInputException e) {
            return false;
        }
    }

    /**
     * What is exported of a model.
     *
     * @param sequence how far its log goes
     * @param hex the digest of the newest entry
     * @param blobs what the versions that are there need
     */
    private record Snapshot(long sequence, String hex, Set<String> blobs) {
        static Snapshot of(ModelState state) {
            Set<String> blobs = new LinkedHashSet<>();
            for (VersionState version : state.versions()) {
                if (version.isThere()) {
                    blobs.add(version.manifestHex());
                    blobs.addAll(version.blobs);
                    version.attachments.forEach(attach -> blobs.addAll(attach.blobs()));
                }
            }
            return new Snapshot(state.sequence(), state.head(), blobs);
        }
    }

    private Optional<Head.Mark> export(String model, Head.@Nullable Mark exported, ExportFolder target) {
        Snapshot snapshot = models.apply(model).readNow(Snapshot::of);
        if (snapshot.sequence == 0) {
            return Optional.empty();
        }
        snapshot.blobs.stream().filter(hex -> !target.has(Keys.blob(hex))).forEach(hex -> copyBlob(hex, target));
        long checkpoint = copyCheckpoint(model, snapshot.sequence, target);
        copyLog(model, snapshot, exported, target);
        return Optional.of(new Head.Mark(snapshot.sequence, snapshot.hex, checkpoint));
    }

    private void copyBlob(String hex, ExportFolder target) {
        String key = Keys.blob(hex);
        target.put(key, channel -> {
            DigestingChannel digesting = new DigestingChannel(channel);
            if (reader.store().copyTo(key, 0, digesting).isEmpty()) {
                throw missing(key);
            }
            if (!digesting.hex().equals(hex)) {
                throw new IntegrityException(reader.store().name() + ": '" + key + "' does not have the digest "
                        + Sha256.PREFIX + hex + ". Restore it from a copy of the store");
            }
        });
    }

    /** Copies the newest checkpoint that an entry of the exported log may vouch for; returns its number, 0 if there is none. */
    private long copyCheckpoint(String model, long end, ExportFolder target) {
        List<Long> places = new LogReader(reader).checkpoints(model);
        long newest = places.stream().filter(place -> place < end).reduce(0L, Math::max);
        if (newest > 0) {
            String key = Keys.checkpoint(model, newest);
            if (!target.has(key)) {
                target.put(
                        key,
                        reader.read(key, Checkpoint.LARGEST, bytes -> bytes).orElseThrow(() -> missing(key)));
            }
        }
        return newest;
    }

    /** Copies the entries that are not there, each of which must follow the one before, to the one that the snapshot means. */
    private void copyLog(String model, Snapshot snapshot, Head.@Nullable Mark exported, ExportFolder target) {
        long done = exported == null ? 0 : exported.sequence();
        String previous = exported == null ? LogEntry.NOTHING : exported.hex();
        while (done < snapshot.sequence) {
            long first = done + 1;
            List<String> keys = LongStream.rangeClosed(first, Math.min(snapshot.sequence, done + BATCH))
                    .mapToObj(sequence -> Keys.log(model, sequence))
                    .toList();
            Iterator<Optional<byte[]>> entries = reader.readAll(keys, LogJson.LARGEST, (place, bytes) -> {
                LogJson.read(bytes, model, first + place);
                return bytes;
            });
            for (String key : keys) {
                byte[] bytes = entries.next().orElseThrow(() -> missing(key));
                done++;
                if (!LogJson.read(bytes, model, done).previous().equals(previous)) {
                    throw setBack(model);
                }
                previous = Sha256.hex(bytes);
                putEntry(model, key, bytes, target);
            }
        }
        if (done != snapshot.sequence || !previous.equals(snapshot.hex)) {
            throw setBack(model);
        }
    }

    private void putEntry(String model, String key, byte[] bytes, ExportFolder target) {
        Optional<byte[]> there = target.read(key);
        if (there.isEmpty()) {
            target.put(key, bytes);
        } else if (!Arrays.equals(there.get(), bytes)) {
            throw setBack(model);
        }
    }

    private static byte[] seal(Head head, ExportOptions options) {
        byte[] bytes = head.write();
        byte[] written = options.signers().isEmpty() ? bytes : HeadSeal.seal(bytes, options.signers());
        if (written.length > ExportedStore.LARGEST_HEAD) {
            throw new InvalidInputException("The head of the export would have " + written.length + " bytes; "
                    + ExportedStore.LARGEST_HEAD + " are allowed. Export fewer models in one registry");
        }
        return written;
    }

    /** Hashes what goes through. */
    private static final class DigestingChannel implements WritableByteChannel {
        private final WritableByteChannel channel;
        private final MessageDigest digest = Sha256.start();

        DigestingChannel(WritableByteChannel channel) {
            this.channel = channel;
        }

        @Override
        public int write(ByteBuffer buffer) throws IOException {
            ByteBuffer written = buffer.duplicate();
            int count = channel.write(buffer);
            written.limit(written.position() + count);
            digest.update(written);
            return count;
        }

        String hex() {
            return Sha256.hex(digest);
        }

        @Override
        public boolean isOpen() {
            return channel.isOpen();
        }

        @Override
        public void close() throws IOException {
            channel.close();
        }
    }
}
