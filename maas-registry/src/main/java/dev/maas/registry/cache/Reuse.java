package dev.maas.registry.cache;

import dev.maas.registry.store.Transfer;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Puts a blob together from chunks of blobs that are here and ranges of what is not. Used by one thread.
 *
 * <p>A chunk that is taken from a blob here is held against the digest in the index as it is taken, so that a wrong index of that blob costs a
 * range, no more. Only the digest of the whole blob says whether the result is right.
 */
final class Reuse implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Reuse.class);

    /** Each range is a request; where there are more, short stretches between them are fetched too. */
    private static final int MOST_RANGES = 256;

    private final ChunkIndex index;
    private final Transfer transfer;
    private final List<Leases.Lease> leases = new ArrayList<>();
    private final List<FileChannel> files = new ArrayList<>();

    /** The chunks of the blob, each once and in order, and where each of them is found. */
    private final long[] chunks;

    private final int[] file;
    private final long[] offset;

    /** For each chunk of the blob, whether it is to be taken from here. */
    private final boolean[] here;

    private final byte[] buffer = new byte[Chunker.LONGEST];

    private Reuse(ChunkIndex index, Transfer transfer) {
        this.index = index;
        this.transfer = transfer;
        long[] all = new long[index.count()];
        for (int i = 0; i < all.length; i++) {
            all[i] = index.chunk(i);
        }
        this.chunks = Arrays.stream(all).sorted().distinct().toArray();
        this.file = new int[chunks.length];
        Arrays.fill(file, -1);
        this.offset = new long[chunks.length];
        this.here = new boolean[all.length];
    }

    /** Compares a blob with those that are here; empty if fetching it whole is as good. */
    static Optional<Reuse> plan(
            ChunkIndex index, List<Indexes.Held> held, CacheFolder folder, Leases leases, Transfer transfer)
            throws IOException {
        Reuse reuse = new Reuse(index, transfer);
        try {
            for (Indexes.Held blob : held) {
                reuse.add(blob, folder, leases);
            }
            if (reuse.decide()) {
                return Optional.of(reuse);
            }
        } catch (IOException | RuntimeException e) {
            reuse.close();
            throw e;
        }
        reuse.close();
        return Optional.empty();
    }

    private void add(Indexes.Held blob, CacheFolder folder, Leases from) throws IOException {
        boolean found = false;
        long place = 0;
        for (int i = 0; i < blob.index().count(); i++) {
            long chunk = blob.index().chunk(i);
            int at = Arrays.binarySearch(chunks, chunk);
            if (at >= 0 && file[at] < 0) {
                file[at] = files.size();
                offset[at] = place;
                found = true;
            }
            place += ChunkIndex.length(chunk);
        }
        if (found) {
            Optional<Leases.Lease> lease = from.take(blob.hex(), folder.blob(blob.hex()));
            if (lease.isEmpty()) {
                forget(files.size());
            } else {
                leases.add(lease.get());
                files.add(FileChannel.open(lease.get().path(), StandardOpenOption.READ));
            }
        }
    }

    private void forget(int gone) {
        for (int i = 0; i < file.length; i++) {
            file[i] = file[i] == gone ? -1 : file[i];
        }
    }

    /** Decides what to take from here; returns whether it is worth it. */
    private boolean decide() {
        for (int i = 0; i < here.length; i++) {
            here[i] = file[Arrays.binarySearch(chunks, index.chunk(i))] >= 0;
        }
        for (long gap = Chunker.NORMAL; ranges() > MOST_RANGES; gap *= 2) {
            dropShorterThan(gap);
        }
        long found = 0;
        for (int i = 0; i < here.length; i++) {
            found += here[i] ? ChunkIndex.length(index.chunk(i)) : 0;
        }
        return found >= index.size() / 4;
    }

    private int ranges() {
        int ranges = 0;
        for (int i = 0; i < here.length; i++) {
            ranges += !here[i] && (i == 0 || here[i - 1]) ? 1 : 0;
        }
        return ranges;
    }

    private void dropShorterThan(long gap) {
        int start = 0;
        while (start < here.length) {
            int end = start;
            long bytes = 0;
            while (end < here.length && here[end] == here[start]) {
                bytes += ChunkIndex.length(index.chunk(end++));
            }
            if (here[start] && bytes < gap) {
                Arrays.fill(here, start, end, false);
            }
            start = end;
        }
    }

    /** Appends all that a file lacks. */
    void appendTo(PartialFile target, RemoteBlob remote) throws IOException {
        long end = 0;
        for (int i = 0; i < here.length; i++) {
            long start = end;
            end += ChunkIndex.length(index.chunk(i));
            // Of what another transfer began, a chunk may be cut in two.
            if (target.written() > start || (here[i] && !append(target, i))) {
                here[i] = false;
            }
            boolean last = i + 1 == here.length || here[i + 1];
            if (last && target.written() < end) {
                remote.appendTo(target, end);
            }
        }
    }

    /** Appends a chunk that is here; returns whether it is the right one. */
    private boolean append(PartialFile target, int place) throws IOException {
        long chunk = index.chunk(place);
        int length = ChunkIndex.length(chunk);
        int at = Arrays.binarySearch(chunks, chunk);
        try {
            read(files.get(file[at]), offset[at], length);
        } catch (IOException e) {
            LOG.debug("A chunk of a cached blob cannot be read, and is fetched", e);
            return false;
        }
        if (ChunkIndex.of(buffer, length) != chunk) {
            return false;
        }
        target.append(buffer, length);
        transfer.found(length);
        return true;
    }

    private void read(FileChannel from, long start, int length) throws IOException {
        ByteBuffer into = ByteBuffer.wrap(buffer, 0, length);
        while (into.hasRemaining()) {
            if (from.read(into, start + into.position()) < 0) {
                throw new EOFException("the blob ends before its chunk does");
            }
        }
    }

    @Override
    public void close() throws IOException {
        @Nullable IOException failure = null;
        for (FileChannel channel : files) {
            try {
                channel.close();
            } catch (IOException e) {
                failure = e;
            }
        }
        leases.forEach(Leases.Lease::close);
        if (failure != null) {
            throw failure;
        }
    }
}
