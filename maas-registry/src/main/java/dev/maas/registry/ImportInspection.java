package dev.maas.registry;

import dev.maas.AccessDeniedException;
import dev.maas.IntegrityException;
import dev.maas.ModelInspector;
import dev.maas.ModelLoadException;
import dev.maas.ModelSource;
import dev.maas.PackageLimits;
import dev.maas.registry.seal.BlobCipher;
import dev.maas.tensor.Signature;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Holds the versions of an archive against what a registry asks of a package that is published to it. Digests and chains only tell that an
 * archive is what its writer wrote, who may be an adversary: the number and sizes of files are held against the limits, and each model that an
 * inspector knows is read as if it were published, and must take and give what the log says that it does.
 *
 * <p>What is encrypted is read where the registry has its keys. Otherwise it is counted and let pass, since nothing of it can be loaded here
 * either; the gate reads it when somebody with the keys does. Used by one thread.
 */
final class ImportInspection {
    private final Blobs blobs;
    private final Trust trust;
    private final FileKeys keys;
    private final PackageLimits limits;
    private final List<ModelInspector> inspectors;
    private final Set<String> inspected = new HashSet<>();
    private int notInspected;

    /** Reads from the blobs of an archive, which were compared with their digests. */
    ImportInspection(Blobs blobs, RegistryOptions options) {
        this.blobs = blobs;
        this.trust = new Trust(blobs, Optional.empty());
        this.keys = new FileKeys(blobs, options.decryption());
        this.limits = options.packageLimits();
        this.inspectors = options.inspectors().orElse(List.of());
    }

    /**
     * Inspects a version.
     *
     * @throws ModelLoadException if it is larger than the limits allow, or its model is not sound
     * @throws IntegrityException if its model has another signature than the log says, or what is encrypted was changed
     */
    void require(Trust.Candidate candidate) {
        Trust.Content content = trust.read(candidate);
        String what = "'" + candidate.version().ref() + "': ";
        try {
            requireLimits(content.manifest());
            if (inspected.add(candidate.manifestHex())) {
                inspect(candidate, content, what);
            }
        } catch (ModelLoadException e) {
            throw new ModelLoadException(what + e.getMessage(), e);
        }
    }

    /** The sizes that a manifest gives were held against those of the blobs. */
    private void requireLimits(Manifest manifest) {
        PackageLimits.Tally tally = limits.tally();
        manifest.files().forEach((name, file) -> {
            tally.file(name);
            // The limits are about what was published.
            tally.bytes(EncryptedLayer.isEncrypted(file) ? BlobCipher.plainSize(file.size(), name) : file.size());
        });
    }

    private void inspect(Trust.Candidate candidate, Trust.Content content, String what) {
        Map<String, FileKey> unwrapped;
        try {
            unwrapped = keys.unwrap(candidate, content.manifest());
        } catch (AccessDeniedException e) {
            notInspected++;
            return;
        }
        try (ModelSource source = VerifiedSource.ofVerified(candidate.version(), content, unwrapped, blobs)) {
            Signature said = content.facts().signature();
            for (ModelInspector inspector : inspectors) {
                Optional<Signature> read = inspector.inspect(source);
                if (read.isPresent() && !read.get().equals(said)) {
                    throw new IntegrityException(what + "its model does not take and give what the log says.\n  log: "
                            + said + "\n  model: " + read.get());
                }
            }
        }
    }

    /** Returns how many versions could not be inspected, since they are encrypted under other keys than those at hand. */
    int notInspected() {
        return notInspected;
    }
}
