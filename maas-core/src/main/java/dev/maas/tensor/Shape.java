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

    /** Returns a shape with those sizes; {@link Dimension#FREE} makes an axis free. */
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
        String trimmed = text.trim();
        if (trimmed.equals("unknown")) {
            return UNKNOWN;
        }
        if (!trimmed.startsWith("[") || !trimmed.endsWith("]")) {
            throw new IllegalArgumentException("A shape is written like [batch, 3] or unknown; got '" + text + "'");
        }
        String inner = trimmed.substring(1, trimmed.length() - 1).trim();
        List<Dimension> dimensions = new ArrayList<>();
        if (!inner.isEmpty()) {
            for (String part : inner.split(",", -1)) {
                dimensions.add(parseDimension(part.trim(), text));
            }
        }
        return new Shape(List.copyOf(dimensions));
    }

    private static Dimension parseDimension(String part, String whole) {
        if (part.isEmpty()) {
            throw new IllegalArgumentException("A shape has an axis without size or name: '" + whole + "'");
        }
        if (part.equals("?")) {
            return Dimension.free();
        }
        return part.chars().allMatch(c -> c >= '0' && c <= '9')
                ? Dimension.fixed(Long.parseLong(part))
                : Dimension.free(part);
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

    /** Returns one axis; see {@link #dimensions()}. */
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

    /** Returns the sizes of the axes, {@link Dimension#FREE} where one is free. */
    public long[] sizes() {
        return dimensions().stream().mapToLong(Dimension::size).toArray();
    }

    /** Returns whether a tensor of these sizes has this shape; symbols are not compared with each other. */
    public boolean accepts(long... sizes) {
        if (dimensions == null) {
            return true;
        }
        if (dimensions.size() != sizes.length) {
            return false;
        }
        for (int axis = 0; axis < sizes.length; axis++) {
            Dimension dimension = dimensions.get(axis);
            if (!dimension.isFree() && dimension.size() != sizes[axis]) {
                return false;
            }
        }
        return true;
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

    /** Returns the axes like {@code [batch, 3, ?]}, or {@code unknown}. */
    @Override
    public String toString() {
        if (dimensions == null) {
            return "unknown";
        }
        return dimensions.stream().map(Dimension::toString).collect(Collectors.joining(", ", "[", "]"));
    }
}
