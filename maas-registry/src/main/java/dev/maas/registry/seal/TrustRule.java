package dev.maas.registry.seal;

import dev.maas.InvalidInputException;
import java.util.List;
import java.util.regex.Pattern;

/**
 * One rule of a trust policy. Immutable.
 *
 * @param pattern the names of the models that it is for, with {@code *} for any characters
 * @param kind what it asks
 * @param count how many signers must have signed
 * @param names who may sign
 */
record TrustRule(String pattern, Kind kind, int count, List<String> names) {
    private static final Pattern SOUND = Pattern.compile("[a-z0-9._*-]{1,64}");

    /** What a rule asks. */
    enum Kind {
        REQUIRED,
        IF_SIGNED,
        UNSIGNED
    }

    TrustRule {
        if (!SOUND.matcher(pattern).matches() || pattern.contains("**")) {
            throw new InvalidInputException("A pattern is a model's name in which '*' stands for any characters; got '"
                    + ModelStatement.shown(pattern) + "'");
        }
    }

    /** Returns whether the rule is for a model; takes time in proportion to the two lengths' product at most. */
    boolean fits(String model) {
        String[] parts = pattern.split("\\*", -1);
        String first = parts[0];
        String last = parts[parts.length - 1];
        if (parts.length == 1) {
            return model.equals(pattern);
        }
        if (model.length() < first.length() + last.length() || !model.startsWith(first) || !model.endsWith(last)) {
            return false;
        }
        int position = first.length();
        int end = model.length() - last.length();
        for (int i = 1; i < parts.length - 1; i++) {
            int found = model.indexOf(parts[i], position);
            if (found < 0 || found + parts[i].length() > end) {
                return false;
            }
            position = found + parts[i].length();
        }
        return true;
    }

    @Override
    public String toString() {
        return switch (kind) {
            case REQUIRED -> "'" + pattern + "': " + count + " of " + names;
            case IF_SIGNED -> "'" + pattern + "': if signed, by one of " + names;
            case UNSIGNED -> "'" + pattern + "': unsigned";
        };
    }
}
