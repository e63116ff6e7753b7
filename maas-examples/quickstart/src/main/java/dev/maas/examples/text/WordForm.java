package dev.maas.examples.text;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Stream;

/**
 * Which spellings count as the same word.
 *
 * <p>This runs in training only. What it decides is written down in a {@link Vocabulary}, which is a table of spellings, and the
 * served model looks words up there.
 */
enum WordForm {
    /** Words that differ only in upper and lower case and in the punctuation around them are the same. */
    PLAIN {
        @Override
        String of(String token) {
            return bare(token);
        }

        @Override
        Stream<String> inflections(String form) {
            return Stream.empty();
        }
    },

    /** So are words that differ only in a common English ending: return, returns, returned, returning. */
    STEM {
        @Override
        String of(String token) {
            return stem(bare(token));
        }

        @Override
        Stream<String> inflections(String form) {
            String last = form.substring(form.length() - 1);
            Stream<String> doubled =
                    DOUBLED.contains(last) ? Stream.of(last, last + "s", last + "ed", last + "ing") : Stream.empty();
            Stream<String> regular = Stream.concat(ENDINGS.stream(), doubled).map(ending -> form + ending);
            String stump = form.substring(0, form.length() - 1);
            return last.equals("i") ? Y_ENDINGS.stream().map(ending -> stump + ending) : regular;
        }
    };

    private static final List<String> ENDINGS = List.of("", "e", "s", "es", "ed", "ing", "'s");
    private static final List<String> Y_ENDINGS = List.of("y", "ies", "ied", "ying", "y's");

    /** These letters are often written twice before an ending: shipped, calling. */
    private static final String DOUBLED = "bdglmnprt";

    private static final List<String> PUNCTUATION = List.of("", ".", ",", "?", "!");

    /** Returns the word in a token, which is a run of characters other than blanks; empty if there is none. */
    abstract String of(String token);

    /** Returns words in lower case that may be forms of the given one; those that turn out not to be do no harm. */
    abstract Stream<String> inflections(String form);

    /** Returns the spellings in which a token's word is likely to come up again. The common cases are enough. */
    Set<String> spellings(String token) {
        String word = bare(token);
        String form = of(token);
        Set<String> all = new LinkedHashSet<>(List.of(token));
        Stream<String> cases = Stream.of(word, capitalised(word), word.toUpperCase(Locale.ROOT));
        Stream.concat(cases, inflections(form)).forEach(s -> PUNCTUATION.forEach(mark -> all.add(s + mark)));
        all.removeIf(spelling -> !of(spelling).equals(form));
        return all;
    }

    private static String capitalised(String word) {
        int first = word.offsetByCodePoints(0, 1);
        return word.substring(0, first).toUpperCase(Locale.ROOT) + word.substring(first);
    }

    /** Returns a token in lower case, without what stands before its first and after its last letter or digit. */
    private static String bare(String token) {
        String lower = token.toLowerCase(Locale.ROOT).replace('\u2019', '\'');
        int begin = 0;
        int end = lower.length();
        while (begin < end && !Character.isLetterOrDigit(lower.codePointAt(begin))) {
            begin += Character.charCount(lower.codePointAt(begin));
        }
        while (end > begin && !Character.isLetterOrDigit(lower.codePointBefore(end))) {
            end -= Character.charCount(lower.codePointBefore(end));
        }
        return lower.substring(begin, end);
    }

    /**
     * Takes common English endings off. It need not be right, only the same for words of one family; each rule leaves at least
     * three letters.
     */
    private static String stem(String word) {
        String stem = without(word, "'s", 1);
        if (stem.length() > 4 && (stem.endsWith("ies") || stem.endsWith("ied"))) {
            stem = stem.substring(0, stem.length() - 3) + "y";
        } else if (!stem.endsWith("ss") && !stem.endsWith("us") && !stem.endsWith("is")) {
            stem = without(stem, "s", 3);
        }
        String shorter = without(stem, "ing", 3);
        stem = shorter.equals(stem) ? without(stem, "ed", 3) : shorter;
        int last = stem.length() - 1;
        boolean doubled =
                last >= 3 && stem.charAt(last) == stem.charAt(last - 1) && DOUBLED.indexOf(stem.charAt(last)) >= 0;
        stem = without(doubled ? stem.substring(0, last) : stem, "e", 3);
        return stem.length() > 3 && stem.endsWith("y") ? stem.substring(0, stem.length() - 1) + "i" : stem;
    }

    private static String without(String word, String ending, int atLeast) {
        boolean fits = word.endsWith(ending) && word.length() - ending.length() >= atLeast;
        return fits ? word.substring(0, word.length() - ending.length()) : word;
    }
}
