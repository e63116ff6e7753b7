package dev.maas.examples.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.maas.InvalidInputException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class MessagesTest {
    private static final List<Message> TWO = List.of(new Message("my bill", "money"), new Message("my box", "post"));

    @TempDir
    private Path folder;

    private Messages read(String name, String text) throws IOException {
        Path file = Files.writeString(folder.resolve(name), text);
        return Messages.read(file);
    }

    /** {@code |} stands for a line end, {@code ~} for a tab. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '%',
            value = {
                "named.csv     % text,category|my bill,money|my box,post",
                "turned.csv    % Category,Text|money,my bill|post,my box",
                "more.csv      % id,label,note,message|1,money,,my bill|2,post,,my box",
                "intents.tsv   % utterance~intent|my bill~money|my box~post",
                "tabs.txt      % text~category|my bill~money|my box~post",
                "german.csv    % text;category|my bill;money|my box;post",
                "marked.csv    % \uFEFFtext,category|my bill,money|my box,post",
                "windows.csv   % text,category|\"my |bill\",money|my   box , post ",
            })
    void findsTextsAndCategoriesByTheNamesOfTheColumns(String name, String text) throws IOException {
        assertThat(read(name, text.replace('|', '\n').replace('~', '\t')).all()).isEqualTo(TWO);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '%',
            value = {
                "plain.csv  % my bill,money|a fee,money|my box,post|a van,post",
                "plain.tsv  % money~my bill|money~a fee|post~my box|post~a van",
            })
    void withoutNamesTheColumnOfFewerValuesHoldsTheCategories(String name, String text) throws IOException {
        Messages messages = read(name, text.replace('|', '\n').replace('~', '\t'));

        assertThat(messages.categories()).containsExactly("money", "post");
        assertThat(messages.all()).contains(new Message("my bill", "money"), new Message("a van", "post"));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '%',
            value = {
                "'' % no row",
                "a,b,c|d,e,f % names the columns",
                "text,category|only one cell % line 2 has 1",
                "a,x|b,y,z % line 2 has 3",
                "text,category|,money|my box,post % empty on line 2",
                "text,category|my bill,money % at least 2 categories",
                "text,category|\"my bill,money % never closed",
            })
    void aFileThatIsNoDataSetIsRefusedWithTheReason(String text, String reason) {
        assertThatThrownBy(() -> read("bad.csv", text.replace('|', '\n')))
                .isInstanceOf(InvalidInputException.class)
                .hasMessageContaining(reason);
    }

    @Test
    void theMessageNamesTheFileButNotItsFolder() {
        assertThatThrownBy(() -> read("bad.csv", "a,b,c"))
                .hasMessageStartingWith("bad.csv: ")
                .message()
                .doesNotContain(folder.toString());
        assertThatThrownBy(() -> Messages.read(folder.resolve("missing.csv")))
                .isInstanceOf(InvalidInputException.class)
                .hasMessageContaining("missing.csv")
                .message()
                .doesNotContain(folder.toString());
    }

    @Test
    void textThatIsNotUtf8IsRefused() throws IOException {
        Path file = Files.write(
                folder.resolve("old.csv"), "text,category\ncaf\u00e9,a\n".getBytes(StandardCharsets.ISO_8859_1));

        assertThatThrownBy(() -> Messages.read(file))
                .isInstanceOf(InvalidInputException.class)
                .hasMessageContaining("UTF-8");
    }

    @Test
    void aTextIsOneLine() {
        assertThat(new Message(" two\r\n lines\tand  blanks ", " a "))
                .isEqualTo(new Message("two lines and blanks", "a"));
    }

    private static Messages numbered(int small, int large) {
        List<Message> all = new ArrayList<>();
        IntStream.range(0, small).forEach(i -> all.add(new Message("small " + i, "small")));
        IntStream.range(0, large).forEach(i -> all.add(new Message("large " + i, "large")));
        return Messages.of(all);
    }

    @Test
    void aSplitTakesTheSameShareOfEachCategory() {
        Messages.Split split = numbered(20, 100).split(0.2, 1);

        assertThat(split.test().all().stream().collect(Collectors.groupingBy(Message::category, Collectors.counting())))
                .containsEntry("small", 4L)
                .containsEntry("large", 20L);
        assertThat(split.train().size()).isEqualTo(96);
        assertThat(split.train().all()).doesNotContainAnyElementsOf(split.test().all());
    }

    @Test
    void aSplitDependsOnTheSeedAlone() {
        Messages messages = numbered(20, 100);

        assertThat(messages.split(0.2, 1).test().all())
                .isEqualTo(numbered(20, 100).split(0.2, 1).test().all())
                .isNotEqualTo(messages.split(0.2, 2).test().all());
    }

    @Test
    void everyMessageIsHeldOutInExactlyOneFold() {
        Messages messages = numbered(7, 23);

        List<Messages.Split> folds = messages.folds(3, 5);

        assertThat(folds.stream().flatMap(fold -> fold.test().all().stream()))
                .containsExactlyInAnyOrderElementsOf(messages.all());
        assertThat(folds).allSatisfy(fold -> {
            assertThat(fold.train().size() + fold.test().size()).isEqualTo(30);
            assertThat(fold.train().all())
                    .doesNotContainAnyElementsOf(fold.test().all());
        });
    }

    @Test
    void aSampleIsNoLargerThanAskedAndKeepsTheShares() {
        Messages sample = numbered(20, 100).sample(60, 1);

        assertThat(sample.all()).hasSize(60).filteredOn("category", "small").hasSize(10);
        assertThat(numbered(2, 3).sample(60, 1).size()).isEqualTo(5);
    }

    @Test
    void partsKeepTheCategoriesOfTheWhole() {
        Messages.Split split = numbered(1, 10).split(0.5, 1);

        assertThat(split.train().categories())
                .isEqualTo(split.test().categories())
                .containsExactly("large", "small");
    }

    @Test
    void aTestSetMayLackACategoryButNotBringOne() {
        Messages train = numbered(3, 3);
        Messages lacking = Messages.of(List.of(new Message("a", "small"), new Message("b", "other")));

        assertThatThrownBy(() -> lacking.withCategoriesOf(train))
                .isInstanceOf(InvalidInputException.class)
                .hasMessageContaining("[other]");
        assertThat(numbered(1, 1).withCategoriesOf(train).categories()).isEqualTo(train.categories());
    }

    @Test
    void theDigestCoversTextsCategoriesAndOrder() {
        String digest = Messages.of(TWO).digest();

        assertThat(digest)
                .matches("sha256:[0-9a-f]{64}")
                .isEqualTo(Messages.of(TWO).digest());
        assertThat(Messages.of(List.of(TWO.get(1), TWO.get(0))).digest()).isNotEqualTo(digest);
        assertThat(Messages.of(List.of(TWO.get(0), new Message("my box", "mail")))
                        .digest())
                .isNotEqualTo(digest);
    }
}
