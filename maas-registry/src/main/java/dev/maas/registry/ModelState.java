package dev.maas.registry;

import dev.maas.AliasChange;
import dev.maas.IntegrityException;
import dev.maas.ModelMetadata;
import dev.maas.ModelVersion;
import dev.maas.registry.format.Sha256;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** What a model's log says, up to one of its entries. Not safe for use by several threads; {@link ModelLog} guards it. */
final class ModelState {
    private static final long CHECKPOINT_INTERVAL = 32;
    private static final int VERSIONS_PER_ENTRY = 32;

    private final String model;
    private long sequence;
    private String head = LogEntry.NOTHING;
    private long checkpointed;
    private final List<VersionState> versions = new ArrayList<>();
    private final Map<String, Integer> aliases = new TreeMap<>();
    private final List<AliasChange> aliasChanges = new ArrayList<>();

    ModelState(String model) {
        this.model = model;
    }

    /** Takes over what a checkpoint says. */
    ModelState(
            String model,
            long sequence,
            String head,
            List<VersionState> versions,
            Map<String, Integer> aliases,
            List<AliasChange> aliasChanges) {
        this.model = model;
        this.sequence = sequence;
        this.head = head;
        this.checkpointed = sequence;
        this.versions.addAll(versions);
        this.aliases.putAll(aliases);
        this.aliasChanges.addAll(aliasChanges);
    }

    /**
     * Goes on by one entry.
     *
     * @param hex the digest of the entry's bytes
     * @throws IntegrityException if the entry does not follow from what was before; nothing has changed then
     */
    void apply(LogEntry entry, String hex) {
        if (entry.sequence() != sequence + 1 || !entry.previous().equals(head)) {
            throw unsound(entry, "does not follow the entry before it: the log was changed or forked");
        }
        Change change = entry.change();
        if (change instanceof Change.Publish publish) {
            applyPublish(entry, publish);
        } else if (change instanceof Change.Alias alias) {
            if (alias.to() > versions.size()) {
                throw unsound(entry, "points an alias to version " + alias.to() + ", which is not there");
            }
            move(entry, alias.alias(), alias.to());
        } else if (change instanceof Change.Tag tag) {
            VersionState state = required(entry, tag.version());
            ModelMetadata metadata = state.version.metadata();
            state.version = with(
                    state.version,
                    FactsJson.edited(metadata, tag.tags(), tag.properties(), tag.description()),
                    state.version.yanked());
        } else if (change instanceof Change.Life life) {
            applyLife(entry, life);
        } else if (change instanceof Change.Attach attach) {
            required(entry, attach.version()).attachments.add(attach);
        }
        sequence = entry.sequence();
        head = hex;
        entry.checkpoint().ifPresent(ref -> checkpointed = ref.sequence());
    }

    private void applyPublish(LogEntry entry, Change.Publish publish) {
        if (publish.version() != versions.size() + 1) {
            throw unsound(
                    entry, "publishes version " + publish.version() + " where " + (versions.size() + 1) + " is next");
        }
        ModelVersion version = new ModelVersion(
                model,
                publish.version(),
                Sha256.PREFIX + publish.manifest(),
                entry.at(),
                entry.who(),
                publish.byteSize(),
                publish.facts().signature(),
                publish.facts().metadata(),
                false);
        VersionState state = new VersionState(version, publish.factsHex(), publish.blobs());
        state.attachments.addAll(publish.attachments());
        versions.add(state);
        publish.aliases().forEach(alias -> move(entry, alias, publish.version()));
    }

    private void applyLife(LogEntry entry, Change.Life life) {
        VersionState state = required(entry, life.version());
        switch (life.kind()) {
            case "yank" -> state.version = with(state.version, state.version.metadata(), true);
            case "unyank" -> state.version = with(state.version, state.version.metadata(), false);
            case "delete" -> state.deletedUntil = life.until().orElse(entry.at());
            case "restore" -> state.deletedUntil = null;
            default -> state.purged = true;
        }
    }

    private static ModelVersion with(ModelVersion version, ModelMetadata metadata, boolean yanked) {
        return new ModelVersion(
                version.name(),
                version.number(),
                version.digest(),
                version.publishedAt(),
                version.publisher(),
                version.byteSize(),
                version.signature(),
                metadata,
                yanked);
    }

    private void move(LogEntry entry, String alias, int to) {
        @Nullable Integer from = to == 0 ? aliases.remove(alias) : aliases.put(alias, to);
        aliasChanges.add(new AliasChange(
                model, alias, optional(from == null ? 0 : from), optional(to), entry.at(), entry.who(), entry.why()));
    }

    static OptionalInt optional(int version) {
        return version == 0 ? OptionalInt.empty() : OptionalInt.of(version);
    }

    private VersionState required(LogEntry entry, int number) {
        return version(number).orElseThrow(() -> unsound(entry, "is about version " + number + ", which is not there"));
    }

    private IntegrityException unsound(LogEntry entry, String how) {
        return new IntegrityException("Entry " + entry.sequence() + " of the log of '" + model + "' " + how);
    }

    /** Returns the number of the newest entry, 0 for none. */
    long sequence() {
        return sequence;
    }

    /** Returns the digest of the newest entry. */
    String head() {
        return head;
    }

    /** Returns whether the next entry should bring a checkpoint; the more versions, the rarer, since each one writes all of them. */
    boolean isCheckpointDue() {
        return sequence - checkpointed >= Math.max(CHECKPOINT_INTERVAL, versions.size() / VERSIONS_PER_ENTRY);
    }

    /** Returns the version of that number, deleted or not. */
    Optional<VersionState> version(int number) {
        return number < 1 || number > versions.size() ? Optional.empty() : Optional.of(versions.get(number - 1));
    }

    /** Returns all versions, oldest first, deleted or not. */
    List<VersionState> versions() {
        return Collections.unmodifiableList(versions);
    }

    /** Returns the newest version that was not withdrawn. */
    Optional<VersionState> newest() {
        for (int i = versions.size() - 1; i >= 0; i--) {
            if (versions.get(i).isOffered()) {
                return Optional.of(versions.get(i));
            }
        }
        return Optional.empty();
    }

    Map<String, Integer> aliases() {
        return Collections.unmodifiableMap(aliases);
    }

    /** Returns the moves of all aliases, oldest first. */
    List<AliasChange> aliasChanges() {
        return Collections.unmodifiableList(aliasChanges);
    }

    /** Returns the aliases that point to a version. */
    List<String> aliasesOf(int number) {
        return aliases.entrySet().stream()
                .filter(alias -> alias.getValue() == number)
                .map(Map.Entry::getKey)
                .toList();
    }

    /** Returns whether the log has no entry. */
    boolean isEmpty() {
        return sequence == 0;
    }

    /** Returns whether a version that is there needs the blob. */
    boolean needs(String hex) {
        return versions.stream().anyMatch(state -> state.isThere() && state.needs(hex));
    }

    String model() {
        return model;
    }

    /** Returns the deleted versions whose time to be restored is over. */
    List<VersionState> purgeable(Instant now) {
        return versions.stream()
                .filter(state -> !state.purged && state.deletedUntil != null && state.deletedUntil.isBefore(now))
                .toList();
    }
}
