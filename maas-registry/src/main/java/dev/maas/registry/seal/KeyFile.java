package dev.maas.registry.seal;

import com.google.crypto.tink.InsecureSecretKeyAccess;
import com.google.crypto.tink.KeysetHandle;
import com.google.crypto.tink.TinkJsonProtoKeysetFormat;
import com.google.crypto.tink.aead.AeadConfig2026;
import com.google.crypto.tink.aead.PredefinedAeadParameters;
import dev.maas.InvalidInputException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.util.Set;
import java.util.UUID;

/**
 * Makes files of keys for {@link KeyWrapper#localFile}: Tink keysets in JSON, which nobody but their owner can read. Tink's own tool
 * {@code tinkey} reads and writes them too.
 *
 * <pre>{@code
 * KeyFile.create(Path.of("registry-keys.json"));
 * RegistryOptions options = RegistryOptions.defaults().encryptWith(KeyWrapper.localFile(Path.of("registry-keys.json")));
 * }</pre>
 *
 * <p>Who loses the file loses every version that was encrypted by it: keep a copy where the registry is not. The methods have no state,
 * block on the file system, and are safe for use by any thread; two that rotate one file at the same time are not.
 */
public final class KeyFile {
    private KeyFile() {}

    /**
     * Makes a file with one new key.
     *
     * @return the key's id
     * @throws InvalidInputException if there is such a file already, it cannot be written, or Tink is missing
     */
    public static String create(Path file) {
        TinkJar.require();
        KeysetHandle keys = generate(KeysetHandle.newBuilder());
        try {
            write(file, keys);
        } catch (FileAlreadyExistsException e) {
            throw new InvalidInputException(
                    "There is a file '" + PemKeys.name(file)
                            + "' already, and its keys may be in use. Rotate it, or take another name",
                    e);
        } catch (IOException e) {
            throw unwritable(file, e);
        }
        return LocalKeys.of(keys, PemKeys.name(file)).keyId();
    }

    /**
     * Adds a new key to a file, which wraps from now on; the others go on unwrapping. The file is replaced at once or not at all. Whoever
     * reads the registry needs the new file before anybody publishes by it. What was published before stays wrapped by its old key until
     * {@code ManagedRegistry.rewrap}.
     *
     * @return the new key's id
     * @throws InvalidInputException if the file cannot be read or written, or holds something else
     */
    public static String rotate(Path file) {
        TinkJar.require();
        KeysetHandle old = LocalKeys.readSet(file);
        LocalKeys.of(old, PemKeys.name(file));
        KeysetHandle keys = generate(KeysetHandle.newBuilder(old));
        try {
            Path real = file.toRealPath();
            Path fresh = real.resolveSibling(real.getFileName() + "." + UUID.randomUUID());
            try {
                write(fresh, keys);
                Files.move(fresh, real, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
            } finally {
                Files.deleteIfExists(fresh);
            }
        } catch (IOException e) {
            throw unwritable(file, e);
        }
        return LocalKeys.of(keys, PemKeys.name(file)).keyId();
    }

    private static InvalidInputException unwritable(Path file, IOException cause) {
        return new InvalidInputException("The key file '" + PemKeys.name(file) + "' cannot be written", cause);
    }

    private static KeysetHandle generate(KeysetHandle.Builder builder) {
        try {
            return builder.setConfiguration(AeadConfig2026.get())
                    .addEntry(KeysetHandle.generateEntryFromParameters(PredefinedAeadParameters.AES256_GCM)
                            .withRandomId()
                            .makePrimary())
                    .build();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("Tink makes no key of a kind that it has", e);
        }
    }

    private static void write(Path file, KeysetHandle keys) throws IOException {
        ByteBuffer json = StandardCharsets.UTF_8.encode(serialized(keys));
        boolean posix = file.getFileSystem().supportedFileAttributeViews().contains("posix");
        FileAttribute<?>[] attributes = posix
                ? new FileAttribute<?>[] {
                    PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"))
                }
                : new FileAttribute<?>[0];
        if (Files.exists(file, LinkOption.NOFOLLOW_LINKS)) {
            throw new FileAlreadyExistsException(PemKeys.name(file));
        }
        try (FileChannel channel =
                FileChannel.open(file, Set.of(StandardOpenOption.WRITE, StandardOpenOption.CREATE_NEW), attributes)) {
            while (json.hasRemaining()) {
                channel.write(json);
            }
            channel.force(true);
        }
    }

    private static String serialized(KeysetHandle keys) {
        try {
            return TinkJsonProtoKeysetFormat.serializeKeyset(keys, AeadConfig2026.get(), InsecureSecretKeyAccess.get());
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("Tink does not write a keyset that it made", e);
        }
    }
}
