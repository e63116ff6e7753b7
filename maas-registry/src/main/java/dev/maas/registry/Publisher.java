package dev.maas.registry;

import dev.maas.ModelLoadException;
import dev.maas.ModelPackage;
import dev.maas.ModelVersion;
import dev.maas.RegistryConflictException;
import dev.maas.RegistryException;
import dev.maas.registry.store.ObjectContent;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Publishes versions: puts their blobs, then commits one entry that names them.
 *
 * <p><b>Beside a collector.</b> A blob that this publisher put is younger than the grace time, and no collector touches it. One that was there
 * already may be garbage that a collector is about to move away, unless another version of the model, which cannot go before this commit,
 * needs it. In that case the publisher leaves a lease, and only then looks whether the blobs are all there. The collector looks for leases
 * and logs once more after it moved a blob to the trash, and moves back what either names. Whichever order the two run in, the blob is
 * there when both are done. After the commit the publisher looks once more, and puts again what is missing.
 */
final class Publisher {
    private final Blobs blobs;
    private final Leases leases;
    private final RegistryOptions options;
    private final PackageReader packages;
    private final Sameness sameness;

    Publisher(Blobs blobs, Leases leases, RegistryOptions options, PackageReader packages, Sameness sameness) {
        this.blobs = blobs;
        this.leases = leases;
        this.options = options;
        this.packages = packages;
        this.sameness = sameness;
    }

    /** One publishing under way; used by one thread. */
    private static final class Attempt {
        final List<String> aliases;
        final Set<String> reused = new HashSet<>();
        final Instant started;
        final Map<String, Boolean> compared = new HashMap<>();
        PreparedVersion prepared;

        /** A version that has to be decrypted to be compared, which takes too long while others wait for the log. */
        Trust.@Nullable Candidate uncompared;

        @Nullable
        HeldBlobs held;

        @Nullable
        ModelVersion there;

        int version;

        Attempt(PreparedVersion prepared, List<String> aliases, Instant started) {
            this.prepared = prepared;
            this.aliases = aliases;
            this.started = started;
        }
    }

    /** Publishes a package to its model's log. */
    ModelVersion publish(ModelPackage modelPackage, ModelLog log, String who) {
        Attempt attempt = new Attempt(
                packages.read(modelPackage),
                new ArrayList<>(modelPackage.aliases()),
                options.clock().instant());
        try {
            // Spares the transfer of what is there already; the commit decides.
            look(attempt, log);
            if (attempt.there == null) {
                attempt.prepared = attempt.prepared.signedBy(options.signers());
            }
            while (attempt.there == null) {
                upload(attempt, log);
                if (log.commit(who, "", state -> decide(state, attempt)).isPresent()) {
                    uploadMissing(attempt);
                    return log.read(state -> state.version(attempt.version).orElseThrow().version);
                }
                if (attempt.uncompared != null) {
                    look(attempt, log);
                }
            }
            moveAliases(attempt, log, who);
            return attempt.there;
        } catch (RegistryException e) {
            throw blame(e);
        } finally {
            giveBack(attempt);
            attempt.prepared.close();
        }
    }

    private void look(Attempt attempt, ModelLog log) {
        do {
            Trust.Candidate candidate = attempt.uncompared;
            if (candidate != null) {
                attempt.compared.put(candidate.version().digest(), sameness.isSame(candidate, attempt.prepared));
            }
            attempt.there = log.readNow(state -> existing(state, attempt)).orElse(null);
        } while (attempt.uncompared != null);
    }

    private void upload(Attempt attempt, ModelLog log) {
        attempt.reused.clear();
        putAll(attempt);
        boolean covered = log.readNow(state -> attempt.reused.stream().allMatch(state::needs));
        if (attempt.held == null && (!covered || isLate(attempt))) {
            attempt.held =
                    new HeldBlobs(leases, options, attempt.prepared.uploads().keySet());
            putAll(attempt);
        }
    }

    /** Long transfers outlive the grace time of the first blobs. */
    private boolean isLate(Attempt attempt) {
        Duration spent = Duration.between(attempt.started, options.clock().instant());
        return spent.compareTo(options.grace().dividedBy(2)) >= 0;
    }

    private void putAll(Attempt attempt) {
        for (Map.Entry<String, ObjectContent> blob : attempt.prepared.uploads().entrySet()) {
            if (attempt.held != null) {
                attempt.held.refresh();
            }
            if (!blobs.put(blob.getKey(), blob.getValue())) {
                attempt.reused.add(blob.getKey());
            }
        }
    }

    private void uploadMissing(Attempt attempt) {
        attempt.prepared.uploads().forEach((hex, content) -> {
            if (attempt.reused.contains(hex) && !blobs.exists(hex)) {
                blobs.put(hex, content);
            }
        });
    }

    private static Optional<Change> decide(ModelState state, Attempt attempt) {
        attempt.there = existing(state, attempt).orElse(null);
        boolean protectedNow = attempt.held != null || attempt.reused.stream().allMatch(state::needs);
        if (attempt.there != null || attempt.uncompared != null || !protectedNow) {
            return Optional.empty();
        }
        attempt.version = state.versions().size() + 1;
        return Optional.of(attempt.prepared.change(attempt.version, attempt.aliases));
    }

    /** Returns the version that has the same semantic version and the same content, if there is one. */
    private static Optional<ModelVersion> existing(ModelState state, Attempt attempt) {
        PreparedVersion prepared = attempt.prepared;
        attempt.uncompared = null;
        Optional<String> semantic = prepared.facts().metadata().semanticVersion();
        Optional<VersionState> found = semantic.flatMap(version -> SemanticVersions.find(state, version));
        if (found.isEmpty()) {
            return Optional.empty();
        }
        VersionState there = found.get();
        String name = "'" + state.model() + ":" + semantic.get() + "'";
        if (!there.isThere()) {
            throw new RegistryConflictException(name + " was deleted as version " + there.version.number() + ". "
                    + (there.purged ? "Publish" : "Restore it, or publish") + " under another semantic version");
        }
        if (prepared.packer().encrypts() && !attempt.compared.containsKey(there.version.digest())) {
            attempt.uncompared = Trust.Candidate.of(there);
            return Optional.empty();
        }
        boolean same = there.manifestHex().equals(prepared.manifestHex())
                || attempt.compared.getOrDefault(there.version.digest(), false);
        if (!same) {
            throw new RegistryConflictException(name + " is version " + there.version.number() + " and has "
                    + difference(there, prepared)
                    + ". A version never changes: publish under another semantic version");
        }
        return Optional.of(there.version);
    }

    private static String difference(VersionState there, PreparedVersion prepared) {
        return there.factsHex.equals(prepared.factsHex())
                ? "other files"
                : "other metadata, such as its signature, description, tags or lineage, or other files";
    }

    private void moveAliases(Attempt attempt, ModelLog log, String who) {
        int number = Objects.requireNonNull(attempt.there).number();
        for (String alias : attempt.aliases) {
            log.commit(who, "", state -> {
                Resolver.there(state, number);
                boolean moved = Integer.valueOf(number).equals(state.aliases().get(alias));
                return moved ? Optional.empty() : Optional.of(new Change.Alias(alias, number));
            });
        }
    }

    /** A put fails also if the publisher's own file could not be read or changed meanwhile; that is not the store's fault. */
    private static RuntimeException blame(RegistryException failure) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof PackedFile.Failure) {
                return new ModelLoadException(cause.getMessage() + ". Publish again when nobody writes to it", failure);
            }
        }
        return failure;
    }

    private static void giveBack(Attempt attempt) {
        if (attempt.held != null) {
            attempt.held.close();
        }
    }
}
