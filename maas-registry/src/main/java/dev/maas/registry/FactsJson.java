package dev.maas.registry;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonPrimitive;
import dev.maas.IntegrityException;
import dev.maas.InvalidInputException;
import dev.maas.Lineage;
import dev.maas.ModelMetadata;
import dev.maas.registry.format.Fields;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;

/** The written form of {@link Facts}. What a publisher did not say is left out, so that equal facts are equal bytes. */
final class FactsJson {
    private FactsJson() {}

    static JsonObject write(Facts facts) {
        ModelMetadata metadata = facts.metadata();
        JsonObject json = new JsonObject();
        json.addProperty("entry", facts.entry());
        json.add("signature", SignatureJson.write(facts.signature()));
        if (!metadata.description().isEmpty()) {
            json.addProperty("description", metadata.description());
        }
        metadata.semanticVersion().ifPresent(text -> json.addProperty("semanticVersion", text));
        metadata.engine().ifPresent(text -> json.addProperty("engine", text));
        addUnlessEmpty(json, "tags", array(new TreeSet<>(metadata.tags())));
        addUnlessEmpty(json, "properties", texts(metadata.properties()));
        JsonObject columns = new JsonObject();
        metadata.columns().forEach((tensor, names) -> columns.add(tensor, array(names)));
        addUnlessEmpty(json, "columns", columns);
        addUnlessEmpty(json, "lineage", lineage(metadata.lineage()));
        return json;
    }

    private static void addUnlessEmpty(JsonObject json, String name, JsonElement value) {
        boolean empty = value instanceof JsonObject object
                ? object.isEmpty()
                : value.getAsJsonArray().isEmpty();
        if (!empty) {
            json.add(name, value);
        }
    }

    static JsonArray array(Iterable<String> texts) {
        JsonArray array = new JsonArray();
        texts.forEach(array::add);
        return array;
    }

    private static JsonObject texts(Map<String, String> texts) {
        JsonObject json = new JsonObject();
        texts.forEach(json::addProperty);
        return json;
    }

    private static JsonObject lineage(Lineage lineage) {
        JsonObject json = new JsonObject();
        lineage.dataDigest().ifPresent(text -> json.addProperty("dataDigest", text));
        lineage.parentVersion().ifPresent(number -> json.addProperty("parentVersion", number));
        lineage.codeRevision().ifPresent(text -> json.addProperty("codeRevision", text));
        lineage.producer().ifPresent(text -> json.addProperty("producer", text));
        JsonObject metrics = new JsonObject();
        lineage.metrics().forEach(metrics::addProperty);
        addUnlessEmpty(json, "metrics", metrics);
        return json;
    }

    /**
     * Reads what {@link #write} wrote.
     *
     * @throws IntegrityException if it is not that
     */
    static Facts read(JsonObject json, String what) {
        Fields fields = new Fields(json, what);
        try {
            return new Facts(fields.string("entry"), SignatureJson.read(fields.object("signature")), metadata(fields));
        } catch (InvalidInputException | IllegalArgumentException e) {
            throw new IntegrityException(what + " is not sound: " + e.getMessage(), e);
        }
    }

    private static ModelMetadata metadata(Fields fields) {
        ModelMetadata.Builder builder = ModelMetadata.builder().description(fields.stringOr("description", ""));
        fields.optionalString("semanticVersion").ifPresent(builder::semanticVersion);
        fields.optionalString("engine").ifPresent(builder::engine);
        fields.stringsOrNone("tags").forEach(builder::tag);
        fields.texts("properties").forEach(builder::property);
        if (fields.has("columns")) {
            Fields columns = fields.object("columns");
            for (String tensor : columns.raw().keySet()) {
                builder.columns(tensor, columns.strings(tensor));
            }
        }
        if (fields.has("lineage")) {
            builder.lineage(lineage(fields.object("lineage")));
        }
        return builder.build();
    }

    private static Lineage lineage(Fields fields) {
        Lineage lineage = Lineage.unknown();
        if (fields.has("dataDigest")) {
            lineage = lineage.withDataDigest(fields.string("dataDigest"));
        }
        if (fields.has("parentVersion")) {
            lineage = lineage.withParentVersion(fields.number("parentVersion"));
        }
        if (fields.has("codeRevision")) {
            lineage = lineage.withCodeRevision(fields.string("codeRevision"));
        }
        if (fields.has("producer")) {
            lineage = lineage.withProducer(fields.string("producer"));
        }
        if (fields.has("metrics")) {
            Fields metrics = fields.object("metrics");
            for (Map.Entry<String, JsonElement> metric : metrics.raw().entrySet()) {
                if (!(metric.getValue() instanceof JsonPrimitive value) || !value.isNumber()) {
                    throw metrics.wrong(metric.getKey(), "is not a number");
                }
                lineage = lineage.withMetric(metric.getKey(), value.getAsDouble());
            }
        }
        return lineage;
    }

    /** Returns metadata with other tags, properties and description. */
    static ModelMetadata edited(
            ModelMetadata metadata, List<String> tags, Map<String, String> properties, String description) {
        ModelMetadata.Builder builder =
                ModelMetadata.builder().description(description).lineage(metadata.lineage());
        metadata.semanticVersion().ifPresent(builder::semanticVersion);
        metadata.engine().ifPresent(builder::engine);
        metadata.columns().forEach(builder::columns);
        tags.forEach(builder::tag);
        properties.forEach(builder::property);
        return builder.build();
    }
}
