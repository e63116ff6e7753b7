package dev.maas;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PackageFilesTest {
    @ParameterizedTest
    @ValueSource(
            strings = {
                "model.onnx",
                "a/b/c.bin",
                "größe 大 김 ż.onnx",
                "test_data_set_0/input_0.pb",
                ".hidden",
                "a..b",
                "...a",
                " x",
                "con-fig",
                "console.log",
                "com10",
                "nullable.bin",
                "👍.bin",
            })
    void takesOrdinaryNames(String name) {
        assertThat(PackageFiles.requireName(name)).isEqualTo(name);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "/",
                "/etc/passwd",
                "a//b",
                "a/",
                ".",
                "..",
                "../a",
                "a/../b",
                "a/./b",
                "a\\b",
                "..\\a",
                "C:a",
                "a:stream",
                "a*",
                "a?",
                "a|b",
                "a\"b",
                "<a>",
                "a\nb",
                "a\0b",
                "a\u007fb",
                "a\u0085b",
                "a\u202egpj.exe",
                "a\u2066b",
                "a\u2028b",
                "\ufeffa",
                "a\ud800b",
                "a\ufffe",
                "a.",
                "a ",
                "a./b",
                "a /b",
                "con",
                "CON",
                "Con.txt",
                "a/nul.tar.gz",
                "aux ",
                "aux .txt",
                "com1",
                "COM¹",
                "LPT9.log",
                "conin$",
                "prn/a",
            })
    void refusesNamesThatAreNotTheSameEverywhere(String name) {
        assertThatThrownBy(() -> PackageFiles.requireName(name))
                .isInstanceOf(ModelLoadException.class)
                .hasMessageStartingWith("A package cannot have a file named '")
                .message()
                .matches("\\P{Cntrl}*");
    }

    @Test
    void lengthsAreBoundedInBytes() {
        assertThatCode(() -> PackageFiles.requireName("a".repeat(255))).doesNotThrowAnyException();
        assertThatThrownBy(() -> PackageFiles.requireName("a".repeat(256))).hasMessageContaining("255 bytes");
        assertThatThrownBy(() -> PackageFiles.requireName("大".repeat(86))).hasMessageContaining("255 bytes");
        assertThatCode(() -> PackageFiles.requireName(("a".repeat(203) + "/").repeat(5) + "a"))
                .doesNotThrowAnyException();
        assertThatThrownBy(() -> PackageFiles.requireName(("a".repeat(204) + "/").repeat(5) + "a"))
                .hasMessageContaining("1024 bytes");
    }

    @ParameterizedTest
    @CsvSource({
        "Model.onnx, model.onnx",
        "a, A",
        "straße, STRASSE",
        "ﬁle, file",
        "größe, gro\u0308ße",
        "a/b, A/b",
        "a/b, A/c",
        "a, a/b",
        "A, a/b",
        "a, a",
        "\u212B, å",
    })
    void refusesNamesThatSomeFileSystemTakesForOne(String one, String other) {
        for (List<String> names : List.of(List.of(one, other), List.of(other, one))) {
            assertThatThrownBy(() -> PackageFiles.requireNames(names)).isInstanceOf(ModelLoadException.class);
        }
    }

    @Test
    void takesNamesThatDiffer() {
        assertThatCode(() ->
                        PackageFiles.requireNames(List.of("a/b", "a/c", "b/a", "ab", "a-b", "c", "d/e/f", "d/e/g")))
                .doesNotThrowAnyException();
    }

    @Test
    void eachNameIsCheckedToo() {
        assertThatThrownBy(() -> PackageFiles.requireNames(List.of("a", "../b")))
                .hasMessageContaining("'../b'");
    }
}
