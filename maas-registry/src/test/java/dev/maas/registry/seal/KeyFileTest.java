package dev.maas.registry.seal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.google.crypto.tink.InsecureSecretKeyAccess;
import com.google.crypto.tink.KeysetHandle;
import com.google.crypto.tink.TinkJsonProtoKeysetFormat;
import com.google.crypto.tink.aead.AeadConfig2026;
import com.google.crypto.tink.aead.PredefinedAeadParameters;
import dev.maas.AccessDeniedException;
import dev.maas.IntegrityException;
import dev.maas.InvalidInputException;
import dev.maas.registry.RegistryOptions;
import java.io.File;
import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class KeyFileTest {
    private static final byte[] CONTEXT = "{}".getBytes(StandardCharsets.US_ASCII);

    @TempDir
    Path folder;

    private Path file;

    @BeforeEach
    void name() {
        file = folder.resolve("keys.json");
    }

    @Test
    void whatANewFileWrapsItUnwraps() {
        String id = KeyFile.create(file);
        KeyWrapper keys = KeyWrapper.localFile(file);
        assertThat(keys.keyId()).isEqualTo(id).matches("tink:\\d+");
        byte[] dataKey = BlobCipher.newKey();
        WrappedKey wrapped = keys.wrap(dataKey, CONTEXT);
        assertThat(wrapped.keyId()).isEqualTo(id);
        assertThat(keys.unwrap(wrapped, CONTEXT)).isEqualTo(dataKey);
        assertThat(KeyWrapper.localFile(file).unwrap(wrapped, CONTEXT)).isEqualTo(dataKey);
    }

    @Test
    void onlyTheOwnerCanReadANewFile() throws IOException {
        assumeTrue(Files.getFileStore(folder).supportsFileAttributeView("posix"));
        KeyFile.create(file);
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                .isEqualTo("rw-------");
        KeyFile.rotate(file);
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                .isEqualTo("rw-------");
    }

    @Test
    void aFileThatOthersCanReadIsRefused() throws IOException {
        assumeTrue(Files.getFileStore(folder).supportsFileAttributeView("posix"));
        KeyFile.create(file);
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r-----"));
        assertThatThrownBy(() -> KeyWrapper.localFile(file))
                .isInstanceOf(InvalidInputException.class)
                .hasMessageContaining("'keys.json'")
                .hasMessageContaining("chmod 600")
                .hasMessageNotContaining(folder.toString());
        assertThatThrownBy(() -> KeyFile.rotate(file)).isInstanceOf(InvalidInputException.class);
    }

    @Test
    void aFileThatIsThereIsNotReplaced() throws IOException {
        KeyFile.create(file);
        String before = Files.readString(file);
        assertThatThrownBy(() -> KeyFile.create(file))
                .isInstanceOf(InvalidInputException.class)
                .hasMessageContaining("already");
        assertThat(Files.readString(file)).isEqualTo(before);
    }

    @Test
    void theNewestKeyWrapsAndAllUnwrap() throws IOException {
        String first = KeyFile.create(file);
        byte[] dataKey = BlobCipher.newKey();
        WrappedKey old = KeyWrapper.localFile(file).wrap(dataKey, CONTEXT);
        String second = KeyFile.rotate(file);
        String third = KeyFile.rotate(file);
        KeyWrapper keys = KeyWrapper.localFile(file);
        assertThat(List.of(first, second, third)).doesNotHaveDuplicates();
        assertThat(keys.keyId()).isEqualTo(third);
        assertThat(keys.wrap(dataKey, CONTEXT).keyId()).isEqualTo(third);
        assertThat(keys.unwrap(old, CONTEXT)).isEqualTo(dataKey);
        try (Stream<Path> files = Files.list(folder)) {
            assertThat(files).containsExactly(file);
        }
    }

    @Test
    void aKeyThatIsNotInTheFileIsNamed() {
        KeyFile.create(file);
        WrappedKey wrapped = KeyWrapper.localFile(file).wrap(BlobCipher.newKey(), CONTEXT);
        Path other = folder.resolve("other.json");
        KeyFile.create(other);
        assertThatThrownBy(() -> KeyWrapper.localFile(other).unwrap(wrapped, CONTEXT))
                .isInstanceOf(AccessDeniedException.class)
                .hasMessageContaining("'" + wrapped.keyId() + "'");
    }

    @Test
    void aWrappedKeyThatWasChangedOrMovedIsRefused() {
        KeyFile.create(file);
        KeyFile.rotate(file);
        KeyWrapper keys = KeyWrapper.localFile(file);
        WrappedKey wrapped = keys.wrap(BlobCipher.newKey(), CONTEXT);
        byte[] flipped = wrapped.bytes();
        flipped[20] ^= 1;
        byte[] renamed = wrapped.bytes();
        renamed[2] ^= 1;
        List<WrappedKey> changed = List.of(
                new WrappedKey(wrapped.keyId(), flipped),
                new WrappedKey(wrapped.keyId(), renamed),
                new WrappedKey(wrapped.keyId(), new byte[] {1}));
        for (WrappedKey each : changed) {
            assertThatThrownBy(() -> keys.unwrap(each, CONTEXT))
                    .isInstanceOf(IntegrityException.class)
                    .hasMessageContaining(wrapped.keyId());
        }
        assertThatThrownBy(() -> keys.unwrap(wrapped, new byte[] {7})).isInstanceOf(IntegrityException.class);
    }

    @Test
    void filesThatAreNoKeysetsAreRefused() throws IOException {
        assertThatThrownBy(() -> KeyWrapper.localFile(file)).hasMessageContaining("no key file");
        secret("not json");
        assertThatThrownBy(() -> KeyWrapper.localFile(file))
                .isInstanceOf(InvalidInputException.class)
                .hasMessageContaining("no Tink keyset")
                .hasMessageContaining("KeyFile.create");
        secret(" ".repeat((1 << 20) + 1));
        assertThatThrownBy(() -> KeyWrapper.localFile(file)).hasMessageContaining("too large");
    }

    @Test
    void keysOfAnotherKindAreRefused() throws Exception {
        KeysetHandle weak = KeysetHandle.generateNew(PredefinedAeadParameters.AES128_GCM, AeadConfig2026.get());
        secret(TinkJsonProtoKeysetFormat.serializeKeyset(weak, AeadConfig2026.get(), InsecureSecretKeyAccess.get()));
        assertThatThrownBy(() -> KeyWrapper.localFile(file))
                .isInstanceOf(InvalidInputException.class)
                .hasMessageContaining("AES256_GCM");
    }

    private void secret(String content) throws IOException {
        Files.deleteIfExists(file);
        KeyFile.create(file);
        Files.writeString(file, content);
    }

    @Test
    void noTextShowsAKey() throws IOException {
        KeyFile.create(file);
        KeyWrapper keys = KeyWrapper.localFile(file);
        assertThat(keys.toString()).contains(keys.keyId()).hasSizeLessThan(100);
        assertThat(keys.wrap(BlobCipher.newKey(), CONTEXT).toString())
                .isEqualTo("key wrapped by '" + keys.keyId() + "'");
    }

    @Test
    void idsAndBytesThatNoKeyHasAreRefused() {
        byte[] one = {1};
        assertThatThrownBy(() -> new WrappedKey("", one)).isInstanceOf(InvalidInputException.class);
        assertThatThrownBy(() -> new WrappedKey("a\nb", one)).hasMessageContaining("'a?b'");
        assertThatThrownBy(() -> new WrappedKey("a".repeat(501), one)).isInstanceOf(InvalidInputException.class);
        assertThatThrownBy(() -> new WrappedKey("a", new byte[0])).isInstanceOf(InvalidInputException.class);
        assertThatThrownBy(() -> new WrappedKey("a", new byte[(1 << 14) + 1])).hasMessageContaining("16385");
    }

    /** A class path without Tink, in a class loader of its own. */
    @Test
    void withoutTinkTheErrorNamesItsCoordinates() throws Exception {
        List<URL> urls = new ArrayList<>();
        for (String entry : System.getProperty("java.class.path").split(File.pathSeparator, -1)) {
            if (!Path.of(entry).getFileName().toString().startsWith("tink-")) {
                urls.add(Path.of(entry).toUri().toURL());
            }
        }
        try (URLClassLoader loader =
                new URLClassLoader(urls.toArray(new URL[0]), ClassLoader.getPlatformClassLoader())) {
            Class<?> wrapper = loader.loadClass(KeyWrapper.class.getName());
            assertThatThrownBy(() -> wrapper.getMethod("localFile", Path.class).invoke(null, file))
                    .isInstanceOf(InvocationTargetException.class)
                    .cause()
                    .hasMessageContaining("com.google.crypto.tink:tink");
            Class<?> options = loader.loadClass(RegistryOptions.class.getName());
            Object defaults = options.getMethod("defaults").invoke(null);
            for (String method : List.of("encryptWith", "decryptWith")) {
                assertThatThrownBy(() -> options.getMethod(method, wrapper).invoke(defaults, (Object) null))
                        .cause()
                        .hasMessageContaining("com.google.crypto.tink:tink");
            }
            // What does not encrypt does not miss it.
            Class<?> registries = loader.loadClass("dev.maas.registry.Registries");
            try (AutoCloseable registry =
                    (AutoCloseable) registries.getMethod("open", Path.class).invoke(null, folder.resolve("store"))) {
                assertThat(registry.toString()).contains("registry in");
            }
        }
    }
}
