package dev.maas.registry.cache;

import dev.maas.registry.store.ObjectInfo;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What was read last of a store's logs, for when the store is out of reach. Safe for use by any thread and by several processes.
 *
 * <p>It holds bytes as they came, and vouches for none: the log's own chain and checksums do, whoever serves them. It is written to without syncs;
 * what a crash tears is read as damaged, and the next read from the store mends it. Only checkpoints that a reader may need, and the entries behind
 * them, are kept.
 */
final class Mirror {
    private static final Logger LOG = LoggerFactory.getLogger(Mirror.class);
    private static final String HEADER = "store.json";
    private static final String DATE = "believed-until";
    private static final Pattern LOGGED =
            Pattern.compile("models/([a-z0-9][a-z0-9._-]*)/(log|checkpoint)/([0-9]{20})\\.json");
    private static final Pattern FOLDER = Pattern.compile("models/([a-z0-9][a-z0-9._-]*)/(log|checkpoint)/");
    /** The bytes of the largest object that is kept. */
    static final int LARGEST = 64 << 20;

    private static final int CHECKPOINTS_KEPT = 3;

    private final CacheFolder folder;
    private final Path root;

    Mirror(CacheFolder folder, String id) {
        this.folder = folder;
        this.root = folder.store(id);
    }

    /** Returns whether objects of that key are kept. */
    static boolean keeps(String key) {
        return key.equals(HEADER) || LOGGED.matcher(key).matches();
    }

    /** Returns whether anything of the store is here. */
    boolean isThere() {
        return Files.exists(root.resolve(HEADER));
    }

    /** Keeps an object as it was read. A disk that fails costs only what could be served later. */
    void keep(String key, byte[] bytes) {
        try {
            Path file = root.resolve(key);
            if (key.equals(HEADER) && Files.exists(file) && !Arrays.equals(Files.readAllBytes(file), bytes)) {
                // Another registry took the place.
                remove(root.resolve("models"));
            }
            write(file, bytes);
            Matcher logged = LOGGED.matcher(key);
            if (logged.matches() && logged.group(2).equals("checkpoint")) {
                prune(logged.group(1));
            }
        } catch (IOException e) {
            LOG.debug("'{}' was not kept for when the store is out of reach", key, e);
        }
    }

    /**
     * Keeps until when what is here is to be believed, and returns whether that succeeded. If the disk fails, nothing of it is served any
     * more, rather than for any time.
     */
    boolean keepDate(Instant until) {
        try {
            write(root.resolve(DATE), until.toString().getBytes(StandardCharsets.US_ASCII));
            return true;
        } catch (IOException e) {
            LOG.debug("The date was not kept until when the store's answers are to be believed", e);
            try {
                Files.deleteIfExists(root.resolve(HEADER));
            } catch (IOException also) {
                e.addSuppressed(also);
                throw folder.failure("be written", e);
            }
            return false;
        }
    }

    /** Returns until when what is here is to be believed; empty if the store never said. A date that is damaged is over. */
    Optional<Instant> date() throws IOException {
        return read(DATE).map(bytes -> {
            try {
                return Instant.parse(new String(bytes, StandardCharsets.US_ASCII));
            } catch (DateTimeParseException e) {
                LOG.debug("The date until when the store's answers are to be believed is damaged", e);
                return Instant.EPOCH;
            }
        });
    }

    private void write(Path file, byte[] bytes) throws IOException {
        Path scratch = folder.scratch();
        Files.createDirectories(Objects.requireNonNull(file.getParent()));
        Files.write(scratch, bytes);
        Files.move(scratch, file, StandardCopyOption.ATOMIC_MOVE);
    }

    /** Removes checkpoints that no reader tries, and the entries before the oldest that one does. */
    private void prune(String model) throws IOException {
        List<String> checkpoints = names(model, "checkpoint");
        if (checkpoints.size() < CHECKPOINTS_KEPT) {
            return;
        }
        String oldest = checkpoints.get(checkpoints.size() - CHECKPOINTS_KEPT);
        for (String part : List.of("checkpoint", "log")) {
            for (String name : names(model, part)) {
                if (name.compareTo(oldest) < 0) {
                    Files.deleteIfExists(part(model, part).resolve(name));
                }
            }
        }
    }

    private Path part(String model, String part) {
        return root.resolve("models").resolve(model).resolve(part);
    }

    private List<String> names(String model, String part) throws IOException {
        return CacheFolder.names(part(model, part)).stream()
                .filter(name -> name.endsWith(".json"))
                .toList();
    }

    /** Returns an object, if it is here. */
    Optional<byte[]> read(String key) throws IOException {
        try {
            return Optional.of(Files.readAllBytes(root.resolve(key)));
        } catch (NoSuchFileException e) {
            return Optional.empty();
        }
    }

    /** Returns what is known of an object that is here. */
    Optional<ObjectInfo> stat(String key) throws IOException {
        Path file = root.resolve(key);
        try {
            Instant modified = Files.getLastModifiedTime(file).toInstant();
            return Optional.of(new ObjectInfo(key, Files.size(file), modified));
        } catch (NoSuchFileException e) {
            return Optional.empty();
        }
    }

    /**
     * Returns whether an object is known not to be in the store, as far as it was read: an entry behind the newest of a log that is here, or a
     * checkpoint that is not, which readers do without.
     */
    boolean isBehind(String key) throws IOException {
        Matcher logged = LOGGED.matcher(key);
        if (!logged.matches()) {
            return false;
        }
        List<String> entries = names(logged.group(1), "log");
        String name = logged.group(3) + ".json";
        return !entries.isEmpty()
                && (logged.group(2).equals("checkpoint") || name.compareTo(entries.get(entries.size() - 1)) > 0);
    }

    /** Returns whether an entry must be in the store, since there are newer ones of the same log here. */
    boolean isBefore(String key) throws IOException {
        Matcher logged = LOGGED.matcher(key);
        if (!logged.matches() || !logged.group(2).equals("log")) {
            return false;
        }
        List<String> entries = names(logged.group(1), "log");
        return !entries.isEmpty() && (logged.group(3) + ".json").compareTo(entries.get(entries.size() - 1)) < 0;
    }

    /** Returns what is known to be in a folder of a model that is here; empty if nothing is. What is behind the newest entry is not known. */
    Optional<List<ObjectInfo>> list(String prefix) throws IOException {
        Matcher matcher = FOLDER.matcher(prefix);
        if (!matcher.matches() || names(matcher.group(1), "log").isEmpty()) {
            return Optional.empty();
        }
        if (matcher.group(2).equals("log")) {
            return Optional.of(List.of());
        }
        return Optional.of(names(matcher.group(1), "checkpoint").stream()
                .map(name -> new ObjectInfo(prefix + name, 0, Instant.EPOCH))
                .toList());
    }

    /** Returns the models of which anything is here. */
    Collection<String> models() throws IOException {
        return CacheFolder.names(root.resolve("models"));
    }

    private static void remove(Path path) throws IOException {
        for (String name : CacheFolder.names(path)) {
            remove(path.resolve(name));
        }
        Files.deleteIfExists(path);
    }
}
