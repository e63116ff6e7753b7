package dev.maas;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * An order to withdraw or delete a version, to take either back, or to edit what is said about it.
 *
 * <p>Immutable and safe for use by any thread.
 *
 * <pre>{@code
 * registry.update(VersionUpdate.yank("spam", 7).because("trained on leaked data"));
 * registry.update(VersionUpdate.edit("spam", 8).tag("reviewed").withoutTag("new").property("owner", "risk"));
 * }</pre>
 */
public final class VersionUpdate {
    private final String name;
    private final int version;
    private final Action action;
    private final Set<String> addedTags;
    private final Set<String> removedTags;
    private final Map<String, Optional<String>> properties;
    private final @Nullable String description;
    private final @Nullable String who;
    private final String why;

    /** What is to be done. */
    public enum Action {
        /** Withdraw the version: it is never the newest any more, nor in a range. */
        YANK,
        /** Put a withdrawn version back. */
        UNYANK,
        /** Delete the version; it can be restored until the registry's retention time has passed. */
        DELETE,
        /** Restore a deleted version. */
        RESTORE,
        /** Change tags, properties or the description. */
        EDIT
    }

    private VersionUpdate(
            String name,
            int version,
            Action action,
            Set<String> addedTags,
            Set<String> removedTags,
            Map<String, Optional<String>> properties,
            @Nullable String description,
            @Nullable String who,
            String why) {
        this.name = ModelRef.requireName(name, "model");
        this.version = new ModelRef.Version(version).number();
        this.action = action;
        this.addedTags = addedTags;
        this.removedTags = removedTags;
        this.properties = properties;
        this.description = description;
        this.who = who;
        this.why = why;
    }

    private static VersionUpdate of(String name, int version, Action action) {
        return new VersionUpdate(name, version, action, Set.of(), Set.of(), Map.of(), null, null, "");
    }

    /** Returns the order to withdraw a version. */
    public static VersionUpdate yank(String name, int version) {
        return of(name, version, Action.YANK);
    }

    /** Returns the order to put a withdrawn version back. */
    public static VersionUpdate unyank(String name, int version) {
        return of(name, version, Action.UNYANK);
    }

    /** Returns the order to delete a version. */
    public static VersionUpdate delete(String name, int version) {
        return of(name, version, Action.DELETE);
    }

    /** Returns the order to restore a deleted version. */
    public static VersionUpdate restore(String name, int version) {
        return of(name, version, Action.RESTORE);
    }

    /** Returns the order to edit what is said about a version; the methods that follow say what. */
    public static VersionUpdate edit(String name, int version) {
        return of(name, version, Action.EDIT);
    }

    /**
     * Returns this edit with a tag to add.
     *
     * @throws InvalidInputException if the tag is blank, or this is no edit
     */
    public VersionUpdate tag(String tag) {
        requireEdit();
        if (tag.isBlank()) {
            throw new InvalidInputException("A tag is not blank");
        }
        return new VersionUpdate(
                name,
                version,
                action,
                with(addedTags, tag),
                without(removedTags, tag),
                properties,
                description,
                who,
                why);
    }

    /**
     * Returns this edit with a tag to remove.
     *
     * @throws InvalidInputException if this is no edit
     */
    public VersionUpdate withoutTag(String tag) {
        requireEdit();
        return new VersionUpdate(
                name,
                version,
                action,
                without(addedTags, tag),
                with(removedTags, tag),
                properties,
                description,
                who,
                why);
    }

    /**
     * Returns this edit with a property to set.
     *
     * @throws InvalidInputException if this is no edit
     */
    public VersionUpdate property(String key, String value) {
        return property(key, Optional.of(value));
    }

    /**
     * Returns this edit with a property to remove.
     *
     * @throws InvalidInputException if this is no edit
     */
    public VersionUpdate withoutProperty(String key) {
        return property(key, Optional.empty());
    }

    private VersionUpdate property(String key, Optional<String> value) {
        requireEdit();
        Map<String, Optional<String>> more = new LinkedHashMap<>(properties);
        more.put(Objects.requireNonNull(key, "key"), value);
        return new VersionUpdate(
                name,
                version,
                action,
                addedTags,
                removedTags,
                Collections.unmodifiableMap(more),
                description,
                who,
                why);
    }

    /**
     * Returns this edit with a new description.
     *
     * @throws InvalidInputException if this is no edit
     */
    public VersionUpdate description(String text) {
        requireEdit();
        return new VersionUpdate(
                name, version, action, addedTags, removedTags, properties, Objects.requireNonNull(text), who, why);
    }

    private void requireEdit() {
        if (action != Action.EDIT) {
            throw new InvalidInputException(
                    "Tags, properties and the description change by VersionUpdate.edit(…); this is an order to "
                            + action);
        }
    }

    private static Set<String> with(Set<String> set, String item) {
        Set<String> more = new LinkedHashSet<>(set);
        more.add(Objects.requireNonNull(item));
        return Collections.unmodifiableSet(more);
    }

    private static Set<String> without(Set<String> set, String item) {
        Set<String> fewer = new LinkedHashSet<>(set);
        fewer.remove(item);
        return Collections.unmodifiableSet(fewer);
    }

    /** Returns this order in somebody's name; otherwise it is the registry's own configured name. */
    public VersionUpdate by(String newWho) {
        return new VersionUpdate(
                name,
                version,
                action,
                addedTags,
                removedTags,
                properties,
                description,
                Objects.requireNonNull(newWho),
                why);
    }

    /** Returns this order with a reason for the history. */
    public VersionUpdate because(String newWhy) {
        return new VersionUpdate(
                name,
                version,
                action,
                addedTags,
                removedTags,
                properties,
                description,
                who,
                Objects.requireNonNull(newWhy));
    }

    /** Returns the model's name. */
    public String name() {
        return name;
    }

    /** Returns the version's number. */
    public int version() {
        return version;
    }

    /** Returns what is to be done. */
    public Action action() {
        return action;
    }

    /** Returns the tags to add. */
    public Set<String> addedTags() {
        return addedTags;
    }

    /** Returns the tags to remove. */
    public Set<String> removedTags() {
        return removedTags;
    }

    /** Returns the properties to set; empty values are to be removed. */
    public Map<String, Optional<String>> properties() {
        return properties;
    }

    /** Returns the new description, if there is one. */
    public Optional<String> description() {
        return Optional.ofNullable(description);
    }

    /** Returns who orders it, if that was given. */
    public Optional<String> who() {
        return Optional.ofNullable(who);
    }

    /** Returns the reason; empty if none was given. */
    public String why() {
        return why;
    }
}
