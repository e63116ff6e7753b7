package dev.maas.examples.quickstart;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RegistryFolderTest {
    @Test
    void aTemporaryFolderGoesWithAllThatIsInIt() throws IOException {
        RegistryFolder folder = RegistryFolder.of(Optional.empty());
        Path deep = Files.createDirectories(folder.path().resolve("a/b"));
        Files.writeString(deep.resolve("c"), "x");

        folder.close();

        assertThat(folder.path()).doesNotExist();
    }

    @Test
    void aFolderThatWasAskedForStays(@TempDir Path wanted) throws IOException {
        RegistryFolder folder = RegistryFolder.of(Optional.of(wanted));
        Files.writeString(folder.path().resolve("c"), "x");

        folder.close();

        assertThat(wanted.resolve("c")).exists();
    }
}
