package dev.maas.registry.store;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The folders of a {@link FileStore}, made so that they survive a crash: the entry of a file or folder is durable only when the
 * folder that holds it was synced. Safe for use by any thread.
 */
final class FileFolders {
    /** Enough for the folders of most registries; forgetting them costs a few syncs. */
    private static final int MOST_REMEMBERED = 20_000;

    private final Path root;
    private final boolean synced;
    private final Set<Path> durable = ConcurrentHashMap.newKeySet();

    private FileFolders(Path root, boolean synced) {
        this.root = root;
        this.synced = synced;
    }

    /** Finds out whether this system lets a folder be synced; Windows does not, and keeps its entries in a journal. */
    static FileFolders under(Path root) {
        try {
            force(root);
            return new FileFolders(root, true);
        } catch (IOException e) {
            return new FileFolders(root, false);
        }
    }

    private static void force(Path folder) throws IOException {
        try (FileChannel channel = FileChannel.open(folder, StandardOpenOption.READ)) {
            channel.force(true);
        }
    }

    /** Makes a folder under the root, and those above it, durably. */
    void make(Path folder) throws IOException {
        Path parent = folder.getParent();
        if (folder.equals(root) || parent == null || durable.contains(folder)) {
            return;
        }
        make(parent);
        try {
            Files.createDirectory(folder);
        } catch (FileAlreadyExistsException e) {
            // Another process may have made it and not have synced it yet, so that the sync below is needed all the
            // same.
            if (!Files.isDirectory(folder)) {
                throw e;
            }
        }
        sync(parent);
        if (durable.size() >= MOST_REMEMBERED) {
            durable.clear();
        }
        durable.add(folder);
    }

    /** Makes the entries of a folder durable. */
    void sync(Path folder) throws IOException {
        if (synced) {
            force(folder);
        }
    }

    /** Forgets which folders are there, since one of them was found missing. */
    void forget() {
        durable.clear();
    }
}
