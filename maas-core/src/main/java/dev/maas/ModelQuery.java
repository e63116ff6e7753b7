package dev.maas;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

/**
 * Which versions a search asks for: all that meet every condition given.
 *
 * <p>Immutable and safe for use by any thread; each method returns a query with one condition more.
 *
 * <pre>{@code
 * registry.search(ModelQuery.all().nameContaining("spam").tag("reviewed"), Page.Request.first(50));
 * }</pre>
 */
public final class ModelQuery {
    private static final ModelQuery ALL = new ModelQuery("", Set.of(), Map.of(), false);

    private final String namePart;
    private final Set<String> tags;
    private final Map<String, String> properties;
    private final boolean newestOnly;

    private ModelQuery(String namePart, Set<String> tags, Map<String, String> properties, boolean newestOnly) {
        this.namePart = namePart;
        this.tags = tags;
        this.properties = properties;
        this.newestOnly = newestOnly;
    }

    /** Returns the query for every version of every model. */
    public static ModelQuery all() {
        return ALL;
    }

    /** Returns this query for models whose name contains a text. */
    public ModelQuery nameContaining(String text) {
        return new ModelQuery(Objects.requireNonNull(text), tags, properties, newestOnly);
    }

    /** Returns this query for versions that have a tag, besides those asked for before. */
    public ModelQuery tag(String tag) {
        Set<String> more = new LinkedHashSet<>(tags);
        more.add(Objects.requireNonNull(tag));
        return new ModelQuery(namePart, Collections.unmodifiableSet(more), properties, newestOnly);
    }

    /** Returns this query for versions whose property has a value. */
    public ModelQuery property(String key, String value) {
        Map<String, String> more = new LinkedHashMap<>(properties);
        more.put(Objects.requireNonNull(key), Objects.requireNonNull(value));
        return new ModelQuery(namePart, tags, Collections.unmodifiableMap(more), newestOnly);
    }

    /** Returns this query for no more than the newest version of each model that was not withdrawn. */
    public ModelQuery newestOnly() {
        return new ModelQuery(namePart, tags, properties, true);
    }

    /** Returns whether only the newest version of each model is asked for. */
    public boolean isNewestOnly() {
        return newestOnly;
    }

    /** Returns whether a model of that name can meet the query. */
    public boolean matchesName(String name) {
        return name.contains(namePart);
    }

    /** Returns whether a version meets every condition on itself; whether it is the newest, the version does not know. */
    public boolean matches(ModelVersion version) {
        return matchesName(version.name())
                && version.metadata().tags().containsAll(tags)
                && version.metadata().properties().entrySet().containsAll(properties.entrySet());
    }
}
