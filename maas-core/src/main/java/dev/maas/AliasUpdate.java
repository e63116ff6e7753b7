package dev.maas;

import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/**
 * An order to move or remove an alias, if need be only as long as it points where the caller thinks it does.
 *
 * <p>Immutable and safe for use by any thread.
 *
 * <pre>{@code
 * registry.alias(AliasUpdate.of("spam", "champion", 7).expecting(6).because("better recall"));
 * }</pre>
 */
public final class AliasUpdate {
    /** The expectation that the alias does not exist yet. */
    private static final int ABSENT = 0;

    private static final int ANYTHING = -1;

    private final String name;
    private final String alias;
    private final int version;
    private final int expected;
    private final @Nullable String who;
    private final String why;

    private AliasUpdate(String name, String alias, int version, int expected, @Nullable String who, String why) {
        this.name = ModelRef.requireName(name, "model");
        this.alias = ModelRef.requireName(alias, "alias");
        this.version = version;
        this.expected = expected;
        this.who = who;
        this.why = why;
    }

    /**
     * Returns the order to point an alias to a version, wherever it points now.
     *
     * @throws InvalidInputException if a model or an alias cannot have that name, or the number is below 1
     */
    public static AliasUpdate of(String name, String alias, int version) {
        return new AliasUpdate(name, alias, new ModelRef.Version(version).number(), ANYTHING, null, "");
    }

    /** Returns the order to remove an alias, wherever it points now; errors as for {@link #of}. */
    public static AliasUpdate removal(String name, String alias) {
        return new AliasUpdate(name, alias, 0, ANYTHING, null, "");
    }

    /**
     * Returns this order on the condition that the alias points to that version now, in place of an earlier condition.
     *
     * @throws InvalidInputException if the number is below 1
     */
    public AliasUpdate expecting(int currentVersion) {
        return new AliasUpdate(name, alias, version, new ModelRef.Version(currentVersion).number(), who, why);
    }

    /** Returns this order on the condition that there is no such alias now, in place of an earlier condition. */
    public AliasUpdate expectingNone() {
        return new AliasUpdate(name, alias, version, ABSENT, who, why);
    }

    /** Returns this order in somebody's name; otherwise it is the registry's own configured name. */
    public AliasUpdate by(String newWho) {
        return new AliasUpdate(name, alias, version, expected, Objects.requireNonNull(newWho, "who"), why);
    }

    /** Returns this order with a reason for the history. */
    public AliasUpdate because(String newWhy) {
        return new AliasUpdate(name, alias, version, expected, who, Objects.requireNonNull(newWhy, "why"));
    }

    /** Returns the model's name. */
    public String name() {
        return name;
    }

    /** Returns the alias. */
    public String alias() {
        return alias;
    }

    /** Returns the version to point to; empty to remove the alias. */
    public OptionalInt version() {
        return version == 0 ? OptionalInt.empty() : OptionalInt.of(version);
    }

    /** Returns whether the order holds only for a certain present state. */
    public boolean isConditional() {
        return expected != ANYTHING;
    }

    /** Returns where the alias must point now; empty if there must be none. Means nothing if not conditional. */
    public OptionalInt expected() {
        return expected > ABSENT ? OptionalInt.of(expected) : OptionalInt.empty();
    }

    /** Returns who orders it, if that was given. */
    public Optional<String> who() {
        return Optional.ofNullable(who);
    }

    /** Returns the reason; empty if none was given. */
    public String why() {
        return why;
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof AliasUpdate update
                && name.equals(update.name)
                && alias.equals(update.alias)
                && version == update.version
                && expected == update.expected
                && Objects.equals(who, update.who)
                && why.equals(update.why);
    }

    @Override
    public int hashCode() {
        return Objects.hash(name, alias, version, expected, who, why);
    }

    @Override
    public String toString() {
        String condition = switch (expected) {
            case ANYTHING -> "anything";
            case ABSENT -> "none";
            default -> Integer.toString(expected);
        };
        return "AliasUpdate[name=" + name + ", alias=" + alias + ", version="
                + (version == 0 ? "none" : Integer.toString(version)) + ", expected=" + condition + ", who=" + who
                + ", why=" + why + "]";
    }
}
