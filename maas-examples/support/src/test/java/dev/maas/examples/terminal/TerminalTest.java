package dev.maas.examples.terminal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class TerminalTest {
    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    private final PrintStream stream = new PrintStream(bytes, true, StandardCharsets.UTF_8);

    private String text() {
        return bytes.toString(StandardCharsets.UTF_8).replace(System.lineSeparator(), "\n");
    }

    private Terminal terminal(boolean interactive, boolean coloured) {
        return new Terminal(stream, interactive, coloured);
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

        assertThat(text())
                .doesNotContain("\u001b")
                .doesNotContain("\r")
                .startsWith("\nHeading\n  2 lines\n\n  a  b\n  x  1\n  Work: ")
                .endsWith(" s\n");
    }

    @Test
    void withoutColoursThereAreNoEscapesButTheBarMoves() {
        printEverything(terminal(true, false));

        assertThat(text())
                .doesNotContain("\u001b")
                .contains("\r  Work [" + ".".repeat(30) + "]   0 %")
                .contains("\r  Work [" + "#".repeat(15) + ".".repeat(15) + "]  50 %")
                .contains("\r  Work [" + "#".repeat(30) + "] 100 %")
                .endsWith("\n");
    }

    @Test
    void coloursAreSwitchedOffAgainOnTheSameLine() {
        printEverything(terminal(true, true));

        assertThat(text()).contains("\u001b[1mHeading\u001b[0m\n");
        assertThat(text().lines().filter(line -> line.contains("\u001b"))).allMatch(line -> line.endsWith("\u001b[0m"));
    }

    @Test
    void theLastLineOfABarHidesTheBar() {
        try (ProgressBar bar = terminal(true, false).progress("Work")) {
            bar.advanced(1, 1);
        }

        String[] states = text().stripTrailing().split("\r", -1);
        String last = text().substring(text().lastIndexOf('\r') + 1);
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

        assertThat(text()).containsPattern("\\[#{" + done * 30 / 100 + "}\\.{" + (30 - done * 30 / 100) + "}]");
    }

    @Test
    void aTransferIsShownWhileItRunsAndGoneAtTheEnd() {
        long[] now = {0};
        try (TransferBar bar = new TransferBar(stream, true, 80, "Pulling", () -> now[0])) {
            now[0] += 1_000_000_000;
            bar.moved(5_000_000, 20_000_000);
            now[0] += 1_000_000;
            bar.moved(5_000_001, 20_000_000);
            now[0] += 1_000_000_000;
            bar.moved(20_000_000, 20_000_000);
        }

        String[] states = text().split("\r", -1);
        assertThat(states[1]).isEqualTo("Pulling [####............]  25 %  5.0 MB of 20.0 MB  5.0 MB/s");
        assertThat(states[2].stripTrailing())
                .isEqualTo("Pulling [################] 100 %  20.0 MB of 20.0 MB  10.0 MB/s");
        assertThat(states[3]).isBlank();
        assertThat(states).hasSize(5);
        assertThat(states[4]).isEmpty();
    }

    @Test
    void nobodyIsToldOfATransferWhoDoesNotWatch() {
        try (TransferBar bar = terminal(false, false).transfer("Pulling")) {
            bar.moved(1, 1);
        }

        assertThat(text()).isEmpty();
    }

    @Test
    void aTransferOfNothingIsComplete() {
        try (TransferBar bar = new TransferBar(stream, true, 80, "Pulling", () -> 0)) {
            bar.moved(0, 0);
        }

        assertThat(text()).contains("100 %  0 B of 0 B");
    }

    @Test
    void theWidestCellsAreCutUntilARowFits() {
        Table table = new Table("name", "bytes", "text").row("a", 1234567, "one two three four five six seven");

        assertThat(table.lines(30)).allMatch(line -> line.length() <= 30).contains("a     1234567  one two thre...");
        assertThat(table.lines(1)).contains("a     1234567  one t...");
    }

    @Test
    void onlyAPersonGetsCutCells() {
        Table table = new Table("text").row("x".repeat(200));
        terminal(false, false).rows(table);
        new Terminal(stream, true, false, 40).rows(table);

        assertThat(text().lines()).containsExactly("text", "x".repeat(200), "text", "x".repeat(37) + "...");
    }

    @Test
    void whatMovesTheCursorOrTheReadingDirectionIsNotPrinted() {
        assertThat(new Table("a").row("x\u001b[2J\r\n\u202ey").lines()).isEqualTo(List.of("a", "x?[2J ?y"));
    }

    @ParameterizedTest
    @CsvSource({
        "0, 0 B",
        "999, 999 B",
        "1000, 1.0 kB",
        "999949, 999.9 kB",
        "999950, 1.0 MB",
        "1600000, 1.6 MB",
        "9223372036854775807, 9.2 EB",
    })
    void bytesHaveTheirUnit(long bytes, String text) {
        assertThat(ByteText.of(bytes)).isEqualTo(text);
    }
}
