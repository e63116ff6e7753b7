package dev.maas.registry.store;

import dev.maas.AccessDeniedException;
import dev.maas.ClosedException;
import dev.maas.RegistryException;
import java.io.BufferedOutputStream;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.DirectoryStream;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFilePermission;
import java.time.Duration;
import java.time.Instant;
import java.util.EnumSet;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A store in a folder, for any number of processes at once, without locks.
 *
 * <p>A put writes a file of its own in {@code tmp/}, syncs it, makes it read-only, claims the name (see {@link FileCommit}), and syncs
 * the folder. A crash before the claim leaves a file in {@code tmp/}, which {@link #clean} removes; a crash after it, an object that is
 * whole. Losers sync the folder too, so that what they are told is there stays there.
 */
final class FileStore implements ObjectStore {
    private static final int BUFFER_BYTES = 1 << 16;

    private final Path root;
    private final String name;
    private final FileCommit commit;
    private final @Nullable String readOnlyReason;
    private final FileFolders folders;
    private final FileSteps steps;
    private volatile boolean closed;

    FileStore(
            Path root,
            String name,
            FileCommit commit,
            @Nullable String readOnlyReason,
            FileFolders folders,
            FileSteps steps) {
        this.root = root;
        this.name = name;
        this.commit = commit;
        this.readOnlyReason = readOnlyReason;
        this.folders = folders;
        this.steps = steps;
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public Optional<String> readOnlyReason() {
        return Optional.ofNullable(readOnlyReason);
    }

    @Override
    public Optional<ObjectInfo> stat(String key) {
        Path path = path(key);
        try {
            return Optional.of(FileLister.info(key, attributes(path)));
        } catch (NoSuchFileException | NotDirectoryException e) {
            return Optional.empty();
        } catch (IOException e) {
            throw failure("look up", key, e);
        }
    }

    /** Reads what lies at a path, in either form. */
    private static BasicFileAttributes attributes(Path path) throws IOException {
        BasicFileAttributes attributes =
                Files.readAttributes(path, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
        if (attributes.isDirectory()) {
            return Files.readAttributes(
                    path.resolve(FileCommit.INNER), BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
        }
        if (!attributes.isRegularFile()) {
            throw new FileSystemException(path.toString(), null, "it is a link or a device");
        }
        return attributes;
    }

    private static Path file(Path path) {
        return Files.isDirectory(path, LinkOption.NOFOLLOW_LINKS) ? path.resolve(FileCommit.INNER) : path;
    }

    @Override
    public Optional<InputStream> open(String key, long offset, long length) {
        Path path = path(key);
        ObjectKeys.requireRange(offset, length);
        try {
            attributes(path);
            SeekableByteChannel channel = Files.newByteChannel(file(path), StandardOpenOption.READ);
            try {
                channel.position(offset);
                InputStream stream = Channels.newInputStream(channel);
                return Optional.of(length == Long.MAX_VALUE ? stream : new BoundedInputStream(stream, length));
            } catch (IOException | RuntimeException e) {
                channel.close();
                throw e;
            }
        } catch (NoSuchFileException | NotDirectoryException e) {
            return Optional.empty();
        } catch (IOException e) {
            throw failure("open", key, e);
        }
    }

    @Override
    public Optional<LocalCopy> local(String key) {
        Path path = path(key);
        return Files.exists(file(path)) ? Optional.of(new PlainFile(file(path))) : Optional.empty();
    }

    private record PlainFile(Path path) implements LocalCopy {
        @Override
        public boolean verified() {
            return false;
        }

        @Override
        public void close() {}
    }

    @Override
    public boolean putIfAbsent(String key, ObjectContent content) {
        Path target = requireWritable(key);
        Objects.requireNonNull(content, "content");
        Path staging = root.resolve("tmp").resolve(UUID.randomUUID().toString());
        try {
            boolean won = !exists(target) && put(staging, target, content);
            folders.sync(parent(target));
            steps.done("synced");
            return won;
        } catch (IOException e) {
            throw failure("put", key, e);
        } finally {
            removeQuietly(staging);
        }
    }

    private boolean put(Path staging, Path target, ObjectContent content) throws IOException {
        write(commit.stage(staging), content);
        steps.done("written");
        return claim(staging, target);
    }

    private boolean claim(Path staging, Path target) throws IOException {
        folders.make(parent(target));
        steps.done("folders made");
        boolean won;
        try {
            won = commit.claim(staging, target);
        } catch (NoSuchFileException e) {
            // Somebody tidied an empty folder away.
            folders.forget();
            folders.make(parent(target));
            won = commit.claim(staging, target);
        }
        steps.done("claimed");
        return won;
    }

    private void write(Path file, ObjectContent content) throws IOException {
        Set<StandardOpenOption> options = EnumSet.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
        try (FileChannel channel = FileChannel.open(file, options)) {
            EarlySync sync = new EarlySync(channel);
            OutputStream out = new BufferedOutputStream(new SyncedStream(channel, sync), BUFFER_BYTES);
            content.writeTo(out);
            out.flush();
            setReadOnly(file);
            sync.finish();
        }
        if (!Objects.equals(file.getParent(), root.resolve("tmp"))) {
            folders.sync(parent(file));
        }
    }

    /** Writes to a file and tells of it. */
    private static final class SyncedStream extends FilterOutputStream {
        private final EarlySync sync;

        SyncedStream(FileChannel channel, EarlySync sync) {
            super(Channels.newOutputStream(channel));
            this.sync = sync;
        }

        @Override
        public void write(byte[] bytes, int offset, int length) throws IOException {
            out.write(bytes, offset, length);
            sync.written(length);
        }
    }

    private static void setReadOnly(Path file) throws IOException {
        @Nullable PosixFileAttributeView view = Files.getFileAttributeView(file, PosixFileAttributeView.class);
        if (view == null) {
            // A hint to people; nothing rests on it.
            boolean ignored = file.toFile().setReadOnly();
            return;
        }
        Set<PosixFilePermission> permissions =
                EnumSet.copyOf(view.readAttributes().permissions());
        permissions.removeAll(EnumSet.of(
                PosixFilePermission.OWNER_WRITE, PosixFilePermission.GROUP_WRITE, PosixFilePermission.OTHERS_WRITE));
        view.setPermissions(permissions);
    }

    @Override
    public boolean copyIfAbsent(String from, String to) {
        Path source = path(from);
        if (commit != FileCommit.HARD_LINK || !Files.isRegularFile(source, LinkOption.NOFOLLOW_LINKS)) {
            return ObjectStore.super.copyIfAbsent(from, to);
        }
        Path target = requireWritable(to);
        try {
            boolean won = !exists(target) && claim(source, target);
            folders.sync(parent(target));
            return won;
        } catch (IOException e) {
            throw failure("copy to", to, e);
        }
    }

    @Override
    public boolean delete(String key) {
        Path target = requireWritable(key);
        Path away = root.resolve("tmp").resolve(UUID.randomUUID().toString());
        try {
            if (!exists(target)) {
                return false;
            }
            // A folder goes away in one step only if it is moved.
            Files.move(target, away);
            folders.sync(parent(target));
            remove(away);
            return true;
        } catch (NoSuchFileException e) {
            return false;
        } catch (IOException e) {
            throw failure("delete", key, e);
        }
    }

    private static boolean exists(Path target) throws IOException {
        try {
            attributes(target);
            return true;
        } catch (NoSuchFileException | NotDirectoryException e) {
            return false;
        }
    }

    @Override
    public ObjectListing list(String prefix, @Nullable String after, int limit) {
        requireOpen();
        ObjectKeys.requirePrefix(prefix);
        ObjectKeys.requireLimit(limit);
        try {
            return new FileLister(root, prefix, after, limit).list();
        } catch (IOException e) {
            throw failure("list", prefix, e);
        }
    }

    @Override
    public List<String> folders(String prefix, @Nullable String after, int limit) {
        requireOpen();
        ObjectKeys.requirePrefix(prefix);
        ObjectKeys.requireLimit(limit);
        try {
            return FileLister.folders(root, prefix, after, limit);
        } catch (IOException e) {
            throw failure("list", prefix, e);
        }
    }

    @Override
    public void clean(Duration olderThan) {
        requireWritable("clean");
        Instant limit = Instant.now().minus(olderThan);
        try (DirectoryStream<Path> paths = Files.newDirectoryStream(root.resolve("tmp"))) {
            for (Path path : paths) {
                removeIfOlder(path, limit);
            }
        } catch (IOException e) {
            throw failure("clean", "tmp", e);
        }
    }

    private static void removeIfOlder(Path path, Instant limit) throws IOException {
        try {
            if (!Files.getLastModifiedTime(path, LinkOption.NOFOLLOW_LINKS)
                    .toInstant()
                    .isAfter(limit)) {
                remove(path);
            }
        } catch (NoSuchFileException e) {
            // Its owner is alive, and removed it.
        }
    }

    /** Removes a file, or a folder with one object in it; does nothing if there is none. */
    static void remove(Path path) throws IOException {
        if (Files.isDirectory(path, LinkOption.NOFOLLOW_LINKS)) {
            Files.deleteIfExists(path.resolve(FileCommit.INNER));
        }
        Files.deleteIfExists(path);
    }

    private static void removeQuietly(Path path) {
        try {
            remove(path);
        } catch (IOException e) {
            // It is scratch, and the next cleaning removes it; what happened to the put matters more.
        }
    }

    private static Path parent(Path path) {
        return Objects.requireNonNull(path.getParent());
    }

    private Path path(String key) {
        requireOpen();
        return root.resolve(ObjectKeys.require(key));
    }

    private Path requireWritable(String key) {
        Path path = path(key);
        if (readOnlyReason != null) {
            throw new AccessDeniedException(name + " is read-only: " + readOnlyReason);
        }
        return path;
    }

    private void requireOpen() {
        if (closed) {
            throw new ClosedException(name + " was closed");
        }
    }

    private RegistryException failure(String verb, String key, IOException cause) {
        return new RegistryException(name + ": cannot " + verb + " '" + key + "': " + reason(cause), cause);
    }

    /** What went wrong, without the absolute path that the exceptions of file systems begin with. */
    static String reason(Exception exception) {
        String text = exception instanceof FileSystemException failure ? failure.getReason() : exception.getMessage();
        return text == null ? exception.getClass().getSimpleName() : text;
    }

    @Override
    public void close() {
        closed = true;
    }
}
