package dev.maas.engine;

import static org.assertj.core.api.Assertions.assertThat;

import ai.onnxruntime.OrtException;
import dev.maas.ModelLoadException;
import dev.maas.engine.djl.DjlEngineProvider;
import dev.maas.engine.onnx.OnnxEngineProvider;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * ONNX Runtime has one environment per JVM. Maas, DJL and the application may all want it, in any order, and any of them may be
 * missing.
 */
class EnvironmentOrderTest {
    private static ForkedJvm jvm() {
        return ForkedJvm.of(EnvironmentOrder.class);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "maas-onnx host-ort host-djl maas-djl",
                "maas-djl maas-onnx host-djl host-ort",
                "host-djl maas-onnx maas-djl host-ort",
                "host-ort maas-onnx maas-djl-refuses maas-onnx host-ort",
                "host-ort maas-djl-refuses maas-onnx",
                "host-ort-with-threads maas-onnx maas-djl-refuses host-ort"
            })
    void worksInAnyOrder(String steps) throws Exception {
        String[] all = steps.split(" ", -1);

        String output = jvm().run(all);

        for (String step : all) {
            assertThat(output).contains("done: " + step);
        }
        if (steps.contains("refuses")) {
            assertThat(output)
                    .containsPattern("refused: .*DJL insists on creating ONNX Runtime's environment")
                    .contains("use the engine 'onnxruntime'");
        }
    }

    @Test
    void worksWithoutDjl() throws Exception {
        String output = jvm().without("/ai/djl/").run("availability", "maas-onnx", "host-ort", "maas-onnx");

        assertThat(output)
                .contains("done: maas-onnx")
                .containsPattern("djl: Availability\\[available=false, reason=.*ai.djl:api")
                .contains("onnxruntime: Availability[available=true");
    }

    @Test
    void worksWithDjlButWithoutItsOnnxEngine() throws Exception {
        String output = jvm().without("onnxruntime-engine").run("availability", "maas-onnx");

        assertThat(output)
                .contains("done: maas-onnx")
                .containsPattern("djl: Availability\\[available=false, reason=.*ai.djl.onnxruntime:onnxruntime-engine");
    }

    @Test
    void saysWhatIsMissingWithoutTheRuntime() throws Exception {
        String output = jvm().without("com/microsoft/onnxruntime").run("availability");

        assertThat(output)
                .containsPattern(
                        "onnxruntime: Availability\\[available=false, reason=.*com.microsoft.onnxruntime:onnxruntime");
    }

    @Test
    void setsNoMorePropertiesThanItMust() throws Exception {
        assertThat(jvm().run("maas-onnx", "properties"))
                .contains("OPT_OUT_TRACKING=true")
                .contains("ai.djl.offline=null")
                .contains("ai.djl.onnxruntime.num_threads=null");
        assertThat(jvm().run("maas-djl", "properties"))
                .contains("OPT_OUT_TRACKING=true")
                .contains("ai.djl.offline=true");
    }

    @Test
    void leavesPropertiesThatTheUserSet() throws Exception {
        String output = jvm().option("-DOPT_OUT_TRACKING=yes")
                .option("-Dai.djl.offline=maybe")
                .option("-Dai.djl.onnxruntime.num_threads=1")
                .run("maas-djl", "maas-onnx", "properties");

        assertThat(output)
                .contains("OPT_OUT_TRACKING=yes")
                .contains("ai.djl.offline=maybe")
                .contains("ai.djl.onnxruntime.num_threads=1");
    }

    @Test
    void loadsTheNativeLibraryFromAFolder(@TempDir Path folder) throws Exception {
        String platform = "/ai/onnxruntime/native/" + platform() + "/";
        for (String library : new String[] {"onnxruntime", "onnxruntime4j_jni"}) {
            unpack(platform + System.mapLibraryName(library), folder.resolve(System.mapLibraryName(library)));
        }
        Path temporary = Files.createDirectory(folder.resolve("temporary"));

        String output = jvm().option("-Donnxruntime.native.path=" + folder)
                .option("-Djava.io.tmpdir=" + temporary)
                .run("maas-onnx");

        assertThat(output).contains("done: maas-onnx");
        assertThat(temporary).isEmptyDirectory();
    }

    private static String platform() {
        String system = System.getProperty("os.name").toLowerCase(Locale.ROOT);
        String name = system.contains("mac") ? "osx" : system.contains("win") ? "win" : "linux";
        String machine = System.getProperty("os.arch").equals("aarch64") ? "aarch64" : "x64";
        return name + "-" + machine;
    }

    private static void unpack(String resource, Path target) throws IOException {
        try (InputStream library = OrtException.class.getResourceAsStream(resource)) {
            assertThat(library).as(resource).isNotNull();
            Files.copy(library, target);
        }
    }

    @Test
    void explainsALibraryThatDoesNotLoad(@TempDir Path folder) throws Exception {
        String output = ForkedJvm.of(BrokenLibrary.class)
                .option("-Donnxruntime.native.path=" + folder)
                .run();

        assertThat(output)
                .contains("ONNX Runtime does not start on this machine")
                .contains("onnxruntime.native.path")
                .doesNotContain(folder.toString());
    }

    /** The main program of a JVM whose native library is missing. */
    static final class BrokenLibrary {
        private BrokenLibrary() {}

        public static void main(String[] arguments) {
            for (EngineProvider provider : new EngineProvider[] {new OnnxEngineProvider(), new DjlEngineProvider()}) {
                try {
                    provider.open(EngineOptions.defaults());
                } catch (ModelLoadException e) {
                    System.out.println(e.getMessage());
                }
            }
        }
    }
}
