package dev.maas.registry;

/**
 * What an import did. Immutable and safe for use by any thread.
 *
 * @param model the name of the model
 * @param versions the number of its versions in the archive that are not gone for good
 * @param entries the number of entries of its history in the archive
 * @param newEntries how many of them the registry did not have yet; 0 if it had all of it already
 * @param newBlobs how many blobs the registry did not have yet
 */
public record ImportReport(String model, int versions, long entries, long newEntries, int newBlobs) {}
