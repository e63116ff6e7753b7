package dev.maas.registry;

import static dev.maas.registry.TestModels.OPTIONS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.maas.IntegrityException;
import dev.maas.ModelLoadException;
import dev.maas.ModelPackage;
import dev.maas.ModelSource;
import dev.maas.PackageLimits;
import dev.maas.gate.OnnxInspector;
import dev.maas.registry.seal.KeyFile;
import dev.maas.registry.seal.KeyWrapper;
import dev.maas.registry.store.ObjectStore;
import dev.maas.registry.store.TestStores;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Archives whose digests, log and index are all as they should be, of models that no registry would have published: nothing tells their writer
 * what to write. Whoever writes them here is a registry without inspectors or limits.
 */
class ImportInspectionTest {
    private static final byte[] WEIGHTS = new byte[4 * 6];
    private static final RegistryOptions INSPECTING = OPTIONS.inspectors(List.of(new OnnxInspector()));

    @TempDir
    Path folder;

    private final ObjectStore source = TestStores.memory(Clock.systemUTC());
    private final ObjectStore target = TestStores.memory(Clock.systemUTC());
    private Path archive = Path.of("unset");

    @BeforeEach
    void setUp() {
        archive = folder.resolve("spam.tar");
    }

    private static ModelPackage onnx() {
        return ModelPackage.of(OnnxBytes.model("MatMul", 2, 3, WEIGHTS)).name("spam");
    }

    private void exported(RegistryOptions options, ModelPackage... packages) {
        try (ManagedRegistry registry = Registries.open(source, options)) {
            for (ModelPackage each : packages) {
                registry.publish(each);
            }
            registry.exportModel("spam", archive);
        }
    }

    private ImportReport imported(RegistryOptions options) {
        try (ManagedRegistry registry = Registries.open(new UnclosedStore(target), options)) {
            return registry.importModel(archive);
        }
    }

    private void assertRefused(RegistryOptions options, Class<?> type, String... reasons) {
        assertThatThrownBy(() -> imported(options))
                .isInstanceOf(type)
                .hasMessageContainingAll("'spam.tar' is refused")
                .hasMessageContainingAll(reasons)
                .hasMessageNotContaining(folder.toString());
        assertThat(target.list("", null, 100).objects()).as("only the header").hasSize(1);
    }

    @Test
    void aModelThatIsWhatTheLogSaysIsTakenIn() {
        exported(INSPECTING, onnx(), onnx().tag("again"));
        ImportReport report = imported(INSPECTING);
        assertThat(report.newEntries()).isEqualTo(2);
        assertThat(report.notInspected()).isZero();
    }

    @Test
    void aModelOfAnotherSignatureThanTheLogSaysIsRefused() {
        exported(OPTIONS, onnx().signature(TestModels.SIGNATURE));
        assertRefused(
                INSPECTING,
                IntegrityException.class,
                "'spam:1'",
                "log: ",
                "text: string[batch]",
                "model: ",
                "x: float32");
        assertThat(imported(OPTIONS).newEntries())
                .as("without an inspector nobody knows")
                .isEqualTo(1);
    }

    @Test
    void anOldVersionIsInspectedAsTheNewestIs() {
        exported(OPTIONS, onnx().signature(TestModels.SIGNATURE), TestModels.model("spam", "later"));
        assertRefused(INSPECTING, IntegrityException.class, "'spam:1'");
    }

    @Test
    void aModelThatTheGateRefusesIsRefused() {
        byte[] cut = Arrays.copyOf(OnnxBytes.model("MatMul", 2, 3, WEIGHTS), 60);
        exported(OPTIONS, ModelPackage.of(cut).name("spam").signature(TestModels.SIGNATURE));
        assertRefused(INSPECTING, ModelLoadException.class, "'spam:1'");
    }

    @Test
    void weightsThatAreNotInThePackageAreRefused() {
        byte[] outside = OnnxBytes.withWeightIn("../../etc/passwd", 0, "Add", OnnxBytes.FLOAT32, 4);
        exported(OPTIONS, ModelPackage.of(outside).name("spam").signature(TestModels.SIGNATURE));
        assertRefused(INSPECTING, ModelLoadException.class, "'spam:1'", "within the package");
    }

    @Test
    void weightsInFilesOfTheirOwnAreFound() {
        Map<String, byte[]> files = Map.of(
                "model.onnx", OnnxBytes.withWeightIn("w.bin", 0, "Add", OnnxBytes.FLOAT32, 4), "w.bin", new byte[16]);
        exported(
                INSPECTING, ModelPackage.of(ModelSource.of("model.onnx", files)).name("spam"));
        assertThat(imported(INSPECTING).newEntries()).isEqualTo(1);
    }

    @Test
    void theLimitsOfWhatIsPublishedHoldForWhatIsImported() {
        Map<String, byte[]> files = Map.of("model.bin", new byte[600], "more.bin", new byte[500]);
        exported(
                OPTIONS,
                ModelPackage.of(ModelSource.of("model.bin", files)).name("spam").signature(TestModels.SIGNATURE));
        PackageLimits limits = PackageLimits.defaults();
        assertRefused(OPTIONS.packageLimits(limits.withFiles(1)), ModelLoadException.class, "more than 1 files");
        assertRefused(
                OPTIONS.packageLimits(limits.withFileBytes(599)),
                ModelLoadException.class,
                "'spam:1'",
                "model.bin",
                "599");
        assertRefused(OPTIONS.packageLimits(limits.withPackageBytes(1099)), ModelLoadException.class, "1099");
        PackageLimits enough = limits.withFiles(2).withFileBytes(600).withPackageBytes(1100);
        assertThat(imported(OPTIONS.packageLimits(enough)).newEntries()).isEqualTo(1);
    }

    @Test
    void whatIsEncryptedIsInspectedWithItsKeysAndCountedWithout() {
        Path file = folder.resolve("keys.json");
        KeyFile.create(file);
        KeyWrapper keys = KeyWrapper.localFile(file);
        ModelPackage lying = onnx().signature(TestModels.SIGNATURE);
        exported(OPTIONS.encryptWith(keys), lying);

        assertRefused(INSPECTING.decryptWith(keys), IntegrityException.class, "'spam:1'", "x: float32");
        Path other = folder.resolve("other.json");
        KeyFile.create(other);
        assertThat(imported(INSPECTING.decryptWith(KeyWrapper.localFile(other))).notInspected())
                .isEqualTo(1);
        assertThat(imported(INSPECTING).notInspected()).isEqualTo(1);
    }

    @Test
    void theLimitForWhatIsEncryptedIsThatOfWhatItDecryptsTo() {
        Path file = folder.resolve("keys.json");
        KeyFile.create(file);
        byte[] content = "x".repeat(1000).getBytes(StandardCharsets.UTF_8);
        exported(
                OPTIONS.encryptWith(KeyWrapper.localFile(file)),
                ModelPackage.of(content).name("spam").signature(TestModels.SIGNATURE));
        PackageLimits limits = PackageLimits.defaults();
        assertRefused(OPTIONS.packageLimits(limits.withFileBytes(999)), ModelLoadException.class, "999");
        assertThat(imported(OPTIONS.packageLimits(limits.withFileBytes(1000))).newEntries())
                .isEqualTo(1);
    }

    @Test
    void theFilesOfAVersionAreToldWithoutKeys() {
        Path file = folder.resolve("keys.json");
        String key = KeyFile.create(file);
        try (ManagedRegistry registry =
                        Registries.open(new UnclosedStore(source), OPTIONS.encryptWith(KeyWrapper.localFile(file)));
                ManagedRegistry reader = Registries.open(new UnclosedStore(source), OPTIONS)) {
            registry.publish(TestModels.model("spam", "secret"));
            StoredFiles secret = reader.files(reader.resolve("spam:1"));
            assertThat(secret.encryptedUnder()).containsExactly(key);
            assertThat(secret.sizes()).containsOnlyKeys("model.onnx");
            reader.publish(TestModels.model("spam", "open"));
            assertThat(reader.files(reader.resolve("spam:2")))
                    .isEqualTo(new StoredFiles(Map.of("model.onnx", 4L), Set.of()));
        }
    }
}
