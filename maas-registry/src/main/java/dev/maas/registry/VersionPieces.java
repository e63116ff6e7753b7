package dev.maas.registry;

import dev.maas.IntegrityException;
import java.util.ArrayList;
import java.util.List;

/**
 * Tells what has to be moved to move a version: the blobs of its files first, then its manifest, then what is attached to it, each with its
 * own manifest last, so that wherever the move ends, no manifest lacks a blob. Safe for use by any thread.
 */
final class VersionPieces {
    private final Blobs blobs;
    private final Trust trust;

    /** Reads from these blobs, and holds versions against their model's log as {@link Trust#read} does. */
    VersionPieces(Blobs blobs, Trust trust) {
        this.blobs = blobs;
        this.trust = trust;
    }

    /**
     * Returns what a version needs.
     *
     * @throws IntegrityException if a manifest is damaged, or does not agree with the log
     */
    List<BlobPiece> of(Trust.Candidate candidate) {
        Manifest manifest = trust.read(candidate).manifest();
        List<BlobPiece> pieces = new ArrayList<>();
        manifest.layers().forEach(layer -> pieces.add(piece(layer)));
        pieces.add(piece(manifest.config()));
        pieces.add(manifest(candidate.manifestHex()));
        for (Change.Attach attach : candidate.attachments()) {
            List<BlobPiece> attached = Attachments.pieces(blobs, attach.manifest(), candidate.manifestHex());
            attached.forEach(piece -> requireNamed(attach, piece.hex()));
            pieces.addAll(attached);
            pieces.add(manifest(attach.manifest()));
            requireNamed(attach, attach.manifest());
        }
        return pieces;
    }

    private static BlobPiece piece(Manifest.Descriptor descriptor) {
        return new BlobPiece(descriptor.hex(), descriptor.size(), descriptor.mediaType());
    }

    private BlobPiece manifest(String hex) {
        long size = blobs.bytes(hex, ManifestJson.LARGEST).length;
        return new BlobPiece(hex, size, Manifest.MEDIA_TYPE);
    }

    /** A collector keeps what the log names. */
    private void requireNamed(Change.Attach attach, String hex) {
        if (!attach.blobs().contains(hex)) {
            throw new IntegrityException(blobs.storeName() + ": what is attached under sha256:" + attach.manifest()
                    + " and the model's log do not agree");
        }
    }
}
