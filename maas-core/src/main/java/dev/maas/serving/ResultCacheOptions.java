package dev.maas.serving;

import dev.maas.InvalidInputException;
import java.time.Duration;

/**
 * How much of a model's results is kept, and for how long. Immutable.
 *
 * @param maxBytes the heap that kept results may take, as estimated
 * @param maxAge how long a result may be given again
 */
record ResultCacheOptions(long maxBytes, Duration maxAge) {
    ResultCacheOptions {
        if (maxBytes < 1) {
            throw new InvalidInputException("A result cache has room for one byte at least; got " + maxBytes);
        }
        if (maxAge.isZero() || maxAge.isNegative()) {
            throw new InvalidInputException("Results are kept for longer than zero; got " + maxAge);
        }
    }
}
