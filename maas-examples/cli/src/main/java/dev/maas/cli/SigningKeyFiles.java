package dev.maas.cli;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Makes the files of a pair of keys that signs. The method has no state and is safe for use by any thread. */
final class SigningKeyFiles {
    private SigningKeyFiles() {}

    /**
     * Makes a pair of Ed25519 keys in PEM, the private one in PKCS #8 and readable by its owner alone.
     *
     * @throws CommandException if one of the files is there already
     */
    static void create(Path privateKey, Path publicKey) throws IOException {
        for (Path file : new Path[] {privateKey, publicKey}) {
            if (Files.exists(file)) {
                throw taken(file, null);
            }
        }
        KeyPair keys = generate();
        write(privateKey, "PRIVATE KEY", keys.getPrivate().getEncoded(), "rw-------");
        try {
            write(publicKey, "PUBLIC KEY", keys.getPublic().getEncoded(), "rw-r--r--");
        } catch (IOException | RuntimeException e) {
            // Half of a pair is of no use.
            Files.deleteIfExists(privateKey);
            throw e;
        }
    }

    private static CommandException taken(Path file, @Nullable FileAlreadyExistsException cause) {
        String message = "'" + file + "' is there already and is never written over; name another file";
        return cause == null ? new CommandException(message) : new CommandException(message, cause);
    }

    private static KeyPair generate() {
        try {
            return KeyPairGenerator.getInstance("Ed25519").generateKeyPair();
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("Every JDK from 15 on has Ed25519", e);
        }
    }

    private static void write(Path file, String type, byte[] encoded, String permissions) throws IOException {
        String base64 = Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(encoded);
        ByteBuffer pem = StandardCharsets.US_ASCII.encode(
                "-----BEGIN " + type + "-----\n" + base64 + "\n-----END " + type + "-----\n");
        boolean posix = file.getFileSystem().supportedFileAttributeViews().contains("posix");
        FileAttribute<?>[] attributes = posix
                ? new FileAttribute<?>[] {
                    PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString(permissions))
                }
                : new FileAttribute<?>[0];
        try (FileChannel channel =
                FileChannel.open(file, Set.of(StandardOpenOption.WRITE, StandardOpenOption.CREATE_NEW), attributes)) {
            while (pem.hasRemaining()) {
                channel.write(pem);
            }
            channel.force(true);
        } catch (FileAlreadyExistsException e) {
            throw taken(file, e);
        }
    }
}
