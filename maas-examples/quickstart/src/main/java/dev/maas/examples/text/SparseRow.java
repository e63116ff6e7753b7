package dev.maas.examples.text;

/**
 * A vector that is zero nearly everywhere.
 *
 * @param columns where it is not, ascending
 * @param values what it is there
 */
@SuppressWarnings("ArrayRecordComponent") // never compared, and never leaves the package
record SparseRow(int[] columns, double[] values) {}
