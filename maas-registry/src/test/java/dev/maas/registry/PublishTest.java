package dev.maas.registry;

import static dev.maas.registry.TestModels.model;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import dev.maas.AccessDeniedException;
import dev.maas.InvalidInputException;
import dev.maas.ModelInspector;
import dev.maas.ModelLoadException;
import dev.maas.ModelPackage;
import dev.maas.ModelSource;
import dev.maas.ModelVersion;
import dev.maas.registry.store.ObjectContent;
import dev.maas.registry.store.ObjectStore;
import dev.maas.registry.store.TestStores;
import dev.maas.tensor.Dimension;
import dev.maas.tensor.ElementType;
import dev.maas.tensor.MapSpec;
import dev.maas.tensor.SequenceSpec;
import dev.maas.tensor.Shape;
import dev.maas.tensor.Signature;
import dev.maas.tensor.TensorSpec;
import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PublishTest {
    private final ObjectStore store = TestStores.memory(Clock.systemUTC());

    private ManagedRegistry open(ModelInspector... inspectors) {
        return Registries.open(new UnclosedStore(store), TestModels.OPTIONS.inspectors(List.of(inspectors)));
    }

    private static final Signature OTHER = Signature.of(
            List.of(new TensorSpec("x", ElementType.FLOAT32, Shape.unknown())),
            List.of(
                    new SequenceSpec("z", new MapSpec("", ElementType.INT64, ElementType.FLOAT32)),
                    new TensorSpec(
                            "max(1, n)",
                            ElementType.BFLOAT16,
                            Shape.of(List.of(Dimension.free("a, b"), Dimension.free(), Dimension.fixed(3))))));

    @Test
    void theSignatureIsReadFromTheModel() {
        try (ManagedRegistry registry = open(source -> Optional.empty(), source -> Optional.of(OTHER))) {
            registry.publish(ModelPackage.of(new byte[] {1}).name("spam"));
        }
        try (ManagedRegistry registry = open()) {
            assertThat(registry.resolve("spam").signature()).isEqualTo(OTHER);
        }
    }

    @Test
    void aSignatureThatIsNotTheModelsIsRefusedWithBoth() {
        try (ManagedRegistry registry = open(source -> Optional.of(OTHER))) {
            assertThatThrownBy(() -> registry.publish(model("spam", "a")))
                    .isInstanceOf(InvalidInputException.class)
                    .hasMessageContaining(OTHER.toString())
                    .hasMessageContaining(TestModels.SIGNATURE.toString());
            assertThat(registry.publish(model("spam", "a").signature(OTHER)).number())
                    .isEqualTo(1);
        }
    }

    @Test
    void aFormatThatNobodyReadsNeedsASignature() {
        try (ManagedRegistry registry = open()) {
            assertThatThrownBy(() ->
                            registry.publish(ModelPackage.of(new byte[] {1}).name("spam")))
                    .isInstanceOf(InvalidInputException.class)
                    .hasMessageContaining("ModelPackage.signature");
            assertThatThrownBy(() ->
                            registry.publish(ModelPackage.of(new byte[] {1}).signature(OTHER)))
                    .isInstanceOf(InvalidInputException.class)
                    .hasMessageContaining("name");
        }
    }

    @Test
    void aModelThatIsNotSoundIsRefusedAndLeavesNothing() {
        try (ManagedRegistry registry = open(source -> {
            throw new ModelLoadException("no model");
        })) {
            assertThatThrownBy(() -> registry.publish(model("spam", "a"))).isInstanceOf(ModelLoadException.class);
        }
        assertThat(store.list("", null, 10).objects()).hasSize(1);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "../x",
                "/x",
                "a/../x",
                "a//x",
                "a\\x",
                "C:x",
                "nul",
                "x.",
                "a\u0000",
                "maas.json",
                "MAAS.JSON",
                "MODEL.onnx"
            })
    void packagesWithOddNamesAreRefused(String name) {
        byte[] bytes = {1};
        ModelPackage odd = ModelPackage.of(ModelSource.of("model.onnx", Map.of("model.onnx", bytes, name, bytes)))
                .name("spam")
                .signature(OTHER);
        try (ManagedRegistry registry = open()) {
            assertThatThrownBy(() -> registry.publish(odd)).isInstanceOf(ModelLoadException.class);
        }
        assertThat(store.list("", null, 10).objects()).hasSize(1);
    }

    @ParameterizedTest
    @CsvSource({"1, 1, 1", "1, 2, 0", "2, 1, 0", "3000000, 3000000, 1", "3000000, 2999999, 0", "3000000, 3000001, 0"})
    void aFileThatChangesWhileItIsPublishedIsNotCommitted(int before, int after, byte change) {
        AtomicInteger opened = new AtomicInteger();
        ModelSource changing = new ModelSource() {
            @Override
            public String entry() {
                return "model.onnx";
            }

            @Override
            public Set<String> files() {
                return Set.of("model.onnx");
            }

            @Override
            public long size(String file) {
                return before;
            }

            @Override
            public InputStream open(String file) {
                boolean first = opened.incrementAndGet() == 1;
                byte[] bytes = new byte[first ? before : after];
                bytes[bytes.length - 1] = first ? 0 : change;
                return new ByteArrayInputStream(bytes);
            }

            @Override
            public Optional<Path> path(String file) {
                return Optional.empty();
            }

            @Override
            public Optional<Path> folder() {
                return Optional.empty();
            }
        };
        try (ManagedRegistry registry = open()) {
            assertThatThrownBy(() -> registry.publish(
                            ModelPackage.of(changing).name("spam").signature(OTHER)))
                    .isInstanceOf(ModelLoadException.class)
                    .hasMessageContaining("The file 'model.onnx' of the package changed while it was published");
            assertThat(store.list("models/", null, 10).objects()).isEmpty();
        }
    }

    @Test
    void theManifestIsAModelPackManifestAndTheSameInEveryStore(@TempDir Path folder) throws Exception {
        ModelPackage published = ModelPackage.of(ModelSource.of(
                        "net.onnx",
                        Map.of("net.onnx", new byte[] {1, 2}, "README.md", new byte[] {3}, "tokens.json", new byte[] {4
                        })))
                .name("spam")
                .semanticVersion("1.0.0")
                .description("d")
                .signature(OTHER);
        ModelVersion version;
        try (ManagedRegistry registry = open();
                ManagedRegistry other = Registries.open(folder, TestModels.OPTIONS.who("somebody else"))) {
            other.publish(model("spam", "so that the number differs"));
            version = registry.publish(published);
            assertThat(other.publish(published).digest()).isEqualTo(version.digest());
        }
        JsonObject manifest = json(version.digest());
        assertThat(manifest.get("mediaType").getAsString()).isEqualTo("application/vnd.oci.image.manifest.v1+json");
        assertThat(manifest.get("artifactType").getAsString()).isEqualTo("application/vnd.cncf.model.manifest.v1+json");
        assertThat(manifest.getAsJsonArray("layers"))
                .extracting(layer -> layer.getAsJsonObject().get("mediaType").getAsString() + " "
                        + layer.getAsJsonObject()
                                .getAsJsonObject("annotations")
                                .get("org.cncf.model.filepath")
                                .getAsString())
                .containsExactly(
                        "application/vnd.cncf.model.weight.v1.raw net.onnx",
                        "application/vnd.cncf.model.doc.v1.raw README.md",
                        "application/vnd.cncf.model.weight.config.v1.raw tokens.json",
                        "application/vnd.cncf.model.weight.config.v1.raw maas.json");
        JsonObject config =
                json(manifest.getAsJsonObject("config").get("digest").getAsString());
        assertThat(config.keySet()).containsExactlyInAnyOrder("descriptor", "config", "modelfs");
        assertThat(config.getAsJsonObject("config").get("format").getAsString()).isEqualTo("onnx");
        assertThat(config.getAsJsonObject("descriptor").get("version").getAsString())
                .isEqualTo("1.0.0");
        assertThat(config.getAsJsonObject("modelfs").getAsJsonArray("diffIds")).hasSize(4);
    }

    private JsonObject json(String digest) throws Exception {
        try (InputStream in = store.open(Keys.blob(digest.substring(7))).orElseThrow()) {
            return JsonParser.parseString(new String(in.readAllBytes(), StandardCharsets.UTF_8))
                    .getAsJsonObject();
        }
    }

    @Test
    void aReadOnlyRegistryReadsAndTellsWhyItTakesNothing(@TempDir Path folder) {
        Registries.open(folder, TestModels.OPTIONS).publish(model("spam", "a"));
        try (ManagedRegistry registry = Registries.open(TestStores.readOnly(folder), TestModels.OPTIONS)) {
            assertThat(registry.readOnlyReason()).isPresent();
            ModelVersion version = registry.resolve("spam");
            registry.open(version).close();
            assertThatThrownBy(() -> registry.publish(model("spam", "b")))
                    .isInstanceOf(AccessDeniedException.class)
                    .hasMessageContaining("no way of claiming");
            assertThatThrownBy(() -> registry.alias("spam", "x", 1)).isInstanceOf(AccessDeniedException.class);
            assertThatThrownBy(registry::collect).isInstanceOf(AccessDeniedException.class);
            assertThatThrownBy(() -> registry.attach(version, "a/b", new byte[0]))
                    .isInstanceOf(AccessDeniedException.class);
        }
    }

    @Test
    void publishingTheSameFileAgainMovesNoBytes() {
        AtomicInteger opened = new AtomicInteger();
        ObjectStore counting = new UnclosedStore(store) {
            @Override
            public boolean putIfAbsent(String key, ObjectContent content) {
                boolean won = super.putIfAbsent(key, content);
                opened.addAndGet(won && key.startsWith(Keys.BLOBS) ? 1 : 0);
                return won;
            }
        };
        try (ManagedRegistry registry = Registries.open(counting, TestModels.OPTIONS)) {
            registry.publish(model("spam", "a"));
            assertThat(opened.getAndSet(0)).isEqualTo(4);
            registry.publish(model("spam", "a"));
            assertThat(opened).hasValue(0);
            registry.publish(model("ham", "a"));
            assertThat(opened)
                    .as("its config and manifest name it; the file and the facts are shared")
                    .hasValue(2);
        }
    }
}
