package dev.maas.registry.migrate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.maas.ModelLoadException;
import dev.maas.ModelPackage;
import dev.maas.ModelSource;
import dev.maas.ModelVersion;
import dev.maas.Page;
import dev.maas.registry.ManagedRegistry;
import dev.maas.registry.Registries;
import dev.maas.registry.RegistryOptions;
import dev.maas.tensor.ElementType;
import dev.maas.tensor.Shape;
import dev.maas.tensor.Signature;
import dev.maas.tensor.TensorSpec;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class ForeignModelsTest {
    private static final Signature IRIS = Signature.of(
            List.of(new TensorSpec("x", ElementType.FLOAT32, Shape.parse("[batch, 4]"))),
            List.of(new TensorSpec("y", ElementType.FLOAT32, Shape.parse("[batch, 3]"))));

    @TempDir
    Path folder;

    private Path write(String name, String text) {
        try {
            Path file = folder.resolve(name);
            Files.createDirectories(file.getParent());
            return Files.writeString(file, text);
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    private static String text(ModelPackage model, String file) throws IOException {
        try (InputStream in = model.source().open(file)) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    // Triton and TensorFlow Serving

    @Test
    void aTritonRepositoryIsItsVersionsInTheOrderOfTheirNumbers() throws Exception {
        write("Spam_Filter/10/model.onnx", "ten");
        write("Spam_Filter/9/model.onnx", "nine");
        write("Spam_Filter/9/weights.data", "external");
        write("Spam_Filter/9/model.py", "import os");
        write("Spam_Filter/labels.txt", "ham\nspam\n");
        write("Spam_Filter/config.pbtxt", """
                # What Triton serves
                name: "Spam_Filter"
                platform: 'onnxruntime_onnx'
                max_batch_size: 8
                input [ { name: "x" data_type: TYPE_FP32, dims: [ 4 ] } ]
                output: [ {
                    name: "probabilities"
                    data_type: TYPE_FP32
                    dims: [ 2 ]
                    label_filename: "labels.txt"
                } ]
                version_policy: { specific { versions: [ 9, 10 ] } }
                parameters < key: "owner" value: { string_value: "risk " "team" } >
                instance_group [ { kind: KIND_CPU; count: 2 } ]
                """);
        write("ham/1/model.onnx", "ham");
        write("readme.txt", "not a model");

        ForeignModels read = ForeignModels.triton(folder);

        assertThat(read.packages())
                .extracting(
                        each -> each.name() + " " + each.metadata().properties().get("origin.version"))
                .containsExactly("spam_filter 9", "spam_filter 10", "ham 1");
        ModelPackage nine = read.packages().get(0);
        assertThat(nine.source().files()).containsExactlyInAnyOrder("model.onnx", "weights.data");
        assertThat(text(nine, "model.onnx")).isEqualTo("nine");
        assertThat(nine.metadata().columns()).containsEntry("probabilities", List.of("ham", "spam"));
        assertThat(nine.metadata().properties()).containsEntry("triton.owner", "risk team");
        assertThat(read.notes())
                .anyMatch(note -> note.contains("version policy"))
                .anyMatch(note -> note.contains("model.py"))
                .anyMatch(note -> note.contains("readme.txt"))
                .anyMatch(note -> note.contains("'spam_filter'"));
    }

    @Test
    void theyArePublishedInOrder() {
        for (int i = 1; i <= 3; i++) {
            write("spam/" + i + "/model.onnx", "version " + i);
        }
        RegistryOptions options = RegistryOptions.defaults().inspectors(List.of(source -> Optional.of(IRIS)));
        try (ManagedRegistry registry = Registries.open(folder.resolve("registry"), options)) {
            ForeignModels.triton(folder.resolve("spam")).packages().forEach(registry::publish);
            assertThat(registry.versions("spam", Page.Request.first(10)).items())
                    .extracting(ModelVersion::number)
                    .containsExactly(3, 2, 1);
            assertThat(registry.resolve("spam:2").metadata().properties()).containsEntry("origin.version", "2");
        }
    }

    @Test
    void aTritonModelWithExternalDataIsAFolder() throws Exception {
        write("spam/1/model.onnx/model.onnx", "graph");
        write("spam/1/model.onnx/weights.bin", "weights");
        ModelPackage read = ForeignModels.triton(folder).packages().get(0);
        assertThat(read.source().entry()).isEqualTo("model.onnx");
        assertThat(text(read, "weights.bin")).isEqualTo("weights");
    }

    @Test
    void aSavedModelIsRefusedUnlessAnEngineIsNamed() throws Exception {
        write("spam/1/saved_model.pb", "graph");
        write("spam/1/variables/variables.index", "index");
        assertThatThrownBy(() -> ForeignModels.triton(folder))
                .isInstanceOf(ModelLoadException.class)
                .hasMessageContaining("SavedModel")
                .hasMessageContaining("tensorFlowServing");
        ModelPackage read =
                ForeignModels.tensorFlowServing(folder, "djl").packages().get(0);
        assertThat(read.metadata().engine()).contains("djl");
        assertThat(read.source().entry()).isEqualTo("saved_model.pb");
        assertThat(text(read, "variables/variables.index")).isEqualTo("index");
    }

    static Stream<Arguments> badRepositories() {
        return Stream.of(
                Arguments.of("nothing", "No model in the folder", Map.of("x/readme.md", "")),
                Arguments.of("no model in a version", "has no 'model.onnx'", Map.of("x/1/other.bin", "")),
                Arguments.of(
                        "another backend",
                        "is for 'python'",
                        Map.of("x/1/model.onnx", "", "x/config.pbtxt", "backend: \"python\"")),
                Arguments.of(
                        "a file's name that leads out",
                        "has no '../2/model.onnx'",
                        Map.of("x/1/a", "", "x/config.pbtxt", "default_model_filename: \"../2/model.onnx\"")),
                Arguments.of(
                        "labels that lead out",
                        "labels",
                        Map.of(
                                "x/1/model.onnx",
                                "",
                                "x/config.pbtxt",
                                "output { name: \"y\" label_filename: \"../../secret\" }")),
                Arguments.of("two of one name", "Two models", Map.of("a b/1/model.onnx", "", "a-b/1/model.onnx", "")),
                Arguments.of("no name", "No name", Map.of("___/1/model.onnx", "")));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("badRepositories")
    void aRepositoryThatIsNotSoundIsRefused(String name, String reason, Map<String, String> files) {
        files.forEach(this::write);
        assertThatThrownBy(() -> ForeignModels.triton(folder))
                .as(name)
                .isInstanceOf(ModelLoadException.class)
                .hasMessageContaining(reason)
                .hasMessageNotContaining(folder.toString());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "name",
                "name:",
                "name: {",
                "a { b: 1",
                "a: [1",
                "a: \"x",
                "}",
                "a: 1 }",
                "a: \"x\ny\"",
                "1: 2",
                "a: :",
                "\u0000",
                "a: [ { ] }"
            })
    void aConfigurationThatIsNotSoundIsRefused(String text) {
        assertThatThrownBy(() -> TextProto.read(text, "config.pbtxt")).isInstanceOf(ModelLoadException.class);
    }

    @Test
    void aConfigurationNestedWithoutEndIsRefused() {
        assertThatThrownBy(() -> TextProto.read("a {".repeat(100_000), "config.pbtxt"))
                .isInstanceOf(ModelLoadException.class);
    }

    @Test
    void aLinkInARepositoryIsNotFollowed() throws Exception {
        write("secret", "key");
        write("models/spam/1/model.onnx", "spam");
        Files.createSymbolicLink(folder.resolve("models/spam/1/weights.bin"), folder.resolve("secret"));
        Files.createSymbolicLink(folder.resolve("models/ham"), folder.resolve("models/spam"));
        ForeignModels read = ForeignModels.triton(folder.resolve("models"));
        assertThat(read.packages()).hasSize(1);
        assertThat(read.packages().get(0).source().files()).containsExactly("model.onnx");
        assertThat(read.notes()).hasSize(2);
    }

    // MLflow

    private ForeignModels mlflow(String signature) {
        write("model/model.onnx", "onnx");
        write("model/model.onnx.data", "external");
        write("model/conda.yaml", "name: env");
        write("model/python_model.pkl", "pickle");
        write("model/MLmodel", """
                artifact_path: model
                flavors:
                  onnx:
                    code: null
                    data: model.onnx
                    onnx_version: 1.16.0
                    providers:
                    - CUDAExecutionProvider
                    - CPUExecutionProvider
                  python_function:
                    data: model.onnx
                    loader_module: mlflow.onnx
                mlflow_version: 2.14.1
                model_size_bytes: 1234
                model_uuid: 0123456789abcdef0123456789abcdef
                run_id: fedcba98
                utc_time_created: '2024-07-01 12:34:56.789012'
                """ + signature);
        return ForeignModels.mlflow(folder.resolve("model"), "iris", List.of(source -> Optional.of(IRIS)));
    }

    @Test
    void anMlflowModelBringsItsRunAndItsTime() throws Exception {
        // As safe_dump folds long texts.
        ForeignModels read = mlflow("""
                signature:
                  inputs: '[{"name": "x", "type": "tensor", "tensor-spec": {"dtype": "float32", "shape":
                    [-1, 4]}}]'
                  outputs: '[{"type": "tensor", "tensor-spec": {"dtype": "float32", "shape": [-1, 3]}}]'
                  params: null
                """);
        ModelPackage iris = read.packages().get(0);
        assertThat(iris.name()).isEqualTo("iris");
        assertThat(iris.source().files()).containsExactlyInAnyOrder("model.onnx", "model.onnx.data");
        assertThat(iris.metadata().properties())
                .containsEntry("origin.version", "0123456789abcdef0123456789abcdef")
                .containsEntry("mlflow.run_id", "fedcba98")
                .containsEntry("mlflow.utc_time_created", "2024-07-01 12:34:56.789012");
        assertThat(iris.metadata().lineage().producer()).contains("mlflow run fedcba98");
        assertThat(read.notes())
                .anyMatch(note -> note.contains("python_model.pkl"))
                .anyMatch(note -> note.contains("conda.yaml"));
    }

    @Test
    void mlflowsColumnsBecomeThoseOfTheInput() {
        ForeignModels read = mlflow("""
                signature:
                  inputs: '[{"type": "double", "name": "a", "required": true}, {"type": "double", "name": "b"},
                    {"type": "long", "name": "c"}, {"type": "float", "name": "d"}]'
                  outputs: null
                """);
        assertThat(read.packages().get(0).metadata().columns()).containsEntry("x", List.of("a", "b", "c", "d"));
        assertThat(read.notes()).anyMatch(note -> note.contains("double"));
    }

    @Test
    void anMlflowModelWithoutASignatureIsReadWithANote() {
        assertThat(mlflow("").notes()).anyMatch(note -> note.contains("no signature"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "[{\"name\": \"z\", \"type\": \"tensor\", \"tensor-spec\": {\"dtype\": \"float32\", \"shape\": [-1, 4]}}]",
                "[{\"name\": \"x\", \"type\": \"tensor\", \"tensor-spec\": {\"dtype\": \"float64\", \"shape\": [-1, 4]}}]",
                "[{\"name\": \"x\", \"type\": \"tensor\", \"tensor-spec\": {\"dtype\": \"float32\", \"shape\": [-1, 5]}}]",
                "[{\"name\": \"x\", \"type\": \"tensor\", \"tensor-spec\": {\"dtype\": \"float32\", \"shape\": [-1]}}]",
                "[{\"type\": \"double\", \"name\": \"a\"}, {\"type\": \"double\", \"name\": \"b\"}]",
                "[{\"type\": \"string\", \"name\": \"x\"}]",
                "[]"
            })
    void anMlflowSignatureThatIsNotTheModelsIsRefusedAndBothAreShown(String inputs) {
        assertThatThrownBy(() -> mlflow("signature:\n  inputs: '" + inputs + "'\n"))
                .isInstanceOf(ModelLoadException.class)
                .hasMessageContaining("MLmodel: [")
                .hasMessageContaining("model: [")
                .hasMessageContaining("x");
    }

    static Stream<Arguments> badMlmodels() {
        return Stream.of(
                Arguments.of("no YAML", "not sound YAML", "a: [1"),
                Arguments.of("no mapping", "expected one YAML mapping", "- a"),
                Arguments.of("a key twice", "not sound YAML", "a: 1\na: 2"),
                Arguments.of(
                        "a tag that makes objects", "not sound YAML", "flavors: !!javax.script.ScriptEngineManager []"),
                Arguments.of(
                        "aliases that multiply",
                        "not sound YAML",
                        "a: &a [x]\nb: &b [*a, *a]\nc: &c [*b, *b]\nd: [*c, *c]"),
                Arguments.of("no flavors", "'flavors'", "run_id: x"),
                Arguments.of("no onnx", "expected onnx", "flavors:\n  sklearn:\n    data: model.pkl"),
                Arguments.of("a file that leads out", "not in the folder", "flavors:\n  onnx:\n    data: ../x.onnx"),
                Arguments.of(
                        "a signature that is no JSON",
                        "is not sound",
                        "flavors:\n  onnx:\n    data: model.onnx\nsignature:\n  inputs: '{'"),
                Arguments.of(
                        "a signature that is no text",
                        "to be a text",
                        "flavors:\n  onnx:\n    data: model.onnx\nsignature:\n  inputs: [1]"));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("badMlmodels")
    void anMlmodelThatIsNotSoundIsRefused(String name, String reason, String text) {
        write("model/model.onnx", "onnx");
        write("model/MLmodel", text);
        assertThatThrownBy(
                        () -> ForeignModels.mlflow(folder.resolve("model"), "m", List.of(source -> Optional.of(IRIS))))
                .as(name)
                .isInstanceOf(ModelLoadException.class)
                .hasMessageContaining(reason)
                .hasMessageNotContaining(folder.toString());
    }

    // Hugging Face

    private static final String REVISION = "0123456789abcdef0123456789abcdef01234567";

    private void cache(String name, String blob, String content) throws IOException {
        write("hub/models--org--Bert/blobs/" + blob, content);
        Path link = folder.resolve("hub/models--org--Bert/snapshots/" + REVISION + "/" + name);
        Files.createDirectories(link.getParent());
        String up = name.contains("/") ? "../../../blobs/" : "../../blobs/";
        Files.createSymbolicLink(link, Path.of(up + blob));
    }

    private ForeignModels huggingFace() {
        return ForeignModels.huggingFace(folder.resolve("hub/models--org--Bert"), "main");
    }

    @Test
    void aHuggingFaceCacheIsTheSnapshotOfItsBranch() throws Exception {
        write("hub/models--org--Bert/refs/main", REVISION);
        cache("onnx/model.onnx", "aa", "graph");
        cache("onnx/model.onnx_data", "ab", "external");
        cache("onnx/model_quantized.onnx", "bb", "small");
        cache("config.json", "cc", "{}");
        cache("pytorch_model.bin", "dd", "pickle");
        cache("model.safetensors", "ee", "weights");
        cache("modeling.py", "ff", "import os");

        ForeignModels read = huggingFace();

        ModelPackage bert = read.packages().get(0);
        assertThat(bert.name()).isEqualTo("bert");
        assertThat(bert.source().entry()).isEqualTo("onnx/model.onnx");
        assertThat(bert.source().files())
                .containsExactlyInAnyOrder("onnx/model.onnx", "onnx/model.onnx_data", "config.json");
        assertThat(text(bert, "onnx/model.onnx")).isEqualTo("graph");
        assertThat(bert.metadata().lineage().codeRevision()).contains(REVISION);
        assertThat(bert.metadata().properties()).containsEntry("origin.repository", "org/Bert");
        assertThat(read.notes())
                .anyMatch(note -> note.contains("modeling.py"))
                .anyMatch(note -> note.contains("pytorch_model.bin"))
                .anyMatch(note -> note.contains("model_quantized.onnx"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "../../../secret",
                "../../blobs/../../secret",
                "/etc/passwd",
                "../../blobs",
                "../../blobs/link",
                "none"
            })
    void aLinkOutOfTheCachesBlobsIsRefused(String target) throws Exception {
        write("hub/models--org--Bert/refs/main", REVISION);
        write("hub/secret", "key");
        cache("model.onnx", "aa", "graph");
        Files.createSymbolicLink(folder.resolve("hub/models--org--Bert/blobs/link"), folder.resolve("hub/secret"));
        Files.createSymbolicLink(
                folder.resolve("hub/models--org--Bert/snapshots/" + REVISION + "/config.json"), Path.of(target));
        assertThatThrownBy(this::huggingFace)
                .isInstanceOf(ModelLoadException.class)
                .hasMessageContaining("'config.json'")
                .hasMessageContaining("cache's own 'blobs'");
    }

    @Test
    void aCacheWithoutTheBranchOrTheModelIsRefused() throws Exception {
        Files.createDirectories(folder.resolve("hub/models--org--Bert"));
        assertThatThrownBy(this::huggingFace)
                .isInstanceOf(ModelLoadException.class)
                .hasMessageContaining("refs/main");
        write("hub/models--org--Bert/refs/main", "../../x");
        assertThatThrownBy(this::huggingFace).hasMessageContaining("does not name a commit");
        write("hub/models--org--Bert/refs/main", REVISION);
        assertThatThrownBy(this::huggingFace).hasMessageContaining("Download it first");
        cache("config.json", "cc", "{}");
        assertThatThrownBy(this::huggingFace).hasMessageContaining("no ONNX model");
        cache("a.onnx", "a", "a");
        cache("b.onnx", "b", "b");
        assertThatThrownBy(this::huggingFace).hasMessageContaining("none named model.onnx");
        assertThatThrownBy(() -> ForeignModels.huggingFace(folder.resolve("hub/models--org--Bert"), "../x"))
                .hasMessageContaining("No branch");
    }

    @Test
    void aSourceHandsOutWhatWasPickedAndNothingElse() throws Exception {
        write("spam/1/model.onnx", "spam");
        ModelSource source = ForeignModels.triton(folder).packages().get(0).source();
        assertThat(source.size("model.onnx")).isEqualTo(4);
        assertThat(source.path("model.onnx")).isPresent();
        assertThat(source.folder()).isEmpty();
        assertThatThrownBy(() -> source.open("../2/model.onnx")).isInstanceOf(IOException.class);
    }
}
