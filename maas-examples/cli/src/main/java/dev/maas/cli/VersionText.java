package dev.maas.cli;

import dev.maas.AliasChange;
import dev.maas.Lineage;
import dev.maas.ModelMetadata;
import dev.maas.ModelVersion;
import dev.maas.examples.terminal.ByteText;
import dev.maas.examples.terminal.Table;
import dev.maas.tensor.Signature;
import dev.maas.tensor.ValueSpec;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** The words for what a registry holds. The methods have no state and are safe for use by any thread. */
final class VersionText {
    private static final DateTimeFormatter TIME =
            DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm", Locale.ROOT).withZone(ZoneOffset.UTC);

    private VersionText() {}

    /** Returns a time to the minute, in UTC. */
    static String time(Instant time) {
        return TIME.format(time);
    }

    /** Returns the first digits of a digest, enough to tell it from others by eye. */
    static String digest(String digest) {
        return digest.substring(0, Math.min(digest.length(), 19));
    }

    /** Returns what a move of an alias did, as a sentence. */
    static String change(AliasChange change) {
        String alias = change.name() + "@" + change.alias();
        if (change.to().isEmpty()) {
            return alias + " is removed; it pointed to version " + change.from().orElse(0);
        }
        String to = alias + " points to version " + change.to().getAsInt() + " now";
        return change.from().isPresent() ? to + ", before to " + change.from().getAsInt() : to;
    }

    /** Returns a table of versions. */
    static Table versions(List<ModelVersion> versions, Map<String, Map<String, Integer>> aliases) {
        Table table = new Table("VERSION", "PUBLISHED", "SIZE", "ALIASES", "TAGS", "DESCRIPTION");
        for (ModelVersion version : versions) {
            ModelMetadata metadata = version.metadata();
            table.row(
                    version.ref()
                            + metadata.semanticVersion()
                                    .map(semantic -> " (" + semantic + ")")
                                    .orElse("")
                            + (version.yanked() ? " withdrawn" : ""),
                    time(version.publishedAt()),
                    ByteText.of(version.byteSize()),
                    join(RegistryCommand.aliasesOf(aliases.getOrDefault(version.name(), Map.of()), version.number())),
                    join(metadata.tags()),
                    metadata.description());
        }
        return table;
    }

    /** Returns all that is known of a version, a line for each fact. */
    static List<String> facts(ModelVersion version, Collection<String> aliases) {
        ModelMetadata metadata = version.metadata();
        Map<String, String> facts = new LinkedHashMap<>();
        facts.put("version", version.ref() + (version.yanked() ? " (withdrawn)" : ""));
        facts.put("semantic version", metadata.semanticVersion().orElse(""));
        facts.put("aliases", join(aliases));
        facts.put("description", metadata.description());
        facts.put("published", time(version.publishedAt()) + " UTC by " + version.publisher());
        facts.put("digest", version.digest());
        facts.put("size", ByteText.of(version.byteSize()));
        signature(facts, version.signature());
        metadata.columns().forEach((tensor, names) -> facts.put("columns of " + tensor, join(names)));
        facts.put("tags", join(metadata.tags()));
        metadata.properties().forEach((key, value) -> facts.put("property " + key, value));
        facts.put("engine", metadata.engine().orElse(""));
        lineage(facts, metadata.lineage());
        return lines(facts);
    }

    private static void lineage(Map<String, String> facts, Lineage lineage) {
        facts.put("data", lineage.dataDigest().orElse(""));
        lineage.parentVersion().ifPresent(parent -> facts.put("made from", "version " + parent));
        facts.put("code", lineage.codeRevision().orElse(""));
        facts.put("producer", lineage.producer().orElse(""));
        lineage.metrics().forEach((name, value) -> facts.put("metric " + name, String.valueOf(value)));
    }

    /** Adds inputs and outputs. */
    static void signature(Map<String, String> facts, Signature signature) {
        facts.put("inputs", values(signature.inputs()));
        facts.put("outputs", values(signature.outputs()));
    }

    private static String values(List<? extends ValueSpec> specs) {
        return specs.stream().map(ValueSpec::toString).collect(Collectors.joining("\n"));
    }

    /** Returns facts as lines: names to the left, values beside each other, those of several lines below each other. */
    static List<String> lines(Map<String, String> facts) {
        int width = facts.entrySet().stream()
                .filter(fact -> !fact.getValue().isEmpty())
                .mapToInt(fact -> fact.getKey().length())
                .max()
                .orElse(0);
        return facts.entrySet().stream()
                .filter(fact -> !fact.getValue().isEmpty())
                .flatMap(fact -> {
                    List<String> values = fact.getValue().lines().toList();
                    String name =
                            fact.getKey() + " ".repeat(width - fact.getKey().length());
                    String blank = " ".repeat(width);
                    return IntStream.range(0, values.size())
                            .mapToObj(i -> (i == 0 ? name : blank) + "  " + printable(values.get(i)));
                })
                .toList();
    }

    /** Others wrote it, and it may move the cursor or the reading direction. */
    static String printable(String text) {
        return text.replaceAll("[\\p{C}\\p{Zl}\\p{Zp}&&[^\\p{Cs}]]", "?");
    }

    /** Returns texts with commas between them. */
    static String join(Collection<String> texts) {
        return String.join(", ", texts);
    }
}
