package dev.maas.registry;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import dev.maas.IntegrityException;
import dev.maas.InvalidInputException;
import dev.maas.ModelRef;
import dev.maas.RegistryException;
import dev.maas.registry.format.CanonicalJson;
import dev.maas.registry.format.Fields;
import dev.maas.registry.format.Sha256;
import dev.maas.registry.format.StrictJson;
import java.time.Instant;
import java.util.Collections;
import java.util.Comparator;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What an export holds: how far the log of each model goes, and until when that is to be believed. Immutable.
 *
 * @param id the registry's id
 * @param sequence grows from each head of an export to the next
 * @param written when it was written, by the exporter's clock
 * @param expires when it is over
 * @param models the newest entry of each model's log, in the order of the keys
 */
record Head(String id, long sequence, Instant written, Instant expires, SortedMap<String, Mark> models) {
    private static final int FORMAT = 1;
    private static final String WHAT = "The head";

    /** The order of the keys of models, in which a name is followed by a slash. */
    private static final Comparator<String> KEY_ORDER = Comparator.comparing(name -> name + "/");

    Head {
        SortedMap<String, Mark> copy = new TreeMap<>(KEY_ORDER);
        copy.putAll(models);
        models = Collections.unmodifiableSortedMap(copy);
    }

    /**
     * How far a log goes.
     *
     * @param sequence the number of its newest entry
     * @param hex the digest of that entry's bytes
     * @param checkpoint the newest checkpoint that is in the export; 0 if there is none
     */
    record Mark(long sequence, String hex, long checkpoint) {}

    /** Returns the number of a model's newest entry; 0 if there is no such model. */
    long end(String model) {
        Mark mark = models.get(model);
        return mark == null ? 0 : mark.sequence;
    }

    byte[] write() {
        JsonObject json = new JsonObject();
        json.addProperty("format", FORMAT);
        json.addProperty("id", id);
        json.addProperty("sequence", sequence);
        json.addProperty("written", written.toString());
        json.addProperty("expires", expires.toString());
        JsonObject logs = new JsonObject();
        models.forEach((model, mark) -> {
            JsonObject log = new JsonObject();
            log.addProperty("sequence", mark.sequence);
            log.addProperty("sha256", mark.hex);
            if (mark.checkpoint > 0) {
                log.addProperty("checkpoint", mark.checkpoint);
            }
            logs.add(model, log);
        });
        json.add("models", logs);
        return CanonicalJson.bytes(json);
    }

    /**
     * Reads a head that may be hostile.
     *
     * @throws IntegrityException if it is not sound
     */
    static Head read(byte[] bytes) {
        Fields fields = new Fields(StrictJson.object(bytes, WHAT), WHAT);
        if (fields.whole("format", 1, Integer.MAX_VALUE) > FORMAT) {
            throw new RegistryException(WHAT + " has a format that this version of maas does not know. Update maas");
        }
        SortedMap<String, Mark> models = new TreeMap<>();
        Fields logs = fields.object("models");
        for (Map.Entry<String, JsonElement> log : logs.raw().entrySet()) {
            String model = log.getKey();
            requireName(model);
            Fields mark = logs.object(model);
            long sequence = mark.whole("sequence", 1, Long.MAX_VALUE);
            long checkpoint = mark.has("checkpoint") ? mark.whole("checkpoint", 1, sequence - 1) : 0;
            models.put(model, new Mark(sequence, mark.hex("sha256"), checkpoint));
        }
        return new Head(
                fields.string("id"),
                fields.whole("sequence", 1, Long.MAX_VALUE),
                fields.instant("written"),
                fields.instant("expires"),
                models);
    }

    private static void requireName(String model) {
        try {
            ModelRef.requireName(model, "model");
        } catch (InvalidInputException e) {
            throw new IntegrityException(WHAT + " names a model in a way that none has", e);
        }
    }

    /** Returns the digest by which a reader remembers it. */
    String digest() {
        return Sha256.hex(write());
    }
}
