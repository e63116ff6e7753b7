package dev.maas.registry;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import dev.maas.AliasChange;
import dev.maas.IntegrityException;
import dev.maas.ModelMetadata;
import dev.maas.ModelVersion;
import dev.maas.registry.format.CanonicalJson;
import dev.maas.registry.format.Fields;
import dev.maas.registry.format.Sha256;
import dev.maas.registry.format.StrictJson;
import dev.maas.tensor.Signature;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The written form of a {@link ModelState}, so that a reader need not replay a long log.
 *
 * <p>A checkpoint is a hint. It counts only if a later entry of the log vouches for its digest, so that nobody can slip in a state that the log
 * does not tell; without it, readers replay from the first entry. Signatures and columns that versions share are written once.
 */
final class Checkpoint {
    static final int LARGEST = 64 << 20;

    private Checkpoint() {}

    static byte[] write(ModelState state) {
        JsonObject json = new JsonObject();
        json.addProperty("model", state.model());
        json.addProperty("sequence", state.sequence());
        json.addProperty("head", state.head());
        Map<JsonElement, Integer> shared = new LinkedHashMap<>();
        JsonArray versions = new JsonArray();
        state.versions().forEach(version -> versions.add(version(version, shared)));
        json.add("versions", versions);
        JsonArray shapes = new JsonArray();
        shared.keySet().forEach(shapes::add);
        json.add("shared", shapes);
        JsonObject aliases = new JsonObject();
        state.aliases().forEach(aliases::addProperty);
        json.add("aliases", aliases);
        JsonArray changes = new JsonArray();
        state.aliasChanges().forEach(change -> changes.add(change(change)));
        json.add("aliasChanges", changes);
        return CanonicalJson.bytes(json);
    }

    private static JsonObject version(VersionState state, Map<JsonElement, Integer> shared) {
        ModelVersion version = state.version;
        JsonObject facts = FactsJson.write(new Facts("-", version.signature(), version.metadata()));
        JsonObject common = new JsonObject();
        common.add("signature", facts.remove("signature"));
        if (facts.has("columns")) {
            common.add("columns", facts.remove("columns"));
        }
        JsonObject json = new JsonObject();
        json.add("facts", facts);
        json.addProperty("shared", shared.computeIfAbsent(common, absent -> shared.size()));
        json.addProperty("digest", version.digest());
        json.addProperty("at", version.publishedAt().toString());
        json.addProperty("who", version.publisher());
        json.addProperty("byteSize", version.byteSize());
        json.addProperty("yanked", version.yanked());
        json.addProperty("factsHex", state.factsHex);
        json.add("blobs", FactsJson.array(state.blobs));
        if (state.deletedUntil != null) {
            json.addProperty("until", state.deletedUntil.toString());
        }
        json.addProperty("purged", state.purged);
        JsonArray attachments = new JsonArray();
        for (Change.Attach attach : state.attachments) {
            JsonObject attachment = new JsonObject();
            attachment.addProperty("type", attach.type());
            attachment.addProperty("manifest", Sha256.PREFIX + attach.manifest());
            attachment.add("blobs", FactsJson.array(attach.blobs()));
            attachments.add(attachment);
        }
        json.add("attachments", attachments);
        return json;
    }

    private static JsonObject change(AliasChange change) {
        JsonObject json = new JsonObject();
        json.addProperty("alias", change.alias());
        json.addProperty("from", change.from().orElse(0));
        json.addProperty("to", change.to().orElse(0));
        json.addProperty("at", change.at().toString());
        json.addProperty("who", change.who());
        json.addProperty("why", change.why());
        return json;
    }

    /**
     * Reads a checkpoint.
     *
     * @throws IntegrityException if it is not sound, or not of that model and place
     */
    static ModelState read(byte[] bytes, String model, long sequence) {
        String what = "Checkpoint " + sequence + " of '" + model + "'";
        Fields fields = new Fields(StrictJson.object(bytes, what), what);
        fields.whole("sequence", sequence, sequence);
        if (!fields.string("model").equals(model)) {
            throw fields.wrong("model", "is another model's");
        }
        List<Facts> shared = new ArrayList<>();
        for (Fields common : fields.objects("shared")) {
            common.raw().addProperty("entry", "-");
            shared.add(FactsJson.read(common.raw(), what));
        }
        List<VersionState> versions = new ArrayList<>();
        for (Fields version : fields.objects("versions")) {
            versions.add(readVersion(version, model, versions.size() + 1, shared, what));
        }
        Map<String, Integer> aliases = new LinkedHashMap<>();
        Fields named = fields.object("aliases");
        named.raw().keySet().forEach(alias -> aliases.put(alias, (int) named.whole(alias, 1, versions.size())));
        return new ModelState(model, sequence, fields.hex("head"), versions, aliases, readChanges(fields, model));
    }

    private static VersionState readVersion(Fields fields, String model, int number, List<Facts> shared, String what) {
        Facts common = shared.get((int) fields.whole("shared", 0, shared.size() - 1L));
        JsonObject facts = fields.object("facts").raw();
        facts.add("signature", SignatureJson.write(Signature.of(List.of(), List.of())));
        ModelMetadata.Builder metadata = FactsJson.read(facts, what).metadata().toBuilder();
        common.metadata().columns().forEach(metadata::columns);
        VersionState state = new VersionState(
                new ModelVersion(
                        model,
                        number,
                        Sha256.PREFIX + fields.digest("digest"),
                        fields.instant("at"),
                        fields.string("who"),
                        fields.whole("byteSize", 0, Long.MAX_VALUE),
                        common.signature(),
                        metadata.build(),
                        fields.flag("yanked")),
                fields.hex("factsHex"),
                fields.hexes("blobs"));
        if (fields.has("until")) {
            state.deletedUntil = fields.instant("until");
        }
        state.purged = fields.flag("purged");
        for (Fields attachment : fields.objects("attachments")) {
            state.attachments.add(new Change.Attach(
                    number, attachment.string("type"), attachment.digest("manifest"), attachment.hexes("blobs")));
        }
        return state;
    }

    private static List<AliasChange> readChanges(Fields fields, String model) {
        List<AliasChange> changes = new ArrayList<>();
        for (Fields change : fields.objects("aliasChanges")) {
            changes.add(new AliasChange(
                    model,
                    change.string("alias"),
                    ModelState.optional((int) change.whole("from", 0, Integer.MAX_VALUE)),
                    ModelState.optional((int) change.whole("to", 0, Integer.MAX_VALUE)),
                    change.instant("at"),
                    change.string("who"),
                    change.string("why")));
        }
        return changes;
    }
}
