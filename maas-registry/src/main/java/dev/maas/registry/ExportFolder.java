package dev.maas.registry;

import dev.maas.InvalidInputException;
import dev.maas.RegistryException;
import dev.maas.registry.store.ExportedStore;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.WritableByteChannel;
import java.nio.file.DirectoryStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashSet;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;

/**
 * The folder of an export. A file is written beside its place, synced, and moved there in one step, so that a web server shows all of it or
 * nothing. Used by one thread.
 */
final class ExportFolder {
    private static final String SCRATCH = "tmp";
    private static final String STAGED = "export-";

    /** The file store's mark: an export that ended before there was a header is to be known again. */
    private static final String MARK = ".maas-store";

    private final Path root;
    private final Set<Path> touched = new LinkedHashSet<>();
    private long objects;
    private long bytes;

    private ExportFolder(Path root) {
        this.root = root;
    }

    /** Writes something to a channel. */
    interface Source {
        void writeTo(WritableByteChannel channel) throws IOException;
    }

    /**
     * Opens the folder for an export, which it makes if need be, and removes what one that ended in the middle left.
     *
     * @throws InvalidInputException if it holds something else
     */
    static ExportFolder open(Path folder) {
        Path root = folder.toAbsolutePath().normalize();
        ExportFolder opened = new ExportFolder(root);
        try {
            Files.createDirectories(root);
            requireOwn(root);
            if (!Files.exists(root.resolve(MARK)) && !Files.exists(root.resolve(Keys.HEADER))) {
                mark(root);
            }
            Files.createDirectories(root.resolve(SCRATCH));
            try (DirectoryStream<Path> staged = Files.newDirectoryStream(root.resolve(SCRATCH), STAGED + "*")) {
                for (Path path : staged) {
                    Files.deleteIfExists(path);
                }
            }
            return opened;
        } catch (IOException e) {
            throw opened.failure("be prepared", e);
        }
    }

    private static void mark(Path root) throws IOException {
        try {
            Files.createFile(root.resolve(MARK));
        } catch (FileAlreadyExistsException e) {
            // Another process exports to the same folder at this moment, for the first time, too.
        }
    }

    private static void requireOwn(Path root) throws IOException {
        if (Files.exists(root.resolve(Keys.HEADER)) || Files.exists(root.resolve(MARK))) {
            return;
        }
        try (DirectoryStream<Path> paths = Files.newDirectoryStream(root)) {
            for (Path path : paths) {
                throw new InvalidInputException("The folder '" + root.getFileName() + "' holds '" + path.getFileName()
                        + "' and no export. Name an empty folder, or one that this registry was exported to");
            }
        }
    }

    boolean has(String key) {
        return Files.isRegularFile(root.resolve(key));
    }

    Optional<byte[]> read(String key) {
        try {
            return Optional.of(Files.readAllBytes(root.resolve(key)));
        } catch (NoSuchFileException e) {
            return Optional.empty();
        } catch (IOException e) {
            throw failure("be read at '" + key + "'", e);
        }
    }

    void put(String key, byte[] content) {
        put(key, channel -> {
            ByteBuffer buffer = ByteBuffer.wrap(content);
            while (buffer.hasRemaining()) {
                channel.write(buffer);
            }
        });
    }

    /** Puts a file; if its source fails, nothing is put. */
    void put(String key, Source source) {
        Path target = root.resolve(key);
        Path staged = stage();
        try {
            long size = write(staged, source);
            moveTo(target, staged);
            objects++;
            bytes += size;
        } catch (IOException e) {
            throw failure("take '" + key + "'", e);
        } finally {
            remove(staged);
        }
    }

    private Path stage() {
        return root.resolve(SCRATCH).resolve(STAGED + UUID.randomUUID());
    }

    private static long write(Path staged, Source source) throws IOException {
        try (FileChannel channel = FileChannel.open(staged, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
            source.writeTo(channel);
            channel.force(true);
            return channel.size();
        }
    }

    private void moveTo(Path target, Path staged) throws IOException {
        Path parent = Objects.requireNonNull(target.getParent());
        if (touched.add(parent)) {
            Files.createDirectories(parent);
            for (Path above = parent; !above.equals(root); above = Objects.requireNonNull(above.getParent())) {
                touched.add(Objects.requireNonNull(above.getParent()));
            }
        }
        Files.move(staged, target, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }

    /**
     * Puts the head, after all that was put before it is durable.
     *
     * <p>Its date is at least a second behind that of the head before: web servers make entity tags of a file's size and the second of its date,
     * and two heads have the same size as a rule. A reader that was told that nothing changed would stay with the older one.
     */
    void putHead(byte[] content) {
        Path target = root.resolve(ExportedStore.HEAD);
        Path staged = stage();
        try {
            syncTouched();
            Instant date = Instant.now();
            if (Files.exists(target)) {
                Instant before = Files.getLastModifiedTime(target).toInstant().plus(Duration.ofSeconds(1));
                date = date.isAfter(before) ? date : before;
            }
            write(staged, channel -> channel.write(ByteBuffer.wrap(content)));
            Files.setLastModifiedTime(staged, FileTime.from(date));
            moveTo(target, staged);
            touched.add(root);
            syncTouched();
        } catch (IOException e) {
            throw failure("take '" + ExportedStore.HEAD + "'", e);
        } finally {
            remove(staged);
        }
    }

    /** Makes names durable; Windows keeps them in a journal, and lets nobody open a folder. */
    private void syncTouched() throws IOException {
        if (root.getFileSystem().supportedFileAttributeViews().contains("posix")) {
            for (Path folder : touched) {
                try (FileChannel channel = FileChannel.open(folder, StandardOpenOption.READ)) {
                    channel.force(true);
                }
            }
        }
        touched.clear();
    }

    private void remove(Path staged) {
        try {
            Files.deleteIfExists(staged);
        } catch (IOException e) {
            throw failure("be tidied", e);
        }
    }

    private RegistryException failure(String verb, IOException e) {
        String reason = e instanceof FileSystemException failure ? failure.getReason() : e.getMessage();
        return new RegistryException(
                "The export's folder '" + root.getFileName() + "' cannot " + verb + ": "
                        + (reason == null ? e.getClass().getSimpleName() : reason),
                e);
    }

    long objects() {
        return objects;
    }

    long bytes() {
        return bytes;
    }
}
