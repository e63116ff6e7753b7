package dev.maas.tensor;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The declared shape of a tensor: a {@link Dimension} for each axis, or unknown altogether.
 *
 * <p>A shape without axes is a scalar's. Immutable and safe for use by any thread.
 */
public final class Shape {
    private static final Shape UNKNOWN = new Shape(null);

    private final @Nullable List<Dimension> dimensions;

    private Shape(@Nullable List<Dimension> dimensions) {
        this.dimensions = dimensions;
    }

    /** Returns the shape of a tensor of which not even the number of axes is declared. */
    public static Shape unknown() {
        return UNKNOWN;
    }

    /**
     * Returns a shape with those sizes; {@link Dimension#FREE} makes an axis free.
     *
     * @throws IllegalArgumentException if a size is below {@link Dimension#FREE}
     */
    public static Shape of(long... sizes) {
        List<Dimension> dimensions = new ArrayList<>(sizes.length);
        for (long size : sizes) {
            dimensions.add(new Dimension(size, null));
        }
        return new Shape(List.copyOf(dimensions));
    }

    /** Returns a shape with those axes. */
    public static Shape of(List<Dimension> dimensions) {
        return new Shape(List.copyOf(dimensions));
    }

    /**
     * Reads what {@link #toString()} writes, such as {@code [batch, 3, 224, ?]}, {@code []} or {@code unknown}.
     *
     * @throws IllegalArgumentException if the text is not of that form
     */
    public static Shape parse(String text) {
        return text.trim().equals("unknown") ? UNKNOWN : new Shape(List.copyOf(ShapeText.parse(text)));
    }

    /** Returns whether the number of axes is known. */
    public boolean isRankKnown() {
        return dimensions != null;
    }

    /**
     * Returns the number of axes; 0 for a scalar.
     *
     * @throws IllegalStateException if it is unknown
     */
    public int rank() {
        return dimensions().size();
    }

    /**
     * Returns the axes, outermost first.
     *
     * @throws IllegalStateException if their number is unknown
     */
    public List<Dimension> dimensions() {
        if (dimensions == null) {
            throw new IllegalStateException("The number of axes of this shape is unknown");
        }
        return dimensions;
    }

    /**
     * Returns one axis, counted from 0; see {@link #dimensions()}.
     *
     * @throws IndexOutOfBoundsException if there is no such axis
     */
    public Dimension dimension(int axis) {
        return dimensions().get(axis);
    }

    /** Returns whether every axis has a fixed size. */
    public boolean isFixed() {
        return dimensions != null && dimensions.stream().noneMatch(Dimension::isFree);
    }

    /** Returns whether the outermost axis is free, so that a call may carry any number of rows. */
    public boolean hasFreeLeadingDimension() {
        return dimensions != null && !dimensions.isEmpty() && dimensions.get(0).isFree();
    }

    /** Returns the sizes of the axes, {@link Dimension#FREE} where one is free; see {@link #dimensions()}. */
    public long[] sizes() {
        return dimensions().stream().mapToLong(Dimension::size).toArray();
    }

    /**
     * Returns whether a tensor of these sizes has this shape; symbols are not compared with each other. Negative sizes are
     * no tensor's.
     */
    public boolean accepts(long... sizes) {
        if (dimensions != null && dimensions.size() != sizes.length) {
            return false;
        }
        for (int axis = 0; axis < sizes.length; axis++) {
            if (sizes[axis] < 0 || !accepts(axis, sizes[axis])) {
                return false;
            }
        }
        return true;
    }

    private boolean accepts(int axis, long size) {
        return dimensions == null
                || dimensions.get(axis).isFree()
                || dimensions.get(axis).size() == size;
    }

    /**
     * Returns the number of elements of a tensor with these sizes; 1 for none, as a scalar has one element.
     *
     * @throws IllegalArgumentException if a size is negative
     * @throws ArithmeticException if the product is larger than a {@code long}
     */
    public static long elementCount(long... sizes) {
        long count = 1;
        boolean empty = false;
        for (long size : sizes) {
            if (size < 0) {
                throw new IllegalArgumentException(
                        "A tensor's dimensions are 0 or more; got " + Arrays.toString(sizes));
            }
            // Zero ends the product, so that sizes which cancel each other out do not count as an overflow.
            empty |= size == 0;
        }
        if (empty) {
            return 0;
        }
        for (long size : sizes) {
            count = Math.multiplyExact(count, size);
        }
        return count;
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof Shape shape && Objects.equals(dimensions, shape.dimensions);
    }

    @Override
    public int hashCode() {
        return Objects.hashCode(dimensions);
    }

    /**
     * Returns the axes like {@code [batch, 3, ?]}, or {@code unknown}. A symbol that could be read as something else stands
     * in double quotes.
     */
    @Override
    public String toString() {
        if (dimensions == null) {
            return "unknown";
        }
        return dimensions.stream().map(Dimension::toString).collect(Collectors.joining(", ", "[", "]"));
    }
}
