package dev.maas.bind;

import dev.maas.tensor.TensorFrame;

/** Reads one of a model's outputs. Immutable and safe for use by any thread. */
interface OutputPart {
    /** Returns the value of a row, or of the whole run. */
    Object read(TensorFrame frame, int row);
}
