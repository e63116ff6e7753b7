package dev.maas;

import dev.maas.tensor.Signature;
import java.time.Instant;
import java.util.Objects;

/**
 * One version of a model as its registry knows it. Its digest and all that it covers never change; a publisher may later withdraw the
 * version, and edit its tags, properties and description.
 *
 * <p>Immutable and safe for use by any thread.
 *
 * @param name the model's name
 * @param number the version, counted from 1 without gaps
 * @param digest the digest of the version's manifest, {@code sha256:…}; it covers every byte of the version
 * @param publishedAt when it was published
 * @param publisher who published it
 * @param byteSize the size of all its files together, in bytes
 * @param signature what the model takes and gives
 * @param metadata what the publisher said about it, with later edits
 * @param yanked whether it was withdrawn: still there for who asks by number or digest, but never the newest
 */
public record ModelVersion(
        String name,
        int number,
        String digest,
        Instant publishedAt,
        String publisher,
        long byteSize,
        Signature signature,
        ModelMetadata metadata,
        boolean yanked) {
    /** Checks that no part is missing. */
    public ModelVersion {
        ModelRef.requireName(name, "model");
        Objects.requireNonNull(digest, "digest");
        Objects.requireNonNull(publishedAt, "publishedAt");
        Objects.requireNonNull(publisher, "publisher");
        Objects.requireNonNull(signature, "signature");
        Objects.requireNonNull(metadata, "metadata");
    }

    /** Returns the reference {@code name:number}. */
    public ModelRef ref() {
        return ModelRef.of(name, number);
    }
}
