package dev.maas;

import java.util.Objects;
import java.util.regex.Matcher;
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
    private static final Pattern NUMBER = Pattern.compile("[1-9][0-9]{0,8}");
    private static final Pattern SEMANTIC = Pattern.compile(
            "(0|[1-9][0-9]*)\\.(0|[1-9][0-9]*)\\.(0|[1-9][0-9]*)(-[0-9A-Za-z.-]+)?(\\+[0-9A-Za-z.-]+)?");
    private static final Pattern RANGE = Pattern.compile("[\\^~><=0-9][0-9A-Za-z.*+^~><=|, -]{0,127}");
    private static final Pattern DIGEST = Pattern.compile("sha256:([0-9a-f]{64})");
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
     * @param version such as {@code 1.4.2}
     */
    public record SemanticVersion(String version) implements Selector {
        @Override
        public String suffix() {
            return ":" + version;
        }
    }

    /**
     * The newest version whose semantic version is in that range.
     *
     * @param range such as {@code ^1.4}
     */
    public record SemanticRange(String range) implements Selector {
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
        @Override
        public String suffix() {
            return "@sha256:" + hex;
        }
    }

    /** Returns a reference to the newest version of a model. */
    public static ModelRef of(String name) {
        return new ModelRef(name, new Newest());
    }

    /** Returns a reference to a numbered version. */
    public static ModelRef of(String name, int version) {
        return new ModelRef(name, new Version(version));
    }

    /** Returns a reference to what an alias points to. */
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
        Matcher digest = DIGEST.matcher(part);
        return digest.matches() ? new Digest(digest.group(1)) : new Alias(part);
    }

    private static Selector version(String part, String whole) {
        if (NUMBER.matcher(part).matches()) {
            return new Version(Integer.parseInt(part));
        }
        if (SEMANTIC.matcher(part).matches()) {
            return new SemanticVersion(part);
        }
        if (RANGE.matcher(part).matches()) {
            return new SemanticRange(part);
        }
        throw new InvalidInputException("A reference is written " + FORMS + "; got '" + shown(whole) + "'");
    }

    /**
     * Returns the name if it is a valid name for a model or an alias.
     *
     * @param kind what it names, for the message
     * @throws InvalidInputException if it is not
     */
    public static String requireName(String name, String kind) {
        if (!NAME.matcher(name).matches() || name.contains("..")) {
            throw new InvalidInputException("The name of a " + kind
                    + " has up to 64 of a-z, 0-9, '.', '_' and '-', begins with a letter or digit, and has no '..'; got '"
                    + shown(name) + "'");
        }
        return name;
    }

    /** A hostile name may be long or hold control characters; neither belongs into a log. */
    private static String shown(String text) {
        String printable = text.replaceAll("\\p{Cntrl}", "?");
        return printable.length() <= 80 ? printable : printable.substring(0, 80) + "…";
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
