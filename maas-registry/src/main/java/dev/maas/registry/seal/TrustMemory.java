package dev.maas.registry.seal;

import dev.maas.IntegrityException;
import dev.maas.RegistryException;
import dev.maas.registry.format.Sha256;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * A folder that remembers, for one registry, the newest entry of each model's log that was trusted, so that nobody can later pass off an
 * older log, or one that was forked, as the present one. It is of use as long as who changes the registry cannot change the folder.
 *
 * <p><b>How.</b> What is remembered is in the names of empty files: {@code registry-<id>}, and {@code models/<name>/<sequence>-<digest>}, of which the
 * highest counts. A file is there or it is not; none can be torn. To remember an entry is to make its file, sync the folder, and only then
 * remove the lower ones, so that a crash at any point leaves the highest, and processes that share the folder need no lock: whoever is
 * late with a lower one changes nothing.
 *
 * <p>Safe for use by any thread and by several processes. The methods block on the disk.
 */
public final class TrustMemory {
    private static final Pattern MARK = Pattern.compile("([0-9]{19})-([0-9a-f]{64})");
    private static final int MOST_LOOKS = 5;
    private static final String REGISTRY = "registry-";

    private final Path folder;

    private TrustMemory(Path folder) {
        this.folder = folder;
    }

    /** Returns the memory in a folder, which is made with the first thing remembered. Each registry has a folder of its own. */
    public static TrustMemory in(Path folder) {
        return new TrustMemory(folder.toAbsolutePath());
    }

    /**
     * An entry of a model's log.
     *
     * @param sequence its number
     * @param digest the SHA-256 of its bytes, in hexadecimal
     */
    public record Mark(long sequence, String digest) {}

    /**
     * Ties the memory to a registry, or checks that it is the one that it is tied to.
     *
     * @throws IntegrityException if it is another one's
     * @throws RegistryException if the folder cannot be read or written
     */
    public void requireRegistry(String id) {
        try {
            make(folder);
            List<String> known = names(folder).stream()
                    .filter(name -> name.startsWith(REGISTRY))
                    .toList();
            String name = REGISTRY + Sha256.hex(id.getBytes(StandardCharsets.UTF_8));
            if (known.isEmpty()) {
                create(folder.resolve(name));
            } else if (!known.equals(List.of(name))) {
                throw new IntegrityException("This is not the registry that was trusted here before: its id is another."
                        + " If that is intended, give it a folder of its own for what to remember");
            }
        } catch (IOException e) {
            throw failed(e);
        }
    }

    /**
     * Returns the newest entry of a model's log that was trusted, if any was.
     *
     * @throws IntegrityException if two entries of one number were
     * @throws RegistryException if the folder cannot be read
     */
    public Optional<Mark> newest(String model) {
        try {
            return newest(marks(folder(model)), model);
        } catch (IOException e) {
            throw failed(e);
        }
    }

    private static Optional<Mark> newest(List<Mark> marks, String model) {
        Optional<Mark> newest = Optional.empty();
        for (Mark mark : marks) {
            if (newest.isPresent() && newest.get().sequence == mark.sequence) {
                throw new IntegrityException("The log of '" + model + "' was seen in two forms from its entry "
                        + mark.sequence + " on: it was forked. Compare it with a copy of the registry");
            }
            if (newest.isEmpty() || newest.get().sequence < mark.sequence) {
                newest = Optional.of(mark);
            }
        }
        return newest;
    }

    /**
     * Remembers an entry, if none that is as new is remembered already. When this returns, it outlasts a crash.
     *
     * @throws IntegrityException if another entry of that number is remembered
     * @throws RegistryException if the folder cannot be read or written
     */
    public void remember(String model, Mark mark) {
        Path marks = folder(model);
        try {
            make(marks);
            List<Mark> known = marks(marks);
            if (known.stream().noneMatch(other -> other.sequence > mark.sequence || other.equals(mark))) {
                create(marks.resolve(name(mark)));
            }
            // Looks again: another process may have remembered another form of the same entry meanwhile.
            List<Mark> there = marks(marks);
            Optional<Mark> newest = newest(there, model);
            for (Mark old : there) {
                if (newest.filter(best -> old.sequence < best.sequence).isPresent()) {
                    Files.deleteIfExists(marks.resolve(name(old)));
                }
            }
        } catch (IOException e) {
            throw failed(e);
        }
    }

    private Path folder(String model) {
        return folder.resolve("models").resolve(model);
    }

    private static String name(Mark mark) {
        return String.format("%019d-%s", mark.sequence, mark.digest);
    }

    private static List<Mark> marks(Path folder) throws IOException {
        List<Mark> marks = List.of();
        // While another process puts one file in place of another, a listing may show neither.
        for (int look = 0; look < MOST_LOOKS && marks.isEmpty() && Files.isDirectory(folder); look++) {
            marks = list(folder);
        }
        return marks;
    }

    private static List<Mark> list(Path folder) throws IOException {
        List<Mark> marks = new ArrayList<>();
        for (String name : names(folder)) {
            Matcher matcher = MARK.matcher(name);
            if (matcher.matches()) {
                marks.add(new Mark(Long.parseLong(matcher.group(1)), matcher.group(2)));
            }
        }
        return marks;
    }

    private static List<String> names(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.map(PemKeys::name).sorted().toList();
        } catch (NoSuchFileException e) {
            return List.of();
        }
    }

    private static void make(Path folder) throws IOException {
        Path parent = folder.getParent();
        if (!Files.isDirectory(folder) && parent != null) {
            make(parent);
            try {
                Files.createDirectory(folder);
            } catch (FileAlreadyExistsException e) {
                if (!Files.isDirectory(folder)) {
                    throw e;
                }
            }
            sync(parent);
        }
    }

    private static void create(Path file) throws IOException {
        try {
            Files.createFile(file);
        } catch (FileAlreadyExistsException e) {
            // Another process made it, but may not have synced it.
        }
        Path parent = file.getParent();
        if (parent != null) {
            sync(parent);
        }
    }

    /** Makes the names in a folder durable; Windows keeps them in a journal, and lets nobody open a folder. */
    private static void sync(Path folder) throws IOException {
        if (folder.getFileSystem().supportedFileAttributeViews().contains("posix")) {
            try (FileChannel channel = FileChannel.open(folder, StandardOpenOption.READ)) {
                channel.force(true);
            }
        }
    }

    private static RegistryException failed(IOException e) {
        return new RegistryException(
                "The folder that remembers what was trusted cannot be read or written ("
                        + e.getClass().getSimpleName() + "). See that this process may use it",
                e);
    }
}
