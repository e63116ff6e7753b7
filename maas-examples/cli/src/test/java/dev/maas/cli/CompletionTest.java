package dev.maas.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CompletionTest {
    @TempDir
    private Path folder;

    private String bash(String... words) throws IOException, InterruptedException {
        assumeThat(Path.of("/bin/bash")).as("bash is here").exists();
        Process process = new ProcessBuilder(words).redirectErrorStream(true).start();
        process.getOutputStream().close();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(output).isZero();
        return output;
    }

    private Path script() throws IOException {
        MaasRun run = MaasRun.bare("completion", "bash");
        assertThat(run.status()).isZero();
        return Files.writeString(folder.resolve("maas.bash"), run.out());
    }

    @Test
    void theScriptIsSoundBash() throws IOException, InterruptedException {
        assertThat(bash("/bin/bash", "-n", script().toString())).isEmpty();
        assertThat(MaasRun.bare("completion", "zsh").out())
                .isEqualTo(MaasRun.bare("completion").out());
    }

    @Test
    void commandsAndOptionsAreCompleted() throws IOException, InterruptedException {
        String complete = "compopt() { :; }; source " + script()
                + "; COMP_WORDS=(maas %s); COMP_CWORD=%d; _complete_maas; echo \"${COMPREPLY[@]}\"";

        assertThat(bash("/bin/bash", "-c", String.format(complete, "pub", 1)).strip())
                .isEqualTo("publish");
        assertThat(bash("/bin/bash", "-c", String.format(complete, "gc --dr", 2))
                        .strip())
                .isEqualTo("--dry-run");
        assertThat(bash("/bin/bash", "-c", String.format(complete, "exp", 1)).strip())
                .isEqualTo("export export-site");
        assertThat(bash("/bin/bash", "-c", String.format(complete, "key ro", 2)).strip())
                .isEqualTo("rotate");
        assertThat(bash("/bin/bash", "-c", String.format(complete, "migrate tri", 2))
                        .strip())
                .contains("triton");
        assertThat(bash("/bin/bash", "-c", String.format(complete, "predict --encryption", 2))
                        .strip())
                .isEqualTo("--encryption-key");
    }
}
