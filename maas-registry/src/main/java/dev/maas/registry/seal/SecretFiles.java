package dev.maas.registry.seal;

import dev.maas.InvalidInputException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.EnumSet;
import java.util.Set;

/** Checks who can read a file that holds a secret. */
final class SecretFiles {
    private static final Set<PosixFilePermission> OWNER = EnumSet.of(
            PosixFilePermission.OWNER_READ, PosixFilePermission.OWNER_WRITE, PosixFilePermission.OWNER_EXECUTE);

    private SecretFiles() {}

    /**
     * Refuses a file that others than its owner can read or write. A file system that knows no such permissions is taken as it is.
     *
     * @throws InvalidInputException if it is not there, is no plain file, or others can read or write it
     */
    static void requirePrivate(Path file) {
        try {
            if (!Files.isRegularFile(file)) {
                throw new InvalidInputException("There is no key file '" + PemKeys.name(file) + "'");
            }
            Path real = file.toRealPath();
            if (!Files.getFileStore(real).supportsFileAttributeView("posix")) {
                return;
            }
            Set<PosixFilePermission> permissions = Files.getPosixFilePermissions(real);
            if (!OWNER.containsAll(permissions)) {
                throw new InvalidInputException("Others can use the key file '" + PemKeys.name(file) + "' ("
                        + PosixFilePermissions.toString(permissions)
                        + "). Make it its owner's alone: chmod 600, and replace its keys if others may have read them");
            }
        } catch (IOException e) {
            throw new InvalidInputException("The key file '" + PemKeys.name(file) + "' cannot be read", e);
        }
    }
}
