package dev.maas.gate;

import java.util.Objects;
import java.util.Optional;

/**
 * What the gate found out about a package without running anything.
 *
 * <p>Immutable and safe for use by any thread.
 *
 * @param entry the name of the file to load
 * @param format the entry's format, by its extension in lower case, such as {@code onnx}; empty if it has none
 * @param files how many files the package has
 * @param packageBytes what all files take, in bytes
 * @param entryBytes what the entry takes, in bytes
 * @param onnx what the entry says about itself, if it is of that format; of others the gate knows only name and size
 */
public record Inspection(
        String entry, String format, int files, long packageBytes, long entryBytes, Optional<OnnxModel> onnx) {
    /** Checks that no part is missing. */
    public Inspection {
        Objects.requireNonNull(entry, "entry");
        Objects.requireNonNull(format, "format");
        Objects.requireNonNull(onnx, "onnx");
    }
}
