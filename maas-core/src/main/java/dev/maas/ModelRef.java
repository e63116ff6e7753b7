package dev.maas;

import java.util.Objects;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A reference to a model, or to one of its versions.
 *
 * <p>Written {@code name} (the newest version), {@code name:7} (a version), {@code name:1.4.2} (a semantic version),
 * {@code name:^1.4} (the newest in a range of semantic versions), {@code name@alias}, or {@code name@sha256:…} (the
 * digest of a version's manifest). Immutable and safe for use by any thread.
 */
public final class ModelRef {
    private static final Pattern NAME = Pattern.compile("[a-z0-9][a-z0-9._-]{0,63}");
    private static final Pattern DIGITS = Pattern.compile("[0-9]+");
    /** Semantic Versioning 2.0.0: no number with leading zeros, no empty identifier. */
    private static final Pattern SEMANTIC = Pattern.compile("(0|[1-9]\\d*)\\.(0|[1-9]\\d*)\\.(0|[1-9]\\d*)"
            + "(-(0|[1-9]\\d*|\\d*[A-Za-z-][0-9A-Za-z-]*)(\\.(0|[1-9]\\d*|\\d*[A-Za-z-][0-9A-Za-z-]*))*)?"
            + "(\\+[0-9A-Za-z-]+(\\.[0-9A-Za-z-]+)*)?");

    private static final Pattern RANGE = Pattern.compile("[\\^~><=0-9][0-9A-Za-z.*+^~><=|, -]*");
    private static final Pattern HEX = Pattern.compile("[0-9a-f]{64}");
    private static final Pattern UNPRINTABLE = Pattern.compile("[\\p{C}\\p{Zl}\\p{Zp}]");
    private static final String DIGEST_PREFIX = "sha256:";
    private static final int LONGEST_SEMANTIC = 128;
    private static final int SHOWN_LENGTH = 80;
    private static final String FORMS = "name, name:7, name:1.4.2, name:^1.4, name@alias or name@sha256:…";

    private final String name;
    private final Selector selector;

    private ModelRef(String name, Selector selector) {
        this.name = requireName(name, "model");
        this.selector = selector;
    }

    /** Which of a model's versions is meant. Implementations are immutable. */
    public sealed interface Selector {
        /** Returns the part of the reference behind the name, with its {@code :} or {@code @}; empty for the newest. */
        String suffix();
    }

    /** The newest version that was not withdrawn. */
    public record Newest() implements Selector {
        @Override
        public String suffix() {
            return "";
        }
    }

    /**
     * The version of that number.
     *
     * @param number 1 or more
     */
    public record Version(int number) implements Selector {
        /** Checks the number. */
        public Version {
            if (number < 1) {
                throw new InvalidInputException("Versions are numbered from 1; got " + number);
            }
        }

        @Override
        public String suffix() {
            return ":" + number;
        }
    }

    /**
     * The version with that semantic version.
     *
     * @param version such as {@code 1.4.2}, by the rules of Semantic Versioning 2.0.0, at most 128 characters
     */
    public record SemanticVersion(String version) implements Selector {
        /** Checks the form. */
        public SemanticVersion {
            if (!isSemantic(version)) {
                throw new InvalidInputException(
                        "A semantic version is written like 1.4.2, 1.4.2-rc.1 or 1.4.2+build.5; got '" + shown(version)
                                + "'");
            }
        }

        @Override
        public String suffix() {
            return ":" + version;
        }
    }

    /**
     * The newest version whose semantic version is in that range.
     *
     * @param range such as {@code ^1.4}, at most 128 characters
     */
    public record SemanticRange(String range) implements Selector {
        /** Checks the characters; the registry reads the range. */
        public SemanticRange {
            if (!isRange(range)) {
                throw new InvalidInputException(
                        "A range of semantic versions is written like ^1.4, ~1.4.2 or >=1.2 <2; got '" + shown(range)
                                + "'");
            }
        }

        @Override
        public String suffix() {
            return ":" + range;
        }
    }

    /**
     * The version to which that alias points.
     *
     * @param alias such as {@code champion}
     */
    public record Alias(String alias) implements Selector {
        /** Checks the alias. */
        public Alias {
            requireName(alias, "alias");
        }

        @Override
        public String suffix() {
            return "@" + alias;
        }
    }

    /**
     * The version whose manifest has that digest.
     *
     * @param hex the SHA-256 in 64 lower-case hexadecimal digits
     */
    public record Digest(String hex) implements Selector {
        /** Checks the digits. */
        public Digest {
            if (!HEX.matcher(hex).matches()) {
                throw new InvalidInputException("A digest is written " + DIGEST_PREFIX
                        + " and 64 lower-case hexadecimal digits; got '" + shown(hex) + "'");
            }
        }

        @Override
        public String suffix() {
            return "@" + DIGEST_PREFIX + hex;
        }
    }

    /**
     * Returns a reference to the newest version of a model.
     *
     * @throws InvalidInputException if a model cannot have that name
     */
    public static ModelRef of(String name) {
        return new ModelRef(name, new Newest());
    }

    /**
     * Returns a reference to a numbered version.
     *
     * @throws InvalidInputException if a model cannot have that name, or the number is below 1
     */
    public static ModelRef of(String name, int version) {
        return new ModelRef(name, new Version(version));
    }

    /**
     * Returns a reference to what an alias points to.
     *
     * @throws InvalidInputException if a model or an alias cannot have that name
     */
    public static ModelRef ofAlias(String name, String alias) {
        return new ModelRef(name, new Alias(alias));
    }

    /**
     * Reads a reference in any of the forms that the class describes.
     *
     * @throws InvalidInputException if the text has none of them
     */
    public static ModelRef parse(String text) {
        int at = text.indexOf('@');
        int colon = text.indexOf(':');
        if (at >= 0 && (colon < 0 || at < colon)) {
            return new ModelRef(text.substring(0, at), aliasOrDigest(text.substring(at + 1)));
        }
        if (colon >= 0) {
            return new ModelRef(text.substring(0, colon), version(text.substring(colon + 1), text));
        }
        return of(text);
    }

    private static Selector aliasOrDigest(String part) {
        return part.startsWith(DIGEST_PREFIX) ? new Digest(part.substring(DIGEST_PREFIX.length())) : new Alias(part);
    }

    private static Selector version(String part, String whole) {
        if (part.length() <= LONGEST_SEMANTIC && DIGITS.matcher(part).matches()) {
            return numbered(part);
        }
        if (isSemantic(part)) {
            return new SemanticVersion(part);
        }
        if (isRange(part)) {
            return new SemanticRange(part);
        }
        throw new InvalidInputException("A reference is written " + FORMS + "; got '" + shown(whole) + "'");
    }

    private static Version numbered(String digits) {
        try {
            if (!digits.startsWith("0")) {
                return new Version(Integer.parseInt(digits));
            }
        } catch (NumberFormatException e) {
            // Refused below, as a number without a version.
        }
        throw new InvalidInputException("Versions are numbered from 1 to " + Integer.MAX_VALUE
                + ", without leading zeros; got '" + shown(digits) + "'");
    }

    /** The length comes first: a pattern with repeated groups takes stack for each repetition. */
    private static boolean isSemantic(String version) {
        return version.length() <= LONGEST_SEMANTIC && SEMANTIC.matcher(version).matches();
    }

    private static boolean isRange(String range) {
        return range.length() <= LONGEST_SEMANTIC
                && RANGE.matcher(range).matches()
                && !DIGITS.matcher(range).matches();
    }

    /**
     * Returns the name if it is a valid name for a model or an alias: 1 to 64 of {@code a-z}, {@code 0-9}, {@code .},
     * {@code _} and {@code -}, the first a letter or digit, without {@code ..}.
     *
     * @param kind what it names, for the message: {@code model} or {@code alias}
     * @throws InvalidInputException if it is not
     */
    public static String requireName(String name, String kind) {
        if (!NAME.matcher(name).matches() || name.contains("..")) {
            throw new InvalidInputException(
                    "The " + kind + " name '" + shown(name)
                            + "' is not valid: expected 1 to 64 of a-z, 0-9, '.', '_' and '-', the first a letter or digit, without '..'");
        }
        return name;
    }

    /** A hostile name may be long, or move the cursor or the reading direction; neither belongs into a log. */
    private static String shown(String text) {
        boolean cut = text.length() > SHOWN_LENGTH;
        // A character cut in two is unprintable, too.
        String start = cut ? text.substring(0, SHOWN_LENGTH) : text;
        return UNPRINTABLE.matcher(start).replaceAll("?") + (cut ? "…" : "");
    }

    /** Returns the model's name. */
    public String name() {
        return name;
    }

    /** Returns which version is meant. */
    public Selector selector() {
        return selector;
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof ModelRef ref && name.equals(ref.name) && selector.equals(ref.selector);
    }

    @Override
    public int hashCode() {
        return Objects.hash(name, selector);
    }

    /** Returns the written form, which {@link #parse} reads. */
    @Override
    public String toString() {
        return name + selector.suffix();
    }
}
