package dev.maas.tensor;

import org.jspecify.annotations.Nullable;

/**
 * One axis of a {@link Shape}: a fixed size, or a free one that each call decides.
 *
 * <p>A free axis may have a symbol; axes of one signature with the same symbol have the same size within a
 * call. Immutable and safe for use by any thread.
 *
 * @param size the number of elements along the axis, or {@link #FREE}
 * @param symbol the name of a free axis, such as {@code batch}, or null; an empty one becomes null
 */
public record Dimension(long size, @Nullable String symbol) {
    /** The size of an axis that each call decides. */
    public static final long FREE = -1;

    /**
     * Checks the parts.
     *
     * @throws IllegalArgumentException if the size is below {@link #FREE}, or a fixed axis has a symbol
     */
    public Dimension {
        if (symbol != null && symbol.isEmpty()) {
            symbol = null;
        }
        if (size < FREE) {
            throw new IllegalArgumentException(
                    "A dimension has a size of 0 or more, or -1 where it is free; got " + size);
        }
        if (size != FREE && symbol != null) {
            throw new IllegalArgumentException(
                    "A fixed dimension has no symbol; got " + size + " with '" + symbol + "'");
        }
    }

    /**
     * Returns an axis of that size.
     *
     * @throws IllegalArgumentException if it is negative
     */
    public static Dimension fixed(long size) {
        if (size < 0) {
            throw new IllegalArgumentException("A fixed dimension has a size of 0 or more; got " + size);
        }
        return new Dimension(size, null);
    }

    /** Returns a free axis without a name. */
    public static Dimension free() {
        return new Dimension(FREE, null);
    }

    /** Returns a free axis of that name, or without one if it is empty. */
    public static Dimension free(String symbol) {
        return new Dimension(FREE, symbol);
    }

    /** Returns whether each call decides the size. */
    public boolean isFree() {
        return size == FREE;
    }

    /** Returns the size, the symbol (in double quotes if it could be read as something else), or {@code ?}. */
    @Override
    public String toString() {
        return ShapeText.of(this);
    }
}
