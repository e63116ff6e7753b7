package dev.maas.registry.cache;

import dev.maas.RegistryException;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryStream;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFilePermission;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Where things lie in a cache. Safe for use by any thread.
 *
 * <pre>
 * sha256/ab/&lt;hex&gt;             blobs, verified before they got these names, read-only
 * chunks/&lt;hex&gt;                which chunks a blob consists of; a hint
 * partial/&lt;hex&gt;.&lt;id&gt;          transfers under way, or given up
 * leases/&lt;instance&gt;/&lt;n&gt;-&lt;hex&gt; hard links to the blobs that a process uses
 * locks/&lt;hex&gt;                 who fetches a blob
 * stores/&lt;id&gt;/...             what was read last of each store's logs
 * tmp/                        scratch
 * </pre>
 */
final class CacheFolder {
    private static final List<String> PARTS =
            List.of("sha256", "chunks", "partial", "leases", "locks", "stores", "tmp");

    private final Path root;

    private CacheFolder(Path root) {
        this.root = root;
    }

    /** Makes a cache's folder, or takes the one that is there. */
    static CacheFolder open(Path root) {
        CacheFolder folder = new CacheFolder(root);
        try {
            Files.createDirectories(root);
            folder.requireOwn();
            for (String part : PARTS) {
                Files.createDirectories(root.resolve(part));
            }
            folder.requireLinks();
            return folder;
        } catch (IOException e) {
            throw folder.failure("be made ready", e);
        }
    }

    /** A folder that is in use for something else is a slip of the pen; it must not be littered. */
    private void requireOwn() throws IOException {
        List<String> names = names(root);
        if (!names.isEmpty() && names.stream().noneMatch(PARTS::contains)) {
            throw new RegistryException(name() + " holds '" + names.get(0)
                    + "' and is no cache. Name an empty folder, or one that a cache was made in");
        }
    }

    /** Leases are hard links, so that no sweep takes a file from under its user. */
    private void requireLinks() throws IOException {
        Path file = scratch();
        Path link = scratch();
        try {
            Files.createFile(file);
            Files.createLink(link, file);
        } catch (UnsupportedOperationException | FileSystemException e) {
            throw new RegistryException(
                    name() + " lies on a file system without hard links, which a cache needs (" + reason(e)
                            + "). Name a folder on another disk",
                    e);
        } finally {
            Files.deleteIfExists(link);
            Files.deleteIfExists(file);
        }
    }

    /** Returns what messages call the cache. */
    String name() {
        return "cache '" + (root.getFileName() == null ? "/" : root.getFileName()) + "'";
    }

    Path blob(String hex) {
        return blobs().resolve(hex.substring(0, 2)).resolve(hex);
    }

    Path blobs() {
        return root.resolve("sha256");
    }

    Path chunks(String hex) {
        return chunks().resolve(hex);
    }

    Path chunks() {
        return root.resolve("chunks");
    }

    Path partial(String hex) {
        return partials().resolve(hex + "." + UUID.randomUUID());
    }

    Path partials() {
        return root.resolve("partial");
    }

    Path leases() {
        return root.resolve("leases");
    }

    Path lock(String hex) {
        return root.resolve("locks").resolve(hex);
    }

    Path store(String id) {
        return root.resolve("stores").resolve(id);
    }

    Path scratch() {
        return tmp().resolve(UUID.randomUUID().toString());
    }

    Path tmp() {
        return root.resolve("tmp");
    }

    /** Returns the names in a folder, in order; none if it is not there. */
    static List<String> names(Path folder) throws IOException {
        List<String> names = new ArrayList<>();
        try (DirectoryStream<Path> paths = Files.newDirectoryStream(folder)) {
            for (Path path : paths) {
                names.add(String.valueOf(path.getFileName()));
            }
        } catch (NoSuchFileException | NotDirectoryException e) {
            return List.of();
        }
        names.sort(null);
        return names;
    }

    /** Returns the size of a file, 0 if it is not there. */
    static long size(Path file) throws IOException {
        try {
            return Files.size(file);
        } catch (NoSuchFileException e) {
            return 0;
        }
    }

    /** Makes the folder for a file, durably. */
    static void makeIn(Path parent, Path file) throws IOException {
        Path folder = file.getParent();
        if (folder != null && !Files.isDirectory(folder)) {
            Files.createDirectories(folder);
            sync(parent);
        }
    }

    static void setReadOnly(Path file) throws IOException {
        @Nullable PosixFileAttributeView view = Files.getFileAttributeView(file, PosixFileAttributeView.class);
        if (view == null) {
            // Where a file that may not be written to cannot be removed either, leases could not be given back.
            return;
        }
        Set<PosixFilePermission> permissions =
                EnumSet.copyOf(view.readAttributes().permissions());
        permissions.removeAll(EnumSet.of(
                PosixFilePermission.OWNER_WRITE, PosixFilePermission.GROUP_WRITE, PosixFilePermission.OTHERS_WRITE));
        view.setPermissions(permissions);
    }

    /** Makes the names in a folder durable; Windows keeps them in a journal, and lets nobody open a folder. */
    static void sync(@Nullable Path folder) throws IOException {
        if (folder != null
                && folder.getFileSystem().supportedFileAttributeViews().contains("posix")) {
            try (FileChannel channel = FileChannel.open(folder, StandardOpenOption.READ)) {
                channel.force(true);
            }
        }
    }

    RegistryException failure(String what, IOException cause) {
        return new RegistryException(
                name() + " cannot " + what + ": " + reason(cause)
                        + ". See that this process may write there, and that the disk is not full",
                cause);
    }

    /** What went wrong, without the absolute path that the exceptions of file systems begin with. */
    private static String reason(Exception exception) {
        String text = exception instanceof FileSystemException failure ? failure.getReason() : exception.getMessage();
        return text == null ? exception.getClass().getSimpleName() : text;
    }
}
