package dev.maas.examples.csv;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.maas.InvalidInputException;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DelimitedTextTest {
    private static List<List<String>> cells(String text) {
        return DelimitedText.parse(text, ',').stream()
                .map(DelimitedText.Row::cells)
                .toList();
    }

    @Test
    void splitsRowsAndCells() {
        assertThat(cells("a,b\nc,d\n")).containsExactly(List.of("a", "b"), List.of("c", "d"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"a,b\nc,d", "a,b\r\nc,d\r\n", "a,b\rc,d\r", "\n\na,b\n\n\r\nc,d\n\n"})
    void takesAnyLineEndAndSkipsEmptyLines(String text) {
        assertThat(cells(text)).containsExactly(List.of("a", "b"), List.of("c", "d"));
    }

    @Test
    void aQuotedCellMayHoldDelimitersLineEndsAndQuotes() {
        assertThat(cells("\"a, b\",\"say \"\"hi\"\"\"\n\"two\nlines\",\"\"\n"))
                .containsExactly(List.of("a, b", "say \"hi\""), List.of("two\nlines", ""));
    }

    @Test
    void aQuoteInsideAPlainCellIsJustAQuote() {
        assertThat(cells("a 5\" pipe,b\n")).containsExactly(List.of("a 5\" pipe", "b"));
    }

    @Test
    void keepsEmptyCellsAlsoAtTheEnd() {
        assertThat(cells(",a,\n,,\nb,")).containsExactly(List.of("", "a", ""), List.of("", "", ""), List.of("b", ""));
    }

    @Test
    void anEmptyTextHasNoRows() {
        assertThat(cells("")).isEmpty();
        assertThat(cells("\n\r\n")).isEmpty();
    }

    @Test
    void rowsKnowTheLineTheyBeginOn() {
        List<DelimitedText.Row> rows = DelimitedText.parse("a\n\"b\nb\nb\"\r\nc\n\nd", ',');

        assertThat(rows).extracting(DelimitedText.Row::line).containsExactly(1, 2, 5, 7);
    }

    @Test
    void anOpenQuoteIsRefusedWithTheLineItOpensOn() {
        assertThatThrownBy(() -> cells("a,b\nc,\"d\ne\n"))
                .isInstanceOf(InvalidInputException.class)
                .hasMessageContaining("line 2")
                .hasMessageContaining("never closed");
    }

    @Test
    void whatFollowsAClosingQuoteIsRefused() {
        assertThatThrownBy(() -> cells("\"a\" b,c\n"))
                .isInstanceOf(InvalidInputException.class)
                .hasMessageContaining("line 1");
    }

    @Test
    void quotesOnlyWhatNeedsIt() {
        assertThat(DelimitedText.write(List.of("a b", "", "c,d", "say \"hi\"", "two\nlines", "x\ty"), ','))
                .isEqualTo("a b,,\"c,d\",\"say \"\"hi\"\"\",\"two\nlines\",x\ty");
        assertThat(DelimitedText.write(List.of("c,d", "x\ty"), '\t')).isEqualTo("c,d\t\"x\ty\"");
    }

    @Test
    void aRowOfOneEmptyCellIsNoEmptyLine() {
        assertThat(cells(DelimitedText.write(List.of(""), ','))).containsExactly(List.of(""));
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
    void readsBackWhateverIsWrittenByTheRules(long seed) {
        Random random = new Random(seed);
        String alphabet = "ab,;\"\n\r\t é";
        for (int round = 0; round < 200; round++) {
            List<List<String>> rows = random.ints(1 + random.nextInt(4))
                    .mapToObj(any -> List.of(word(random, alphabet), word(random, alphabet), "x"))
                    .toList();
            StringBuilder text = new StringBuilder();
            for (List<String> row : rows) {
                text.append(
                        random.nextBoolean()
                                ? DelimitedText.write(row, ',')
                                : String.join(
                                        ",",
                                        row.stream()
                                                .map(DelimitedTextTest::quoted)
                                                .toList()));
                text.append(random.nextBoolean() ? "\r\n" : "\n");
            }
            assertThat(cells(text.toString())).isEqualTo(rows);
        }
    }

    private static String word(Random random, String alphabet) {
        StringBuilder word = new StringBuilder();
        for (int i = random.nextInt(8); i > 0; i--) {
            word.append(alphabet.charAt(random.nextInt(alphabet.length())));
        }
        return word.toString();
    }

    private static String quoted(String cell) {
        return "\"" + cell.replace("\"", "\"\"") + "\"";
    }
}
