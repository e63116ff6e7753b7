package dev.maas.registry.store;

import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;

/**
 * How a finished file gets its name, if nobody has it: the one atomic step of a {@link FileStore}.
 *
 * <p>A name may not be claimed before the file is whole, or readers see a torn file ({@code CREATE_NEW}, then write); and it may not
 * be moved onto the name, since {@code rename} replaces a file silently. Two operations of file systems do claim atomically:
 *
 * <ul>
 *   <li>{@link #HARD_LINK}: {@code link} fails if the name is taken.
 *   <li>{@link #FOLDER_MOVE}, where there are no hard links: {@code rename} of a folder fails if the target is a file, or a folder
 *       that is not empty. The object lies in the folder, under {@link #INNER}.
 * </ul>
 *
 * <p>Both claim the same name, so that each loses to the other, and readers take either form.
 */
enum FileCommit {
    /** Links the name to the finished file. */
    HARD_LINK {
        @Override
        Path stage(Path staging) {
            return staging;
        }

        @Override
        boolean claim(Path staging, Path target) throws IOException {
            try {
                Files.createLink(target, staging);
                return true;
            } catch (NoSuchFileException | UnsupportedOperationException e) {
                throw e;
            } catch (FileAlreadyExistsException e) {
                return isOurs(staging, target);
            } catch (IOException e) {
                if (isOurs(staging, target)) {
                    return true;
                }
                throw e;
            }
        }

        /** On a network file system the answer to a link that was made may be lost, and its repetition finds the name taken. */
        private boolean isOurs(Path staging, Path target) throws IOException {
            try {
                return Files.isSameFile(staging, target);
            } catch (NoSuchFileException e) {
                return false;
            }
        }
    },

    /** Moves a folder with the finished file in it to the name. */
    FOLDER_MOVE {
        @Override
        Path stage(Path staging) throws IOException {
            Files.createDirectory(staging);
            return staging.resolve(INNER);
        }

        @Override
        boolean claim(Path staging, Path target) throws IOException {
            try {
                Files.move(staging, target, StandardCopyOption.ATOMIC_MOVE);
                return true;
            } catch (IOException e) {
                // Which exception says 'taken' differs between systems; whether it is taken does not.
                boolean taken = Files.isRegularFile(target, LinkOption.NOFOLLOW_LINKS)
                        || Files.isRegularFile(target.resolve(INNER), LinkOption.NOFOLLOW_LINKS);
                if (taken) {
                    return false;
                }
                throw e;
            }
        }
    };

    /** The name of an object's file in its folder; no part of a key begins with a dot. */
    static final String INNER = ".object";

    /** Prepares a place of its own under a fresh name, and returns the file to write there. */
    abstract Path stage(Path staging) throws IOException;

    /** Gives the finished file its name; returns whether it was free. What lies at {@code staging} may remain. */
    abstract boolean claim(Path staging, Path target) throws IOException;
}
