package dev.maas.cli;

/** How data is written. */
enum DataForm {
    /** Comma-separated, with the names of the columns in the first row. */
    CSV,
    /** Tab-separated, with the names of the columns in the first row. */
    TSV,
    /** JSON: an array of rows, one row, or a request of the Open Inference Protocol. */
    JSON,
    /** Columns side by side for a person; only printed. */
    TABLE
}
