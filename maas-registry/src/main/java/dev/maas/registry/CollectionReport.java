package dev.maas.registry;

/**
 * What a collection did. Immutable and safe for use by any thread.
 *
 * @param purgedVersions the deleted versions that are gone for good since
 * @param trashedBlobs the blobs that were moved to the trash
 * @param trashedBytes their bytes
 * @param restoredBlobs the blobs that were moved back, since somebody needs them after all
 * @param removedBlobs the blobs that were removed from the trash
 * @param removedScratch the leases and checkpoints that were removed
 */
public record CollectionReport(
        int purgedVersions,
        int trashedBlobs,
        long trashedBytes,
        int restoredBlobs,
        int removedBlobs,
        int removedScratch) {}
