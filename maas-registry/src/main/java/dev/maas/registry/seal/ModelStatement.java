package dev.maas.registry.seal;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import dev.maas.IntegrityException;
import dev.maas.ModelLoadException;
import dev.maas.PackageFiles;
import dev.maas.registry.format.CanonicalJson;
import dev.maas.registry.format.Fields;
import dev.maas.registry.format.Sha256;
import dev.maas.registry.format.StrictJson;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * What a signature of a model says: the model's name, and the digest of each of its files. Immutable.
 *
 * <p>An in-toto statement, version 1, whose predicate is that of model signing 1.0. Its subject's digest is the SHA-256 of the files'
 * digests, in the order of the list.
 *
 * @param name the model's name
 * @param files the SHA-256 of each file by its name, in the order in which they are listed; the name {@value #WHOLE} stands for a model that
 *     is one file
 * @param ignored the paths, files or folders, that the signer left out
 */
record ModelStatement(String name, Map<String, String> files, List<String> ignored) {
    static final String PAYLOAD_TYPE = "application/vnd.in-toto+json";
    static final String WHOLE = ".";

    private static final String STATEMENT_TYPE = "https://in-toto.io/Statement/v1";
    private static final String PREDICATE_TYPE = "https://model_signing/signature/v1.0";
    private static final int MOST_FILES = 100_000;

    ModelStatement {
        files = Collections.unmodifiableMap(new LinkedHashMap<>(files));
        ignored = List.copyOf(ignored);
    }

    /** Returns a statement about files, in the order that the reference tool lists them in: by their paths' parts. */
    static ModelStatement of(String name, Map<String, String> files, List<String> ignored) {
        Map<String, String> ordered = new TreeMap<>(
                Comparator.comparing((String file) -> List.of(file.split("/", -1)), ModelStatement::compareParts));
        ordered.putAll(files);
        return new ModelStatement(name, ordered, ignored);
    }

    private static int compareParts(List<String> left, List<String> right) {
        for (int i = 0; i < Math.min(left.size(), right.size()); i++) {
            int order = compareCodePoints(left.get(i), right.get(i));
            if (order != 0) {
                return order;
            }
        }
        return Integer.compare(left.size(), right.size());
    }

    private static int compareCodePoints(String left, String right) {
        int[] first = left.codePoints().toArray();
        int[] second = right.codePoints().toArray();
        return java.util.Arrays.compare(first, second);
    }

    byte[] json() {
        JsonArray resources = new JsonArray();
        files.forEach((file, hex) -> {
            JsonObject resource = new JsonObject();
            resource.addProperty("name", file);
            resource.addProperty("algorithm", "sha256");
            resource.addProperty("digest", hex);
            resources.add(resource);
        });
        JsonObject serialization = new JsonObject();
        serialization.addProperty("method", "files");
        serialization.addProperty("hash_type", "sha256");
        serialization.addProperty("allow_symlinks", false);
        if (!ignored.isEmpty()) {
            JsonArray paths = new JsonArray();
            ignored.forEach(paths::add);
            serialization.add("ignore_paths", paths);
        }
        JsonObject predicate = new JsonObject();
        predicate.add("serialization", serialization);
        predicate.add("resources", resources);
        JsonObject digest = new JsonObject();
        digest.addProperty("sha256", rootDigest());
        JsonObject subject = new JsonObject();
        subject.addProperty("name", name);
        subject.add("digest", digest);
        JsonArray subjects = new JsonArray();
        subjects.add(subject);
        JsonObject json = new JsonObject();
        json.addProperty("_type", STATEMENT_TYPE);
        json.add("subject", subjects);
        json.addProperty("predicateType", PREDICATE_TYPE);
        json.add("predicate", predicate);
        return CanonicalJson.bytes(json);
    }

    private String rootDigest() {
        var digest = Sha256.start();
        files.values().forEach(hex -> digest.update(HexFormat.of().parseHex(hex)));
        return Sha256.hex(digest);
    }

    /**
     * Reads a statement.
     *
     * @throws IntegrityException if it is not sound, or of a kind that is not supported
     */
    static ModelStatement read(byte[] json) {
        String what = "The signed statement";
        Fields fields = new Fields(StrictJson.object(json, what), what);
        requireText(fields, "_type", STATEMENT_TYPE);
        requireText(fields, "predicateType", PREDICATE_TYPE);
        List<Fields> subjects = fields.objects("subject");
        if (subjects.size() != 1) {
            throw fields.wrong("subject", "has " + subjects.size() + " entries where 1 is right");
        }
        Fields subject = subjects.get(0);
        Fields predicate = fields.object("predicate");
        Fields serialization = predicate.object("serialization");
        requireText(serialization, "method", "files");
        requireText(serialization, "hash_type", "sha256");
        ModelStatement statement = new ModelStatement(
                subject.string("name"), readFiles(predicate), serialization.stringsOrNone("ignore_paths"));
        if (!subject.object("digest").hex("sha256").equals(statement.rootDigest())) {
            throw subject.wrong("digest", "does not fit the digests of the files");
        }
        return statement;
    }

    private static void requireText(Fields fields, String name, String expected) {
        String actual = fields.string(name);
        if (!actual.equals(expected)) {
            throw fields.wrong(name, "is '" + shown(actual) + "'; only '" + expected + "' is supported");
        }
    }

    private static Map<String, String> readFiles(Fields predicate) {
        List<Fields> resources = predicate.objects("resources");
        if (resources.isEmpty() || resources.size() > MOST_FILES) {
            throw predicate.wrong(
                    "resources", "has " + resources.size() + " entries; 1 to " + MOST_FILES + " are allowed");
        }
        Map<String, String> files = new LinkedHashMap<>();
        for (Fields resource : resources) {
            requireText(resource, "algorithm", "sha256");
            if (files.put(resource.string("name"), resource.hex("digest")) != null) {
                throw predicate.wrong("resources", "has a file twice");
            }
        }
        if (!files.keySet().equals(java.util.Set.of(WHOLE))) {
            try {
                PackageFiles.requireNames(files.keySet());
            } catch (ModelLoadException e) {
                throw new IntegrityException("The signed statement is not sound: " + e.getMessage(), e);
            }
        }
        return files;
    }

    /**
     * Holds files against the statement.
     *
     * @param actual the SHA-256 of each file by its name
     * @throws IntegrityException if a file is missing, is not listed or has another digest
     */
    void requireFiles(Map<String, String> actual) {
        TreeSet<String> missing = new TreeSet<>(files.keySet());
        missing.removeAll(actual.keySet());
        TreeSet<String> unlisted = new TreeSet<>(actual.keySet());
        unlisted.removeAll(files.keySet());
        List<String> problems = new ArrayList<>();
        unlisted.stream().limit(1).forEach(file -> problems.add("'" + shown(file) + "' is not among the files signed"));
        missing.stream().limit(1).forEach(file -> problems.add("'" + shown(file) + "', which was signed, is missing"));
        files.entrySet().stream()
                .filter(file -> !file.getValue().equals(actual.getOrDefault(file.getKey(), file.getValue())))
                .limit(1)
                .forEach(file -> problems.add("'" + shown(file.getKey()) + "' is not the file that was signed"));
        if (!problems.isEmpty()) {
            throw new IntegrityException(String.join("; ", problems));
        }
    }

    static String shown(String text) {
        String printable = text.replaceAll("\\p{Cntrl}", "?");
        return printable.length() <= 80 ? printable : printable.substring(0, 80) + "…";
    }
}
