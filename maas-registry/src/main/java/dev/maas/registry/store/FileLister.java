package dev.maas.registry.store;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One listing of a {@link FileStore}: walks the folders in the order of the keys, and into none that the listing does not need. Used
 * by one thread.
 */
final class FileLister {
    private final Path root;
    private final String prefix;
    private final String after;
    private final int limit;
    private final List<ObjectInfo> found = new ArrayList<>();

    FileLister(Path root, String prefix, @Nullable String after, int limit) {
        this.root = root;
        this.prefix = prefix;
        this.after = after == null ? "" : after;
        this.limit = limit;
    }

    /**
     * Something in a folder.
     *
     * @param key its key, with a {@code /} behind it if it is a folder, since that is what keys under it go on with: it makes the order of
     *     the entries that of the keys
     */
    private record Entry(String key, Path path, @Nullable ObjectInfo object) {}

    /** Returns one object more than the limit, if there are so many. */
    ObjectListing list() throws IOException {
        walk(prefix.isEmpty() ? root : root.resolve(prefix), prefix);
        boolean more = found.size() > limit;
        return new ObjectListing(more ? found.subList(0, limit) : found, more);
    }

    private void walk(Path folder, String folderKey) throws IOException {
        for (Entry entry : entries(folder, folderKey)) {
            if (found.size() > limit) {
                return;
            }
            if (entry.object == null) {
                walk(entry.path, entry.key);
            } else if (entry.key.compareTo(after) > 0) {
                found.add(entry.object);
            }
        }
    }

    private List<Entry> entries(Path folder, String folderKey) throws IOException {
        List<Entry> entries = new ArrayList<>();
        try (DirectoryStream<Path> paths = Files.newDirectoryStream(folder)) {
            for (Path path : paths) {
                String name = String.valueOf(path.getFileName());
                // Keys under a folder lie between its name with '/' and with the character behind that.
                boolean mayMatter = (folderKey + name + "0").compareTo(after) > 0;
                if (mayMatter && !isOwn(folderKey, name)) {
                    @Nullable Entry entry = entry(folderKey + name, path);
                    if (entry != null) {
                        entries.add(entry);
                    }
                }
            }
        } catch (NoSuchFileException | NotDirectoryException e) {
            // Nothing was ever put there.
            return List.of();
        }
        entries.sort(Comparator.comparing(Entry::key));
        return entries;
    }

    /** Returns whether it is the store's own, not an object. */
    private static boolean isOwn(String folderKey, String name) {
        return name.startsWith(".") || (folderKey.isEmpty() && (name.equals("tmp") || name.equals("partial")));
    }

    private static @Nullable Entry entry(String key, Path path) throws IOException {
        try {
            BasicFileAttributes attributes =
                    Files.readAttributes(path, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
            if (attributes.isRegularFile()) {
                return new Entry(key, path, info(key, attributes));
            }
            Path inner = path.resolve(FileCommit.INNER);
            if (attributes.isDirectory() && Files.exists(inner, LinkOption.NOFOLLOW_LINKS)) {
                return new Entry(key, path, info(key, Files.readAttributes(inner, BasicFileAttributes.class)));
            }
            return attributes.isDirectory() ? new Entry(key + "/", path, null) : null;
        } catch (NoSuchFileException e) {
            // Deleted since the folder was read.
            return null;
        }
    }

    static ObjectInfo info(String key, BasicFileAttributes attributes) {
        return new ObjectInfo(
                key, attributes.size(), attributes.lastModifiedTime().toInstant());
    }

    /** Returns the names of the folders directly under the prefix. */
    static List<String> folders(Path root, String prefix, @Nullable String after, int limit) throws IOException {
        List<String> names = new ArrayList<>();
        Path folder = prefix.isEmpty() ? root : root.resolve(prefix);
        try (DirectoryStream<Path> paths = Files.newDirectoryStream(folder)) {
            for (Path path : paths) {
                String name = String.valueOf(path.getFileName());
                if (after == null || (name + "/").compareTo(after + "/") > 0) {
                    names.add(name);
                }
            }
        } catch (NoSuchFileException e) {
            return List.of();
        }
        names.sort(Comparator.comparing(name -> name + "/"));
        List<String> folders = new ArrayList<>();
        for (String name : names) {
            if (folders.size() == limit) {
                break;
            }
            if (!isOwn(prefix, name) && holdsObjects(folder.resolve(name))) {
                folders.add(name);
            }
        }
        return folders;
    }

    /** A crash can leave a folder behind in which nothing was put. */
    private static boolean holdsObjects(Path folder) throws IOException {
        try (DirectoryStream<Path> paths = Files.newDirectoryStream(folder)) {
            for (Path path : paths) {
                if (path.endsWith(FileCommit.INNER)) {
                    return false;
                }
                if (!Files.isDirectory(path, LinkOption.NOFOLLOW_LINKS)
                        || Files.exists(path.resolve(FileCommit.INNER))
                        || holdsObjects(path)) {
                    return true;
                }
            }
            return false;
        } catch (NotDirectoryException | NoSuchFileException e) {
            return false;
        }
    }
}
