package dev.maas.registry;

import dev.maas.ModelRegistry;
import dev.maas.ModelVersion;
import dev.maas.registry.seal.Signer;
import dev.maas.registry.seal.TrustPolicy;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * A registry with what its keeper needs besides: collecting garbage, and attaching signatures and the like to versions.
 *
 * <p>Safe for use by any thread; all methods may block on the store. Errors are those of {@link ModelRegistry}.
 */
public interface ManagedRegistry extends ModelRegistry {
    /** Returns the random id that the store got when it was made; copies of a store have the same. */
    String id();

    /** Returns what messages call the store. */
    String storeName();

    /** Returns why nothing can be published, or empty if it can. */
    Optional<String> readOnlyReason();

    /**
     * Collects garbage: purges versions whose time to be restored is over, moves blobs that nothing needs to a trash, looks again, and
     * removes what has lain in the trash for the grace time. Safe beside publishers, readers and other collectors, also if it stops in
     * the middle.
     *
     * @return what was done
     * @throws dev.maas.IntegrityException if a log is damaged; nothing is removed then
     * @throws dev.maas.AccessDeniedException if the registry is read-only
     */
    CollectionReport collect();

    /**
     * Returns what a collection would do now, and does nothing of it. Others who publish or delete meanwhile change that.
     *
     * @return what would be purged, moved to the trash, moved back and removed; leases and checkpoints are not counted
     * @throws dev.maas.IntegrityException if a log is damaged
     * @throws dev.maas.AccessDeniedException if the registry is read-only: ages are told by the store's clock, which takes a put to read
     */
    CollectionReport previewCollection();

    /**
     * Returns what the registry says of a version besides its files, byte for byte as the version's digest and its signatures cover it:
     * the file {@code maas.json} where an OCI client unpacks the version, which whoever verifies a signature outside the registry needs.
     *
     * @throws dev.maas.IntegrityException if it is damaged
     * @throws dev.maas.ModelNotFoundException if the version is gone
     */
    byte[] facts(ModelVersion version);

    /**
     * Attaches something to a version, such as a signature or a report, as an OCI artifact whose subject is the version's manifest.
     *
     * @param version the version
     * @param type what it is, a media type such as {@code application/vnd.dev.sigstore.bundle.v0.3+json}
     * @param content its bytes
     * @return what was attached
     * @throws dev.maas.ModelNotFoundException if the version is gone
     */
    Attachment attach(ModelVersion version, String type, byte[] content);

    /**
     * Returns what is attached to a version, oldest first.
     *
     * @throws dev.maas.ModelNotFoundException if the version is gone
     */
    List<Attachment> attachments(ModelVersion version);

    /**
     * Reads an attachment, verified against its digest.
     *
     * @throws dev.maas.IntegrityException if it is damaged
     */
    byte[] read(Attachment attachment);

    /**
     * Signs a version that is there, as a second signer does: attaches a signature of all its files, in the format of OpenSSF model
     * signing. The publisher's own signatures come with the version; see {@link RegistryOptions#signWith}.
     *
     * @throws dev.maas.IntegrityException if it is damaged
     * @throws dev.maas.ModelNotFoundException if the version is gone
     */
    Attachment sign(ModelVersion version, Signer signer);

    /**
     * Verifies every file of a version against its digest, and its signatures against a policy.
     *
     * @return the names of the signers who counted
     * @throws dev.maas.IntegrityException if a file is damaged, or the policy's rule for the model is not met
     * @throws dev.maas.ModelNotFoundException if the version is gone
     */
    Set<String> verify(ModelVersion version, TrustPolicy policy);

    /**
     * Something that is attached to a version. Immutable.
     *
     * @param type what it is, a media type
     * @param digest the digest of its own manifest, {@code sha256:…}
     */
    record Attachment(String type, String digest) {}
}
