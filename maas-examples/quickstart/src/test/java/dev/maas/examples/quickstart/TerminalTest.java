package dev.maas.examples.quickstart;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TerminalTest {
    private final Captured captured = new Captured();

    private Terminal terminal(boolean interactive, boolean coloured) {
        return new Terminal(captured.stream(), interactive, coloured);
    }

    private void printEverything(Terminal terminal) {
        terminal.heading("Heading");
        terminal.line("%d lines", 2);
        terminal.table(new Table("a", "b").row("x", 1));
        try (ProgressBar bar = terminal.progress("Work")) {
            bar.advanced(1, 2);
            bar.advanced(2, 2);
        }
    }

    @Test
    void intoAFileGoPlainLines() {
        printEverything(terminal(false, false));

        assertThat(captured.text())
                .doesNotContain("\u001b")
                .doesNotContain("\r")
                .startsWith("\nHeading\n  2 lines\n\n  a  b\n  x  1\n  Work: ")
                .endsWith(" s\n");
    }

    @Test
    void withoutColoursThereAreNoEscapesButTheBarMoves() {
        printEverything(terminal(true, false));

        assertThat(captured.text())
                .doesNotContain("\u001b")
                .contains("\r  Work [" + ".".repeat(30) + "]   0 %")
                .contains("\r  Work [" + "#".repeat(15) + ".".repeat(15) + "]  50 %")
                .contains("\r  Work [" + "#".repeat(30) + "] 100 %")
                .endsWith("\n");
    }

    @Test
    void coloursAreSwitchedOffAgainOnTheSameLine() {
        printEverything(terminal(true, true));

        assertThat(captured.text()).contains("\u001b[1mHeading\u001b[0m\n");
        assertThat(captured.text().lines().filter(line -> line.contains("\u001b")))
                .allMatch(line -> line.endsWith("\u001b[0m"));
    }

    @Test
    void theLastLineOfABarHidesTheBar() {
        try (ProgressBar bar = terminal(true, false).progress("Work")) {
            bar.advanced(1, 1);
        }

        String[] states = captured.text().stripTrailing().split("\r", -1);
        String last = captured.text().substring(captured.text().lastIndexOf('\r') + 1);
        assertThat(last.length()).isGreaterThanOrEqualTo(states[1].length());
        assertThat(last).matches("  Work: [0-9]+\\.[0-9] s *\n");
    }

    @Test
    void numbersStandToTheRightAndWordsToTheLeft() {
        Table table = new Table("name", "count", "share").row("one", 5, "1.0 %").row("eleven", 1234, "99.5 %");

        assertThat(table.lines())
                .containsExactly(
                        "name    count   share", //
                        "one         5   1.0 %",
                        "eleven   1234  99.5 %");
    }

    @Test
    void aColumnWithAWordIsNotOneOfNumbers() {
        assertThat(new Table("a", "b").row("x", 10).row("y", "none").lines())
                .containsExactly("a  b", "x  10", "y  none");
    }

    @Test
    void charactersOutsideTheBasicPlaneCountOnce() {
        assertThat(new Table("a", "b").row("\ud83d\ude00", "x").row("ab", "y").lines())
                .containsExactly("a   b", "\ud83d\ude00   x", "ab  y");
    }

    @Test
    void aRowOfAnotherWidthIsRefused() {
        assertThatThrownBy(() -> new Table("a", "b").row("x")).hasMessageContaining("Expected 2 cells; got 1");
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 7, 99, 100})
    void theBarIsAlwaysOfOneWidth(int done) {
        try (ProgressBar bar = terminal(true, false).progress("w")) {
            bar.advanced(done, 100);
        }

        assertThat(captured.text())
                .containsPattern("\\[#{" + done * 30 / 100 + "}\\.{" + (30 - done * 30 / 100) + "}]");
    }
}
