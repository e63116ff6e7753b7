package dev.maas.examples.quickstart;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.maas.InvalidInputException;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ArgumentsTest {
    @Test
    void withoutArgumentsEverythingHasADefault() {
        assertThat(Arguments.parse())
                .isEqualTo(new Arguments(
                        Optional.empty(), Optional.empty(), Optional.empty(), 1, Optional.empty(), false));
    }

    @Test
    void readsEveryOption() {
        Arguments arguments = Arguments.parse(
                "--seed", "-5", "--lines", "-", "--registry", "models", "--test", "b.csv", "--data", "a.csv");

        assertThat(arguments)
                .isEqualTo(new Arguments(
                        Optional.of(Path.of("a.csv")),
                        Optional.of(Path.of("b.csv")),
                        Optional.of(Path.of("models")),
                        -5,
                        Optional.of("-"),
                        false));
    }

    @ParameterizedTest
    @CsvSource({"--help", "-h", "--help --seed 3"})
    void helpIsAnOption(String words) {
        assertThat(Arguments.parse(words.split(" ", -1)).help()).isTrue();
    }

    @ParameterizedTest
    @CsvSource({
        "--dta x,         no option '--dta'",
        "file.csv,        no option 'file.csv'",
        "--data,          --data needs a value",
        "--seed ten,      whole number; got 'ten'",
        "--seed 1 --seed 2, --seed was given twice",
        "--test x.csv,    --test goes with --data",
    })
    void aWrongArgumentIsRefusedByName(String words, String reason) {
        assertThatThrownBy(() -> Arguments.parse(words.split(" ", -1)))
                .isInstanceOf(InvalidInputException.class)
                .hasMessageContaining(reason);
    }

    @Test
    void theHelpNamesEveryOptionAndFitsOnATerminal() {
        assertThat(Arguments.HELP)
                .contains(
                        "--data FILE",
                        "--test FILE",
                        "--registry DIR",
                        "--lines FILE",
                        "--seed N",
                        "--help",
                        "NO_COLOR");
        assertThat(Arguments.HELP.lines()).allMatch(line -> line.length() <= 90);
    }
}
