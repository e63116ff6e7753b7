package dev.maas.registry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DiskFullTest {
    @TempDir
    Path folder;

    @Test
    void aFullDiskFailsThePublishAndHarmsNothing() throws Exception {
        assumeThat(DiskFullHarness.isPermitted())
                .as("a mount namespace may be made here")
                .isTrue();
        assertThat(DiskFullHarness.run(folder, 2)).contains("figure registry.diskfull.rounds 2");
    }
}
