package dev.maas.registry.store;

import dev.maas.RegistryException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.Set;
import java.util.UUID;

/** Opens a {@link FileStore}: makes its folder, and tries out which way of claiming names holds there. */
final class FileStoreOpening {
    private static final String SCRATCH = "tmp";

    /** Says that a folder is a store, before anything else is in it. No part of a key begins with a dot. */
    private static final String MARK = ".maas-store";

    private FileStoreOpening() {}

    static FileStore open(Path folder) {
        return open(folder, EnumSet.allOf(FileCommit.class), FileSteps.NONE);
    }

    /** Opens the store with none but these ways of claiming names. */
    static FileStore open(Path folder, Set<FileCommit> allowed, FileSteps steps) {
        Path root = folder.toAbsolutePath().normalize();
        String name = "file store '" + (root.getFileName() == null ? "/" : root.getFileName()) + "'";
        try {
            Path parent = root.getParent();
            if (!Files.isDirectory(root)) {
                Files.createDirectories(root);
                if (parent != null) {
                    FileFolders.under(parent).sync(parent);
                }
            }
        } catch (IOException e) {
            throw new RegistryException(
                    name + ": its folder is not there and cannot be made: " + FileStore.reason(e), e);
        }
        requireOwn(root, name);
        return probe(root, name, allowed, steps);
    }

    /**
     * A folder that is in use for something else is a slip of the pen; it must not be littered, and what it has in a folder of the name of our
     * scratch must not be cleaned away. Another process may be making the store at this moment: its mark comes first, so it is looked for once
     * more after other names were seen.
     */
    private static void requireOwn(Path root, String name) {
        if (isOwn(root)) {
            return;
        }
        try (DirectoryStream<Path> paths = Files.newDirectoryStream(root)) {
            for (Path path : paths) {
                if (!isOwn(root)) {
                    throw new RegistryException(name + ": the folder holds '" + path.getFileName()
                            + "' and is no registry. Name an empty folder, or one that a registry was made in");
                }
            }
        } catch (IOException | DirectoryIteratorException e) {
            throw new RegistryException(name + ": its folder cannot be read: " + FileStore.reason(e), e);
        }
    }

    private static boolean isOwn(Path root) {
        return Files.exists(root.resolve("store.json")) || Files.exists(root.resolve(MARK));
    }

    private static void mark(Path root, FileFolders folders) throws IOException {
        if (!isOwn(root)) {
            try {
                Files.createFile(root.resolve(MARK));
            } catch (FileAlreadyExistsException e) {
                // Another process is making the store, too.
            }
            folders.sync(root);
        }
    }

    private static FileStore probe(Path root, String name, Set<FileCommit> allowed, FileSteps steps) {
        StringBuilder reasons = new StringBuilder();
        FileFolders folders = FileFolders.under(root);
        Path scratch = root.resolve(SCRATCH);
        for (FileCommit commit : allowed) {
            try {
                mark(root, folders);
                folders.make(scratch);
                if (claimsOnce(scratch, commit)) {
                    return new FileStore(root, name, commit, null, folders, steps);
                }
                reasons.append("; ").append(commit).append(" gave a name to two");
            } catch (IOException | UnsupportedOperationException e) {
                reasons.append("; ").append(commit).append(" fails: ").append(FileStore.reason(e));
            }
        }
        String reason = "no way of claiming a name holds in its folder" + reasons;
        return new FileStore(root, name, FileCommit.HARD_LINK, reason, folders, steps);
    }

    private static boolean claimsOnce(Path scratch, FileCommit commit) throws IOException {
        Path target = scratch.resolve("probe-" + UUID.randomUUID());
        try {
            return tryClaim(scratch, target, commit) && !tryClaim(scratch, target, commit);
        } finally {
            FileStore.remove(target);
        }
    }

    private static boolean tryClaim(Path scratch, Path target, FileCommit commit) throws IOException {
        Path staging = scratch.resolve("probe-" + UUID.randomUUID());
        try {
            Files.write(commit.stage(staging), "probe".getBytes(StandardCharsets.US_ASCII));
            return commit.claim(staging, target);
        } finally {
            FileStore.remove(staging);
        }
    }
}
