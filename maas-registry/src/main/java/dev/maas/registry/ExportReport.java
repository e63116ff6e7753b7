package dev.maas.registry;

import java.time.Instant;

/**
 * What an export did. Immutable and safe for use by any thread.
 *
 * @param sequence the number of the new head
 * @param expires when the head is over; export again before that
 * @param models the models in the export
 * @param objects the objects that were copied, since they were not there
 * @param bytes their bytes
 */
public record ExportReport(long sequence, Instant expires, int models, long objects, long bytes) {}
