package dev.maas.registry;

import dev.maas.registry.seal.ModelSigning;
import dev.maas.registry.seal.Signer;
import dev.maas.registry.store.ObjectContent;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * A package that is ready to be put: read, checked and hashed, or encrypted. Immutable; closing it lets go of what was encrypted.
 *
 * @param model the model's name
 * @param facts what is known about it
 * @param factsHex the digest of the facts' written form
 * @param manifestHex the digest of the manifest
 * @param files the digest of each file by its name, our facts among them
 * @param blobs everything that the version needs, by digest, the manifest last
 * @param attachments what refers to it from the beginning
 * @param packer what read the files, and keeps them while they are put
 */
record PreparedVersion(
        String model,
        Facts facts,
        String factsHex,
        String manifestHex,
        Map<String, String> files,
        Map<String, ObjectContent> blobs,
        List<Attachments.Artifact> attachments,
        FilePacker packer)
        implements AutoCloseable {
    /** Returns this version, signed: each signature is in the same commit as the version. */
    PreparedVersion signedBy(List<Signer> signers) {
        long size = Objects.requireNonNull(blobs.get(manifestHex)).size();
        List<Attachments.Artifact> all = new ArrayList<>(attachments);
        signers.stream()
                .map(signer -> Attachments.artifact(
                        ModelSigning.MEDIA_TYPE, ModelSigning.sign(model, files, signer), manifestHex, size))
                .forEach(all::add);
        return new PreparedVersion(model, facts, factsHex, manifestHex, files, blobs, List.copyOf(all), packer);
    }

    /** Returns everything to put, by digest. */
    Map<String, ObjectContent> uploads() {
        Map<String, ObjectContent> uploads = new LinkedHashMap<>(blobs);
        attachments.forEach(attachment -> uploads.putAll(attachment.blobs()));
        return uploads;
    }

    Change.Publish change(int version, List<String> aliases) {
        return new Change.Publish(
                version,
                manifestHex,
                packer.byteSize(),
                facts,
                factsHex,
                List.copyOf(blobs.keySet()),
                aliases,
                attachments.stream()
                        .map(attachment -> attachment.change(version))
                        .toList());
    }

    @Override
    public void close() {
        packer.close();
    }
}
