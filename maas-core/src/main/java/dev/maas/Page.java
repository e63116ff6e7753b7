package dev.maas;

import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Part of a long listing.
 *
 * <p>Immutable and safe for use by any thread, as far as its items are.
 *
 * @param items the items of this part, in the listing's order
 * @param next where the next part begins, for {@link Request#after}; empty if this is the last
 * @param <T> the type of the items
 */
public record Page<T>(List<T> items, Optional<String> next) {
    /** Checks that no part is missing, and copies the items. */
    public Page {
        items = List.copyOf(items);
        Objects.requireNonNull(next, "next");
    }

    /**
     * Which part of a listing is wanted.
     *
     * @param after the {@link Page#next} of the part before, or null for the first part
     * @param limit the number of items at most, 1 to {@value #LARGEST}
     */
    public record Request(@Nullable String after, int limit) {
        /** The largest limit. */
        public static final int LARGEST = 1_000;

        /**
         * Checks the limit.
         *
         * @throws InvalidInputException if it is out of its range
         */
        public Request {
            if (limit < 1 || limit > LARGEST) {
                throw new InvalidInputException("A page has 1 to " + LARGEST + " items; got " + limit);
            }
        }

        /** Returns a request for the first items, at most so many. */
        public static Request first(int limit) {
            return new Request(null, limit);
        }

        /** Returns a request for what follows this page, with the same limit. */
        public Request after(String next) {
            return new Request(next, limit);
        }
    }
}
