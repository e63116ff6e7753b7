package dev.maas.registry.cache;

import dev.maas.IntegrityException;
import dev.maas.RegistryException;
import dev.maas.registry.format.Sha256;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The chunk indexes of the blobs in a cache, and where to find those of others. Nothing rests on them: what is wrong with one costs a longer
 * transfer. Safe for use by any thread.
 */
final class Indexes {
    private static final Logger LOG = LoggerFactory.getLogger(Indexes.class);
    private static final int MOST_NOTED = 10_000;

    /** The blobs, those used last, whose chunks are compared with. */
    private static final int MOST_COMPARED = 32;

    /** Holds the groups of an index for a blob of about 1.5 GB. */
    private static final int FIRST_READ = 16 << 10;

    private final CacheFolder folder;

    /** Which blob is the index of which; the oldest are forgotten. */
    private final Map<String, String> noted = Collections.synchronizedMap(new LinkedHashMap<>() {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, String> eldest) {
            return size() > MOST_NOTED;
        }
    });

    Indexes(CacheFolder folder) {
        this.folder = folder;
    }

    void note(String hex, String indexHex) {
        noted.put(hex, indexHex);
    }

    /** Returns the blob that is said to be the index of another. */
    Optional<String> noted(String hex) {
        return Optional.ofNullable(noted.get(hex));
    }

    /** A blob that is here, with its index. */
    record Held(String hex, ChunkIndex index) {}

    /** Returns the blobs with an index that were used last. */
    List<Held> held() throws IOException {
        record Used(String hex, FileTime when) {}
        List<Used> used = new ArrayList<>();
        for (String hex : CacheFolder.names(folder.chunks())) {
            try {
                used.add(new Used(
                        hex,
                        Files.readAttributes(folder.blob(hex), BasicFileAttributes.class)
                                .lastAccessTime()));
            } catch (NoSuchFileException e) {
                // The blob made room for others; an index alone is of no use.
                Files.deleteIfExists(folder.chunks(hex));
            }
        }
        used.sort(Comparator.comparing(Used::when).reversed());
        List<Held> held = new ArrayList<>();
        for (Used blob : used.subList(0, Math.min(MOST_COMPARED, used.size()))) {
            read(blob.hex).ifPresent(index -> held.add(new Held(blob.hex, index)));
        }
        return held;
    }

    private Optional<ChunkIndex> read(String hex) throws IOException {
        try {
            return Optional.of(ChunkIndex.read(Files.readAllBytes(folder.chunks(hex)), hex));
        } catch (NoSuchFileException e) {
            return Optional.empty();
        } catch (IntegrityException e) {
            LOG.debug("The chunk index of a cached blob is not sound, and is removed", e);
            Files.deleteIfExists(folder.chunks(hex));
            return Optional.empty();
        }
    }

    /** Keeps the index of a blob, for blobs to come. */
    void keep(String hex, ChunkIndex index) throws IOException {
        Path scratch = folder.scratch();
        Files.write(scratch, index.bytes());
        Files.move(scratch, folder.chunks(hex), StandardCopyOption.ATOMIC_MOVE);
    }

    /**
     * Fetches the index of a blob, as little of it as possible.
     *
     * @return empty if there is none that is sound
     * @throws RegistryException if the store fails
     */
    Optional<ChunkIndex> fetch(String hex, String indexHex, List<Held> held, RemoteBlob remote) throws IOException {
        try {
            byte @Nullable [] bytes = held.isEmpty() ? null : assemble(hex, held, remote);
            if (bytes == null || !Sha256.hex(bytes).equals(indexHex)) {
                bytes = remote.read(0, ChunkIndex.LARGEST + 1);
                if (!Sha256.hex(bytes).equals(indexHex)) {
                    throw new IntegrityException("A chunk index does not have the digest " + Sha256.PREFIX + indexHex);
                }
            }
            return Optional.of(ChunkIndex.read(bytes, hex));
        } catch (IntegrityException e) {
            LOG.debug("The chunk index of {} is of no use", hex, e);
            return Optional.empty();
        }
    }

    /** Puts an index together from the groups of others and what is read of it. */
    private static byte[] assemble(String hex, List<Held> held, RemoteBlob remote) throws IOException {
        byte[] head = remote.read(0, FIRST_READ);
        int headBytes = ChunkIndex.headBytes(head);
        if (headBytes > head.length) {
            byte[] rest = remote.read(head.length, headBytes - head.length);
            head = Arrays.copyOf(head, head.length + rest.length);
            System.arraycopy(rest, 0, head, head.length - rest.length, rest.length);
        }
        List<ChunkIndex.Group> groups = ChunkIndex.groups(head, hex);
        ChunkIndex.Group last = groups.get(groups.size() - 1);
        byte[] bytes = Arrays.copyOf(head, last.offset() + last.bytes());
        record Place(ChunkIndex index, int offset) {}
        Map<Long, Place> known = new HashMap<>();
        held.forEach(blob ->
                blob.index.groups().forEach(group -> known.put(group.digest(), new Place(blob.index, group.offset()))));
        int from = head.length;
        for (int i = 0; i < groups.size(); i++) {
            ChunkIndex.Group group = groups.get(i);
            @Nullable Place place = known.get(group.digest());
            int end = group.offset() + group.bytes();
            if (place != null && place.offset + group.bytes() <= place.index.bytes().length) {
                System.arraycopy(place.index.bytes(), place.offset, bytes, group.offset(), group.bytes());
            } else if (end > from) {
                int to = end;
                while (i + 1 < groups.size()
                        && !known.containsKey(groups.get(i + 1).digest())) {
                    i++;
                    to = groups.get(i).offset() + groups.get(i).bytes();
                }
                int begin = Math.max(from, group.offset());
                byte[] read = remote.read(begin, to - begin);
                System.arraycopy(read, 0, bytes, begin, read.length);
            }
        }
        return bytes;
    }
}
