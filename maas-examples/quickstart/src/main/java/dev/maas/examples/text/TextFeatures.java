package dev.maas.examples.text;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Turns a text into numbers: how often each known word and pair of neighbours stands in it, times how telling that is (TF-IDF), the
 * whole scaled to length 1.
 *
 * <p>The first columns are the words by their numbers, then come the pairs. {@link OnnxExport} writes the same computation as a
 * graph; a test compares the two. Immutable and safe for use by any thread.
 */
final class TextFeatures {
    /** A pair is a feature if so many training texts have it. */
    private static final int PAIR_TEXTS = 2;

    /** A pair says again what its words say, so it counts half. */
    private static final double PAIR_SHARE = 0.5;

    private final Vocabulary vocabulary;
    private final SortedMap<Pair, Integer> pairs;
    private final float[] weights;

    /** Two neighbouring words by their numbers. */
    record Pair(int first, int second) implements Comparable<Pair> {
        @Override
        public int compareTo(Pair other) {
            return first != other.first ? Integer.compare(first, other.first) : Integer.compare(second, other.second);
        }
    }

    private TextFeatures(Vocabulary vocabulary, SortedMap<Pair, Integer> pairs, float[] weights) {
        this.vocabulary = vocabulary;
        this.pairs = pairs;
        this.weights = weights;
    }

    /** Returns the features that these texts have. */
    static TextFeatures of(List<String> texts, WordForm form, boolean withPairs) {
        Vocabulary vocabulary = Vocabulary.of(texts, form);
        SortedMap<Pair, Integer> pairs = withPairs ? pairs(texts, vocabulary) : new TreeMap<>();
        int columns = vocabulary.size() + pairs.size();
        int[] textsWith = new int[columns];
        for (String text : texts) {
            for (int column : Set.copyOf(columns(vocabulary.numbers(text), pairs))) {
                textsWith[column]++;
            }
        }
        float[] weights = new float[columns];
        for (int column = 0; column < columns; column++) {
            double rarity = Math.log((1.0 + texts.size()) / (1.0 + textsWith[column])) + 1;
            weights[column] = (float) (column < vocabulary.size() ? rarity : PAIR_SHARE * rarity);
        }
        return new TextFeatures(vocabulary, pairs, weights);
    }

    private static SortedMap<Pair, Integer> pairs(List<String> texts, Vocabulary vocabulary) {
        Map<Pair, Integer> textsWith = new HashMap<>();
        for (String text : texts) {
            Set<Pair> found = new LinkedHashSet<>(neighbours(vocabulary.numbers(text)));
            found.forEach(pair -> textsWith.merge(pair, 1, Integer::sum));
        }
        textsWith.values().removeIf(count -> count < PAIR_TEXTS);
        SortedMap<Pair, Integer> columns = new TreeMap<>(textsWith);
        int next = vocabulary.size();
        for (Map.Entry<Pair, Integer> entry : columns.entrySet()) {
            entry.setValue(next++);
        }
        return columns;
    }

    private static List<Pair> neighbours(int[] words) {
        List<Pair> all = new ArrayList<>();
        for (int i = 1; i < words.length; i++) {
            if (words[i - 1] != Vocabulary.UNKNOWN && words[i] != Vocabulary.UNKNOWN) {
                all.add(new Pair(words[i - 1], words[i]));
            }
        }
        return all;
    }

    /** Returns the column of each word and pair, as often as it stands in the text. */
    private static List<Integer> columns(int[] words, SortedMap<Pair, Integer> pairs) {
        List<Integer> all = new ArrayList<>();
        for (int word : words) {
            if (word != Vocabulary.UNKNOWN) {
                all.add(word);
            }
        }
        for (Pair pair : neighbours(words)) {
            Integer column = pairs.get(pair);
            if (column != null) {
                all.add(column);
            }
        }
        return all;
    }

    /** Returns a text's features; all zero if it has no known word. */
    SparseRow row(String text) {
        SortedMap<Integer, Integer> counts = new TreeMap<>();
        for (int column : columns(vocabulary.numbers(text), pairs)) {
            counts.merge(column, 1, Integer::sum);
        }
        int[] columns = new int[counts.size()];
        double[] values = new double[counts.size()];
        int next = 0;
        double squares = 0;
        for (Map.Entry<Integer, Integer> entry : counts.entrySet()) {
            columns[next] = entry.getKey();
            values[next] = entry.getValue() * weights[entry.getKey()];
            squares += values[next] * values[next];
            next++;
        }
        for (int i = 0; i < values.length; i++) {
            values[i] /= Math.sqrt(squares);
        }
        return new SparseRow(columns, values);
    }

    /** Returns how many columns there are. */
    int size() {
        return weights.length;
    }

    /** Returns the table of words. */
    Vocabulary vocabulary() {
        return vocabulary;
    }

    /** Returns the column of each pair. */
    SortedMap<Pair, Integer> pairs() {
        return pairs;
    }

    /** Returns how telling each column is. */
    float[] weights() {
        return weights.clone();
    }
}
