package dev.maas.registry;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import dev.maas.IntegrityException;
import dev.maas.InvalidInputException;
import dev.maas.ModelRef;
import dev.maas.registry.format.CanonicalJson;
import dev.maas.registry.format.Fields;
import dev.maas.registry.format.Sha256;
import dev.maas.registry.format.StrictJson;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * The written form of a {@link LogEntry}: canonical JSON with a checksum of itself.
 *
 * <p>The chain protects an entry only once another follows; the checksum tells a damaged newest entry, or one torn on its way, from a sound
 * one. Readers accept the canonical bytes and no others, so that an entry has one digest.
 */
final class LogJson {
    static final int LARGEST = 4 << 20;

    private static final String CHECKSUM = "checksum";
    private static final Set<String> LIFE = Set.of("yank", "unyank", "delete", "restore", "purge");

    private LogJson() {}

    static byte[] write(LogEntry entry) {
        JsonObject json = new JsonObject();
        json.addProperty("model", entry.model());
        json.addProperty("sequence", entry.sequence());
        json.addProperty("previous", entry.previous());
        json.addProperty("commit", entry.commit());
        json.addProperty("at", entry.at().toString());
        json.addProperty("who", entry.who());
        if (!entry.why().isEmpty()) {
            json.addProperty("why", entry.why());
        }
        entry.checkpoint().ifPresent(ref -> {
            JsonObject checkpoint = new JsonObject();
            checkpoint.addProperty("sequence", ref.sequence());
            checkpoint.addProperty("sha256", ref.hex());
            json.add("checkpoint", checkpoint);
        });
        json.addProperty("kind", entry.change().kind());
        writeChange(entry.change(), json);
        json.addProperty(CHECKSUM, Sha256.hex(CanonicalJson.bytes(json)));
        return CanonicalJson.bytes(json);
    }

    private static void writeChange(Change change, JsonObject json) {
        if (change instanceof Change.Publish publish) {
            json.addProperty("version", publish.version());
            json.addProperty("manifest", Sha256.PREFIX + publish.manifest());
            json.addProperty("byteSize", publish.byteSize());
            json.add("facts", FactsJson.write(publish.facts()));
            json.add("blobs", FactsJson.array(publish.blobs()));
            json.add("aliases", FactsJson.array(publish.aliases()));
            if (!publish.attachments().isEmpty()) {
                JsonArray attachments = new JsonArray();
                publish.attachments().forEach(attach -> attachments.add(writeAttach(attach, new JsonObject())));
                json.add("attachments", attachments);
            }
        } else if (change instanceof Change.Alias alias) {
            json.addProperty("alias", alias.alias());
            if (alias.to() != 0) {
                json.addProperty("version", alias.to());
            }
        } else if (change instanceof Change.Tag tag) {
            json.addProperty("version", tag.version());
            json.add("tags", FactsJson.array(tag.tags()));
            JsonObject properties = new JsonObject();
            tag.properties().forEach(properties::addProperty);
            json.add("properties", properties);
            json.addProperty("description", tag.description());
        } else if (change instanceof Change.Life life) {
            json.addProperty("version", life.version());
            life.until().ifPresent(until -> json.addProperty("until", until.toString()));
        } else if (change instanceof Change.Attach attach) {
            json.addProperty("version", attach.version());
            writeAttach(attach, json);
        }
    }

    private static JsonObject writeAttach(Change.Attach attach, JsonObject json) {
        json.addProperty("type", attach.type());
        json.addProperty("manifest", Sha256.PREFIX + attach.manifest());
        json.add("blobs", FactsJson.array(attach.blobs()));
        return json;
    }

    /**
     * Reads an entry that may be hostile.
     *
     * @throws IntegrityException if it is not sound, or does not belong to that place
     */
    static LogEntry read(byte[] bytes, String model, long sequence) {
        String what = "Entry " + sequence + " of the log of '" + model + "'";
        JsonObject json = StrictJson.object(bytes, what);
        requireSound(json, bytes, what);
        Fields fields = new Fields(json, what);
        fields.whole("sequence", sequence, sequence);
        if (!fields.string("model").equals(model)) {
            throw fields.wrong("model", "is another model's");
        }
        Optional<LogEntry.CheckpointRef> checkpoint = Optional.empty();
        if (fields.has("checkpoint")) {
            Fields ref = fields.object("checkpoint");
            checkpoint =
                    Optional.of(new LogEntry.CheckpointRef(ref.whole("sequence", 1, sequence - 1), ref.hex("sha256")));
        }
        return new LogEntry(
                model,
                sequence,
                fields.hex("previous"),
                fields.string("commit"),
                fields.instant("at"),
                fields.string("who"),
                fields.stringOr("why", ""),
                checkpoint,
                readChange(fields, what));
    }

    private static void requireSound(JsonObject json, byte[] bytes, String what) {
        try {
            JsonObject rest = json.deepCopy();
            rest.remove(CHECKSUM);
            boolean sound = Arrays.equals(CanonicalJson.bytes(json), bytes)
                    && new Fields(json, what).hex(CHECKSUM).equals(Sha256.hex(CanonicalJson.bytes(rest)));
            if (!sound) {
                throw new IntegrityException(what + " is damaged: its checksum does not fit");
            }
        } catch (IllegalArgumentException e) {
            throw new IntegrityException(what + " is damaged", e);
        }
    }

    private static Change readChange(Fields fields, String what) {
        String kind = fields.string("kind");
        if (LIFE.contains(kind)) {
            return new Change.Life(
                    kind,
                    fields.number("version"),
                    fields.has("until") ? Optional.of(fields.instant("until")) : Optional.empty());
        }
        return switch (kind) {
            case "publish" -> readPublish(fields, what);
            case "alias" ->
                new Change.Alias(
                        name(fields.string("alias"), what), fields.has("version") ? fields.number("version") : 0);
            case "tag" ->
                new Change.Tag(
                        fields.number("version"),
                        fields.strings("tags"),
                        fields.texts("properties"),
                        fields.string("description"));
            case "attach" -> readAttach(fields, fields.number("version"));
            default ->
                throw new IntegrityException(what + " is of the kind '" + kind
                        + "', which this version of maas does not know. Update maas to read this registry");
        };
    }

    private static Change.Attach readAttach(Fields fields, int version) {
        return new Change.Attach(version, fields.string("type"), fields.digest("manifest"), fields.hexes("blobs"));
    }

    private static Change readPublish(Fields fields, String what) {
        JsonObject facts = fields.object("facts").raw();
        int version = fields.number("version");
        List<Change.Attach> attachments = new ArrayList<>();
        if (fields.has("attachments")) {
            fields.objects("attachments").forEach(attach -> attachments.add(readAttach(attach, version)));
        }
        List<String> aliases = fields.strings("aliases");
        aliases.forEach(alias -> name(alias, what));
        return new Change.Publish(
                version,
                fields.digest("manifest"),
                fields.whole("byteSize", 0, Long.MAX_VALUE),
                FactsJson.read(facts, what),
                Sha256.hex(CanonicalJson.bytes(facts)),
                fields.hexes("blobs"),
                aliases,
                List.copyOf(attachments));
    }

    private static String name(String alias, String what) {
        try {
            return ModelRef.requireName(alias, "alias");
        } catch (InvalidInputException e) {
            throw new IntegrityException(what + " is not sound: " + e.getMessage(), e);
        }
    }
}
