package dev.maas.registry;

import dev.maas.ModelRegistry;
import dev.maas.ModelVersion;
import dev.maas.registry.seal.Signer;
import dev.maas.registry.seal.TrustPolicy;
import java.nio.file.Path;
import java.time.Instant;
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
     * Returns since when the store does not answer and the {@linkplain RegistryOptions#cache(java.nio.file.Path) cache} is served in its stead, if so:
     * newer versions and moves of aliases do not show.
     */
    default Optional<Instant> offlineSince() {
        return Optional.empty();
    }

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
     * Writes a model with all its history into one file: its versions, its log with who did what, when and why, what is attached to the
     * versions, and the blobs of versions that can still be restored. The file is a tar of an OCI image layout, not compressed, in which
     * {@code oras} and {@code skopeo} find each version under its number, its semantic version and its aliases. Equal logs make equal
     * files. The file appears under its name, in place of one that is there, only when it is complete.
     *
     * <p>What is encrypted in the registry stays so in the archive; the rest is readable to whoever has the file.
     *
     * @param name the model's name
     * @param archive where to write
     * @throws dev.maas.ModelNotFoundException if there is no such model
     * @throws dev.maas.IntegrityException if something of it is damaged
     */
    void exportModel(String name, Path archive);

    /**
     * Takes in a model that {@link #exportModel} wrote, under its name and with its history. Everything in the archive is verified before
     * anything is written; every version must satisfy the registry's trust policy, if it has one, and its package limits, and each model that can be
     * read must have the signature that is said of it. The archive is not unpacked, and may be of any size.
     *
     * <p>Doing so again changes nothing. If the registry has an earlier state of the same log, what is new is added, in the order of the
     * log, so that others see the model as it was, step by step, and then as it is. To take a version in under another name, open it and
     * publish it there; it begins a history of its own.
     *
     * @param archive the file
     * @return what was done
     * @throws dev.maas.IntegrityException if the archive is not sound or not trusted; nothing was written then
     * @throws dev.maas.ModelLoadException if it brings more than {@link RegistryOptions#packageLimits} allow, or a model in it is not sound; nothing
     *     was written then
     * @throws dev.maas.RegistryConflictException if the registry has a model of that name with another history
     * @throws dev.maas.AccessDeniedException if the registry is read-only
     */
    ImportReport importModel(Path archive);

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
     * Exports the registry to a folder that any web server can show, for readers that open it by {@code http://} or {@code https://}: a copy
     * of all logs, and of the blobs of all versions that are not deleted, and last a head that says how far each log goes and until when that
     * is to be believed. Everything is verified on its way. Exporting to the same folder again copies what is new and renews the head;
     * do so well before the head is over, also if nothing changed.
     *
     * <p>The head takes the place of the one before in one step, when all that it tells of is there, so that a crash leaves the export as it was.
     * One export to a folder runs at a time. Nothing is ever removed from the folder; to be rid of what was purged, export to a fresh one.
     *
     * @param folder the folder, which is made if it is not there; it is empty, or one of this registry's
     * @param options how long the head is to be believed, and who seals it
     * @return what was done
     * @throws dev.maas.IntegrityException if something is damaged, or the folder holds an export that does not go together with this registry
     * @throws dev.maas.InvalidInputException if the folder holds something else
     */
    ExportReport export(Path folder, ExportOptions options);

    /**
     * Returns the files of a version: their names, their sizes, and under which keys they are encrypted, if they are. It takes no keys.
     *
     * @throws dev.maas.IntegrityException if the version's manifest is damaged
     * @throws dev.maas.ModelNotFoundException if the version is gone
     */
    StoredFiles files(ModelVersion version);

    /**
     * Wraps the data keys of an encrypted version by the key that wraps now, after it was rotated; the version itself, its digest and its
     * signatures stay as they are. When all versions were rewrapped, the old key can go. It takes the keys of
     * {@link RegistryOptions#encryptWith} or {@link RegistryOptions#decryptWith}.
     *
     * @return what was attached to the version; empty if it is not encrypted, or wrapped by that key already
     * @throws dev.maas.AccessDeniedException if its old key is not at hand, or the registry is read-only
     * @throws dev.maas.IntegrityException if it is damaged
     * @throws dev.maas.ModelNotFoundException if the version is gone
     */
    Optional<Attachment> rewrap(ModelVersion version);

    /**
     * Something that is attached to a version. Immutable.
     *
     * @param type what it is, a media type
     * @param digest the digest of its own manifest, {@code sha256:…}
     */
    record Attachment(String type, String digest) {}
}
