package dev.maas.registry;

import dev.maas.ModelVersion;
import dev.maas.registry.format.Sha256;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.semver4j.Semver;

/** One version as its model's log tells it. Not safe for use by several threads; {@link ModelLog} guards it. */
final class VersionState {
    /** The newest of it that callers see. */
    ModelVersion version;

    final String factsHex;
    final List<String> blobs;
    final List<Change.Attach> attachments = new ArrayList<>();
    final @Nullable Semver semantic;

    /** Until when it can be restored; null if it is not deleted. */
    @Nullable
    Instant deletedUntil;

    boolean purged;

    VersionState(ModelVersion version, String factsHex, List<String> blobs) {
        this.version = version;
        this.factsHex = factsHex;
        this.blobs = List.copyOf(blobs);
        this.semantic = version.metadata().semanticVersion().map(Semver::parse).orElse(null);
    }

    String manifestHex() {
        return version.digest().substring(Sha256.PREFIX.length());
    }

    /** Returns whether it, or something attached to it, needs the blob. */
    boolean needs(String hex) {
        return blobs.contains(hex)
                || attachments.stream().anyMatch(attach -> attach.blobs().contains(hex));
    }

    boolean isThere() {
        return deletedUntil == null && !purged;
    }

    /** Returns whether a reference that does not name it may mean it. */
    boolean isOffered() {
        return isThere() && !version.yanked();
    }
}
