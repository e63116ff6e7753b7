package dev.maas.cli;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonNull;
import com.google.gson.JsonObject;
import com.google.gson.JsonPrimitive;
import dev.maas.AliasChange;
import dev.maas.Lineage;
import dev.maas.ModelMetadata;
import dev.maas.ModelVersion;
import dev.maas.RegistryEvent;
import dev.maas.tensor.Signature;
import dev.maas.tensor.TensorSpec;
import dev.maas.tensor.ValueSpec;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalInt;
import java.util.function.Function;

/**
 * The documents for what a registry holds. Their shape is a promise: keys are never left out, and what is not known is null. The methods
 * have no state and are safe for use by any thread.
 */
final class VersionJson {
    private VersionJson() {}

    /** Returns the document of a version. */
    static JsonObject version(ModelVersion version, Collection<String> aliases) {
        JsonObject document = new JsonObject();
        ModelMetadata metadata = version.metadata();
        document.addProperty("ref", version.ref().toString());
        document.addProperty("name", version.name());
        document.addProperty("version", version.number());
        document.add(
                "semanticVersion", JsonText.orNull(metadata.semanticVersion().orElse(null)));
        document.add("aliases", texts(aliases));
        document.addProperty("digest", version.digest());
        document.addProperty("bytes", version.byteSize());
        document.addProperty("publishedAt", version.publishedAt().toString());
        document.addProperty("publisher", version.publisher());
        document.addProperty("withdrawn", version.yanked());
        document.add("signature", signature(version.signature()));
        document.addProperty("description", metadata.description());
        document.add("tags", texts(metadata.tags()));
        document.add("properties", map(metadata.properties(), JsonPrimitive::new));
        document.add("columns", map(metadata.columns(), VersionJson::texts));
        document.add("engine", JsonText.orNull(metadata.engine().orElse(null)));
        document.add("lineage", lineage(metadata.lineage()));
        return document;
    }

    private static JsonObject lineage(Lineage lineage) {
        JsonObject document = new JsonObject();
        document.add("dataDigest", JsonText.orNull(lineage.dataDigest().orElse(null)));
        document.add("parentVersion", number(lineage.parentVersion()));
        document.add("codeRevision", JsonText.orNull(lineage.codeRevision().orElse(null)));
        document.add("producer", JsonText.orNull(lineage.producer().orElse(null)));
        document.add("metrics", map(lineage.metrics(), JsonPrimitive::new));
        return document;
    }

    /** Returns the document of a signature. */
    static JsonObject signature(Signature signature) {
        JsonObject document = new JsonObject();
        document.add("inputs", values(signature.inputs()));
        document.add("outputs", values(signature.outputs()));
        return document;
    }

    private static JsonArray values(List<? extends ValueSpec> specs) {
        JsonArray values = new JsonArray();
        for (ValueSpec spec : specs) {
            JsonObject value = new JsonObject();
            value.addProperty("name", spec.name());
            value.addProperty("type", spec.typeText());
            boolean tensor = spec instanceof TensorSpec;
            value.add("datatype", JsonText.orNull(tensor ? Datatypes.name(((TensorSpec) spec).elementType()) : null));
            value.add("shape", tensor ? shape((TensorSpec) spec) : JsonNull.INSTANCE);
            values.add(value);
        }
        return values;
    }

    /** Returns the sizes of a shape, -1 where one is free; null if not even their number is known. */
    static JsonElement shape(TensorSpec spec) {
        if (!spec.shape().isRankKnown()) {
            return JsonNull.INSTANCE;
        }
        JsonArray sizes = new JsonArray();
        for (long size : spec.shape().sizes()) {
            sizes.add(size);
        }
        return sizes;
    }

    /** Returns the document of an entry of a history. */
    static JsonObject event(RegistryEvent event) {
        JsonObject document = new JsonObject();
        document.addProperty("sequence", event.sequence());
        document.addProperty("kind", event.kind().name().toLowerCase(Locale.ROOT));
        document.addProperty("subject", event.subject());
        document.addProperty("at", event.at().toString());
        document.addProperty("who", event.who());
        document.addProperty("why", event.why());
        return document;
    }

    /** Returns the document of an entry of a history, with the model's name. */
    static JsonObject namedEvent(RegistryEvent event) {
        JsonObject document = new JsonObject();
        document.addProperty("name", event.name());
        event(event).entrySet().forEach(member -> document.add(member.getKey(), member.getValue()));
        return document;
    }

    /** Returns the document of a move of an alias. */
    static JsonObject change(AliasChange change) {
        JsonObject document = new JsonObject();
        document.addProperty("name", change.name());
        document.addProperty("alias", change.alias());
        document.add("from", number(change.from()));
        document.add("to", number(change.to()));
        document.addProperty("at", change.at().toString());
        document.addProperty("who", change.who());
        document.addProperty("why", change.why());
        return document;
    }

    private static JsonElement number(OptionalInt number) {
        return number.isPresent() ? new JsonPrimitive(number.getAsInt()) : JsonNull.INSTANCE;
    }

    /** Returns an array of texts. */
    static JsonArray texts(Collection<String> texts) {
        JsonArray array = new JsonArray();
        texts.forEach(array::add);
        return array;
    }

    /** Returns an object with a map's entries. */
    static <T> JsonObject map(Map<String, T> map, Function<T, JsonElement> toJson) {
        JsonObject object = new JsonObject();
        map.forEach((key, value) -> object.add(key, toJson.apply(value)));
        return object;
    }

    /** Returns an array of documents. */
    static <T> JsonArray list(Collection<T> items, Function<T, JsonElement> toJson) {
        JsonArray array = new JsonArray();
        items.forEach(item -> array.add(toJson.apply(item)));
        return array;
    }
}
