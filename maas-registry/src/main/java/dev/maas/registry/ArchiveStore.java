package dev.maas.registry;

import dev.maas.AccessDeniedException;
import dev.maas.IntegrityException;
import dev.maas.registry.exchange.ImageLayoutReader;
import dev.maas.registry.format.CanonicalJson;
import dev.maas.registry.store.ObjectContent;
import dev.maas.registry.store.ObjectInfo;
import dev.maas.registry.store.ObjectKeys;
import dev.maas.registry.store.ObjectListing;
import dev.maas.registry.store.ObjectStore;
import java.io.InputStream;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * An exported model as a store that takes no writes, so that what reads registries reads it, with all of its checks. It has the blobs and
 * the log, and lists only the latter. Safe for use by any thread.
 */
final class ArchiveStore implements ObjectStore {
    private final ImageLayoutReader layout;
    private final String logHex;
    private final ArchivedLog log;

    private ArchiveStore(ImageLayoutReader layout, String logHex, ArchivedLog log) {
        this.layout = layout;
        this.logHex = logHex;
        this.log = log;
    }

    /**
     * Opens an archive; all of it is read once.
     *
     * @throws IntegrityException if it is not sound
     * @throws dev.maas.RegistryException if it cannot be read
     */
    static ArchiveStore open(Path archive) {
        ImageLayoutReader layout = ImageLayoutReader.open(archive);
        try {
            String logHex = ArchiveIndex.logHex(layout.index(), layout.name());
            return new ArchiveStore(layout, logHex, ArchivedLog.read(layout, logHex));
        } catch (RuntimeException e) {
            layout.close();
            throw e;
        }
    }

    /** Returns the name of the model that the archive holds. */
    String model() {
        return log.model();
    }

    /**
     * Checks that the archive says nothing that its log does not say, and has nothing that its log does not need.
     *
     * @param snapshot what the log says
     * @param hexes the digests of everything that the versions consist of
     */
    void requireNothingElse(ModelSnapshot snapshot, Set<String> hexes) {
        byte[] expected = ArchiveIndex.write(snapshot, logHex, layout::size);
        if (!Arrays.equals(expected, index())) {
            throw new IntegrityException(layout.name() + ": its index does not say what its log says");
        }
        Set<String> rest = layout.blobs();
        rest.removeAll(hexes);
        rest.removeAll(log.blobs());
        if (!rest.isEmpty()) {
            throw new IntegrityException(layout.name() + " has " + rest.size()
                    + " blobs that its log does not need, such as sha256:"
                    + rest.iterator().next());
        }
    }

    /** Whoever packed the archive anew may have written the index in another form. */
    private byte[] index() {
        try {
            return CanonicalJson.bytes(layout.index());
        } catch (IllegalArgumentException e) {
            throw new IntegrityException(layout.name() + ": its index is not sound: " + e.getMessage(), e);
        }
    }

    @Override
    public String name() {
        return layout.name();
    }

    @Override
    public Optional<String> readOnlyReason() {
        return Optional.of("it is an archive");
    }

    private Optional<ArchivedLog.Line> line(String key) {
        String digits = Keys.lastPart(key);
        if (!digits.matches("0[0-9]{19}")) {
            return Optional.empty();
        }
        long sequence = Long.parseLong(digits);
        return key.equals(Keys.log(log.model(), sequence)) ? log.line(sequence) : Optional.empty();
    }

    private static Optional<String> blob(String key) {
        return key.startsWith(Keys.BLOBS) ? Optional.of(Keys.lastPart(key)) : Optional.empty();
    }

    @Override
    public Optional<ObjectInfo> stat(String key) {
        ObjectKeys.require(key);
        Optional<Long> size = blob(key).isPresent()
                ? blob(key).filter(layout::has).map(layout::size)
                : line(key).map(line -> (long) line.length());
        return size.map(bytes -> new ObjectInfo(key, bytes, Instant.EPOCH));
    }

    @Override
    public Optional<InputStream> open(String key, long offset, long length) {
        ObjectKeys.require(key);
        ObjectKeys.requireRange(offset, length);
        if (blob(key).isPresent()) {
            return blob(key).filter(layout::has).map(hex -> layout.open(hex, offset, length));
        }
        return line(key).map(line -> {
            long from = Math.min(offset, line.length());
            return layout.open(line.hex(), line.offset() + from, Math.min(length, line.length() - from));
        });
    }

    @Override
    public ObjectListing list(String prefix, @Nullable String after, int limit) {
        ObjectKeys.requirePrefix(prefix);
        ObjectKeys.requireLimit(limit);
        List<ObjectInfo> found = new ArrayList<>();
        if (prefix.equals(Keys.logFolder(log.model()))) {
            for (long sequence = 1; sequence <= log.last() && found.size() < limit; sequence++) {
                String key = Keys.log(log.model(), sequence);
                if (after == null || key.compareTo(after) > 0) {
                    stat(key).ifPresent(found::add);
                }
            }
        }
        return new ObjectListing(found, found.size() == limit);
    }

    private AccessDeniedException readOnly() {
        return new AccessDeniedException(layout.name() + " takes no writes: it is an archive");
    }

    @Override
    public boolean putIfAbsent(String key, ObjectContent content) {
        throw readOnly();
    }

    @Override
    public boolean delete(String key) {
        throw readOnly();
    }

    @Override
    public void close() {
        layout.close();
    }
}
