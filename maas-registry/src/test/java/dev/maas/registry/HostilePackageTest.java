package dev.maas.registry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.maas.IntegrityException;
import dev.maas.ModelLoadException;
import dev.maas.ModelPackage;
import dev.maas.ModelSource;
import dev.maas.ModelVersion;
import dev.maas.PackageLimits;
import dev.maas.registry.store.ObjectStore;
import dev.maas.registry.store.TestStores;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Packages that an adversary made: none gets into a registry, and each refusal says why. */
class HostilePackageTest {
    private static final PackageLimits SMALL =
            PackageLimits.defaults().withFiles(3).withFileBytes(1000).withPackageBytes(1500);

    private final ObjectStore store = TestStores.memory(Clock.systemUTC());

    private static Arguments files(String name, String reason, String... files) {
        Map<String, Integer> sizes = new LinkedHashMap<>();
        sizes.put("model.onnx", 10);
        for (String file : files) {
            sizes.put(file, 10);
        }
        return Arguments.of(name, reason, sizes);
    }

    static Stream<Arguments> packages() {
        return Stream.of(
                files("leads up", "'..'", "../model.bin"),
                files("leads up from within", "'..'", "a/../../model.bin"),
                files("leads up with backslashes", "U+005C", "..\\model.bin"),
                files("is absolute", "the part ''", "/etc/cron.d/job"),
                files("is on a drive", "U+003A", "C:/model.bin"),
                files("is a stream of a file", "U+003A", "model.onnx:hidden"),
                files("is on a share", "U+005C", "\\\\host\\share"),
                files("has an empty part", "the part ''", "a//b"),
                files("is a folder", "the part ''", "a/"),
                files("is the folder itself", "the part '.'", "./model.bin"),
                files("is a device", "device on Windows", "weights/con.bin"),
                files("is a device with a superscript", "device on Windows", "COM¹"),
                files("ends with a dot", "ends with a dot", "weights."),
                files("ends with a space", "ends with a dot or a space", "weights "),
                files("has a zero", "U+0000", "weights.bin\0.txt"),
                files("has an escape", "U+001B", "\u001b[2Jweights"),
                files("is written backwards", "U+202E", "weights\u202enib.exe"),
                files("has half a character", "U+D800", "a\ud800b"),
                files("is too long", "1024 bytes", "a/".repeat(600) + "b"),
                files("has a part that is too long", "255 bytes", "a".repeat(256)),
                files("differs only in case", "the same but for case", "Model.onnx"),
                files("differs only in Unicode form", "Unicode form", "caf\u00e9", "cafe\u0301"),
                files("differs only by the width of letters", "Unicode form", "\uff4dodel.onnx"),
                files("is the Kelvin sign for a K", "Unicode form", "k.bin", "\u212a.bin"),
                files("is a file and a folder", "in a folder of that name", "a", "a/b"),
                files("has a folder that differs only in case", "differs only in case", "A/x", "a/y"),
                files("takes the place of the registry's facts", "take that name", "maas.json"),
                files("takes that place in other letters", "take that name", "MAAS.JSON"),
                files("has too many files", "more than 3 files", "b", "c", "d"),
                Arguments.of("has a file that is too large", "PackageLimits.fileBytes", Map.of("model.onnx", 1001)),
                Arguments.of(
                        "is too large", "PackageLimits.packageBytes", Map.of("model.onnx", 1000, "weights.bin", 501)));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("packages")
    void isRefused(String name, String reason, Map<String, Integer> sizes) {
        Map<String, byte[]> content = new LinkedHashMap<>();
        sizes.forEach((file, size) -> content.put(file, new byte[size]));
        ModelPackage hostile = ModelPackage.of(ModelSource.of("model.onnx", content))
                .name("spam")
                .signature(TestModels.SIGNATURE);
        try (ManagedRegistry registry =
                Registries.open(new UnclosedStore(store), TestModels.OPTIONS.packageLimits(SMALL))) {
            assertThatThrownBy(() -> registry.publish(hostile))
                    .as(name)
                    .isInstanceOf(ModelLoadException.class)
                    .hasMessageContaining(reason);
        }
        assertThat(TestFiles.keys(store)).isEmpty();
    }

    /** The limit is counted as the file is read, not taken from what its source claims. */
    @Test
    void aFileThatNeverEndsIsRefused() {
        ModelSource endless = new EndlessSource();
        try (ManagedRegistry registry =
                Registries.open(new UnclosedStore(store), TestModels.OPTIONS.packageLimits(SMALL))) {
            assertThatThrownBy(() -> registry.publish(
                            ModelPackage.of(endless).name("spam").signature(TestModels.SIGNATURE)))
                    .isInstanceOf(ModelLoadException.class)
                    .hasMessageContaining("PackageLimits.fileBytes");
        }
    }

    @Test
    void linksInFoldersAreRefused(@TempDir Path folder) throws IOException {
        Files.write(folder.resolve("model.onnx"), new byte[10]);
        Path link = folder.resolve("weights.bin");
        for (String target : new String[] {"/etc/passwd", "model.onnx", "nowhere", "/dev/zero"}) {
            Files.createSymbolicLink(link, Path.of(target));
            assertThatThrownBy(() -> ModelPackage.of(folder))
                    .as(target)
                    .isInstanceOf(ModelLoadException.class)
                    .hasMessageContaining("'weights.bin' is a link or a device");
            Files.delete(link);
        }
        Files.createSymbolicLink(folder.resolve("sub"), Path.of("/etc"));
        assertThatThrownBy(() -> ModelPackage.of(folder)).hasMessageContaining("'sub' is a link or a device");
    }

    /** A package of ten thousand files, the most there may be, is published and read back. */
    @Test
    void asManyFilesAsTheLimitAllowsAreReadBack() {
        Map<String, byte[]> content = new LinkedHashMap<>();
        content.put("model.onnx", new byte[10]);
        byte[] same = new byte[1];
        for (int i = 1; i < PackageLimits.defaults().files(); i++) {
            content.put("f" + i, same);
        }
        try (ManagedRegistry registry = Registries.open(new UnclosedStore(store), TestModels.OPTIONS)) {
            ModelVersion version = registry.publish(ModelPackage.of(ModelSource.of("model.onnx", content))
                    .name("spam")
                    .signature(TestModels.SIGNATURE));
            try (ModelSource source = registry.open(version)) {
                assertThat(source.files()).hasSize(PackageLimits.defaults().files());
            }
        }
    }

    @Test
    void aBlobThatIsAnotherSizeThanItsManifestSaysIsRefused() throws IOException {
        try (ManagedRegistry registry = Registries.open(new UnclosedStore(store), TestModels.OPTIONS)) {
            ModelVersion version = registry.publish(TestModels.model("spam", "content"));
            String hex =
                    dev.maas.registry.format.Sha256.hex("content".getBytes(java.nio.charset.StandardCharsets.UTF_8));
            store.delete(Keys.blob(hex));
            store.putIfAbsent(
                    Keys.blob(hex),
                    dev.maas.registry.store.ObjectContent.of(new byte[1 << 20], "application/octet-stream"));
            assertThatThrownBy(() -> registry.open(version))
                    .isInstanceOf(IntegrityException.class)
                    .hasMessageContaining("1048576 bytes where 7 are right");
        }
    }
}
