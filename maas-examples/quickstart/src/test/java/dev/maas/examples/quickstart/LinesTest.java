package dev.maas.examples.quickstart;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.maas.InvalidInputException;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LinesTest {
    private static InputStream input(String text) {
        return new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8));
    }

    @Test
    void standardInputIsReadToItsEndWithoutBlankLines() {
        assertThat(Lines.read(Optional.of("-"), input("one\n\n  two\tthree \r\n   \nf\u00fcnf")))
                .containsExactly("one", "two three", "f\u00fcnf");
    }

    @Test
    void aFileIsRead(@TempDir Path folder) throws IOException {
        Path file = Files.writeString(folder.resolve("lines.txt"), "one\ntwo\n");

        assertThat(Lines.read(Optional.of(file.toString()), input("ignored"))).containsExactly("one", "two");
    }

    @Test
    void someLinesComeWithTheProgram() {
        assertThat(Lines.read(Optional.empty(), input("")))
                .hasSizeGreaterThan(10)
                .doesNotHaveDuplicates();
    }

    @Test
    void nothingToClassifyIsAnError(@TempDir Path folder) {
        assertThatThrownBy(() -> Lines.read(Optional.of("-"), input(" \n")))
                .isInstanceOf(InvalidInputException.class)
                .hasMessageContaining("standard input");
        assertThatThrownBy(
                        () -> Lines.read(Optional.of(folder.resolve("none.txt").toString()), input("")))
                .isInstanceOf(InvalidInputException.class)
                .hasMessageContaining("'none.txt'");
    }
}
