package dev.maas.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class InspectTest {
    @TempDir
    private Path folder;

    @Test
    void aModelIsToldWithItsOperators() {
        JsonObject document =
                MaasRun.bare("inspect", Samples.FLOWERS.toString(), "--json").json();

        assertThat(document.keySet()).containsExactly("model", "verdict", "package", "onnx");
        assertThat(document.get("verdict")).hasToString("{\"accepted\":true,\"by\":\"gate\",\"reason\":null}");
        assertThat(document.get("package"))
                .hasToString(
                        "{\"entry\":\"flowers.onnx\",\"format\":\"onnx\",\"files\":1,\"bytes\":474,\"entryBytes\":474}");
        JsonObject onnx = document.getAsJsonObject("onnx");
        assertThat(onnx.keySet())
                .containsExactly(
                        "signature",
                        "irVersion",
                        "operatorSets",
                        "producer",
                        "graph",
                        "nodes",
                        "weights",
                        "weightBytes",
                        "functions",
                        "properties",
                        "operators");
        assertThat(onnx.getAsJsonArray("operators").get(1))
                .hasToString("{\"domain\":\"ai.onnx\",\"operator\":\"Gemm\",\"count\":1}");
    }

    @Test
    void theEngineIsAskedToo() {
        JsonObject verdict = MaasRun.bare("inspect", Samples.FLOWERS.toString(), "--load", "--json")
                .json()
                .getAsJsonObject("verdict");

        assertThat(verdict).hasToString("{\"accepted\":true,\"by\":\"engine\",\"reason\":null}");
    }

    @Test
    void aFileThatIsNoModelIsRefusedWithTheReason() throws IOException {
        Path file = Files.writeString(folder.resolve("page.onnx"), "<!DOCTYPE html><html>");

        MaasRun run = MaasRun.bare("inspect", file.toString());
        MaasRun json = MaasRun.bare("inspect", file.toString(), "--json");

        assertThat(run.status()).isEqualTo(1);
        assertThat(run.out()).contains("refused by the gate: ", "is a web page").doesNotContain("OPERATOR");
        assertThat(json.status()).isEqualTo(1);
        assertThat(json.out()).contains("\"accepted\": false", "\"package\": null", "\"onnx\": null");
    }

    @Test
    void ofOtherFormatsNoMoreIsSaidThanIsKnown() throws IOException {
        Path file = Files.writeString(folder.resolve("model.bin"), "x");

        assertThat(MaasRun.bare("inspect", file.toString()).out())
                .contains("accepted by the gate, which reads ONNX only");
    }
}
