package dev.maas.serving;

import dev.maas.CallOptions;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/**
 * How values of two Java types are run by one loaded version. The caller holds a lease of the version and has bounded the options.
 * Immutable and safe for use by any thread.
 *
 * @param <I> the type of the input
 * @param <O> the type of the prediction
 */
interface VersionCalls<I, O> {
    /** Runs one value. */
    O run(I input, CallOptions options);

    /** Runs the values of a list, in order. */
    List<O> runAll(List<? extends I> inputs, CallOptions options);

    /** Starts one value; every failure is in the future. */
    CompletableFuture<O> start(I input, CallOptions options);
}
