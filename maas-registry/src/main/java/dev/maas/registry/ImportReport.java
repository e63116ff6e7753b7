package dev.maas.registry;

/**
 * What an import did. Immutable and safe for use by any thread.
 *
 * @param model the name of the model
 * @param versions the number of its versions in the archive that are not gone for good
 * @param entries the number of entries of its history in the archive
 * @param newEntries how many of them the registry did not have yet; 0 if it had all of it already
 * @param newBlobs how many blobs the registry did not have yet
 * @param notInspected how many versions are encrypted under keys that the registry was opened without, so that what is in their files was not
 *     held against what is said of it
 */
public record ImportReport(String model, int versions, long entries, long newEntries, int newBlobs, int notInspected) {}
