package dev.maas.examples.text;

import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * The words a model knows, as a table from every spelling to the word's number.
 *
 * <p>The usual way is to put a text into lower case and to strip its punctuation where it is served. ONNX's operator for that,
 * {@code StringNormalizer}, is no help: it asks the machine for a locale by name, which exists on some machines and not on others,
 * and ONNX Runtime 1.28 through Java fails the whole run on one emoji. So training writes down each spelling that shall
 * count, {@code refund}, {@code Refund}, {@code REFUND!}, and the served model only looks tokens up: an exact match of strings, the
 * same everywhere, in one operator. A spelling that is not in the table is an unknown word, in training as in service.
 *
 * <p>Immutable and safe for use by any thread.
 */
final class Vocabulary {
    /** The number of a word that is not in the table. */
    static final int UNKNOWN = -1;

    private final SortedMap<String, Integer> spellings;
    private final int size;

    private Vocabulary(SortedMap<String, Integer> spellings, int size) {
        this.spellings = spellings;
        this.size = size;
    }

    /** Returns the vocabulary of all words in these texts. */
    static Vocabulary of(List<String> texts, WordForm form) {
        Set<String> tokens = new LinkedHashSet<>();
        texts.forEach(text -> tokens.addAll(tokens(text)));
        tokens.removeIf(token -> form.of(token).isEmpty());
        List<String> words =
                List.copyOf(new TreeSet<>(tokens.stream().map(form::of).toList()));
        SortedMap<String, Integer> numbers = new TreeMap<>();
        for (String word : words) {
            numbers.put(word, numbers.size());
        }
        SortedMap<String, Integer> spellings = new TreeMap<>();
        for (String token : tokens) {
            Integer number = numbers.get(form.of(token));
            form.spellings(token).forEach(spelling -> spellings.put(spelling, number));
        }
        spellings.keySet().removeIf(spelling -> !isPortable(spelling));
        return new Vocabulary(spellings, words.size());
    }

    /** Returns the parts of a text between blanks, just as the operator {@code StringSplit} does: no other white space counts. */
    static List<String> tokens(String text) {
        return Arrays.stream(text.split(" ")).filter(token -> !token.isEmpty()).toList();
    }

    /**
     * Returns whether a spelling reaches the runtime as it stands in the file. Through the runtime's Java API, NUL and what lies
     * outside Unicode's basic plane, such as emoji, arrive in another encoding, so that no file could match them.
     */
    private static boolean isPortable(String spelling) {
        return spelling.chars().noneMatch(c -> c == 0 || Character.isSurrogate((char) c));
    }

    /** Returns the numbers of a text's words in their order. */
    int[] numbers(String text) {
        return tokens(text).stream()
                .mapToInt(token -> spellings.getOrDefault(token, UNKNOWN))
                .toArray();
    }

    /** Returns how many words there are; they are numbered from 0. */
    int size() {
        return size;
    }

    /** Returns the number of each spelling, in the order of the spellings. */
    SortedMap<String, Integer> spellings() {
        return spellings;
    }
}
