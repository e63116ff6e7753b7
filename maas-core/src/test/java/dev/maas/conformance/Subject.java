package dev.maas.conformance;

import dev.maas.ModelSource;
import dev.maas.tensor.Outputs;
import dev.maas.tensor.Tensor;
import java.util.Map;

/** What the corpus is run through. */
interface Subject extends AutoCloseable {
    /** Loads a model, or throws as the library does. */
    Loaded load(ModelSource source);

    @Override
    void close();

    /** A model that was loaded. */
    interface Loaded extends AutoCloseable {
        /** Runs the model once. */
        Outputs run(Map<String, Tensor> inputs);

        @Override
        void close();
    }
}
