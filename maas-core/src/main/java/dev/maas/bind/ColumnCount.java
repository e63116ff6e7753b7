package dev.maas.bind;

import dev.maas.EngineException;

/** How many columns the metadata names for an output. */
record ColumnCount(String output, int expected) {
    void require(int actual) {
        if (actual != expected) {
            throw new EngineException(
                    "Output '" + output + "' has " + actual + " columns, and the model's metadata names " + expected
                            + "; publish the model with the names of all of them");
        }
    }
}
