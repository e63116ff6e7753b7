package dev.maas.bind;

import dev.maas.InvalidInputException;
import dev.maas.ModelMetadata;
import dev.maas.TypeRef;
import dev.maas.tensor.Signature;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Finds out how Java types go into a model's inputs and come out of its outputs.
 *
 * <p>Public for the sibling package that serves models; applications ask for a predictor. What binds:
 *
 * <ul>
 *   <li>Single values: primitives and their boxes, {@code String}, and enums for strings. A Java type goes only where all of its
 *       values fit, such as {@code float} into float64; {@code float} also goes into the 16-bit floats. Integers come out as
 *       {@code int} or smaller too, and one that does not fit is an error. Unsigned integers take the bits of the Java type of
 *       their size, and come out widened, or as bits.
 *   <li>Arrays and lists, nested as the tensor's dimensions are. Where these are all fixed, one array of primitives also takes
 *       them in row-major order.
 *   <li>Records and maps: by the names of the model's inputs and outputs, or, where there is just one, by its columns as the
 *       {@linkplain ModelMetadata#columns() metadata} names them. {@link Name} gives another spelling. A record for outputs may leave
 *       some out.
 *   <li>{@link dev.maas.tensor.Tensor} and {@link dev.maas.tensor.Outputs} as they are.
 *   <li>Labels: a string, or an integer whose labels the metadata names as the output's columns, comes out as a {@code String}
 *       or an enum.
 * </ul>
 *
 * <p>Where all inputs and outputs have a free leading dimension, the Java types may leave it out: each value is one row then, and
 * rows of several callers can share a run. They may also leave out leading dimensions that are fixed at 1. Types that have the
 * leading dimension, such as {@code float[][]}, carry all rows of a run. All methods are pure.
 *
 * <p>Stateless, and safe for use by any thread.
 */
public final class Binder {
    private Binder() {}

    /**
     * Returns the binding of two Java types to a model.
     *
     * @throws InvalidInputException if they do not fit; the message shows both sides, line by line
     */
    public static <I, O> Binding<I, O> bind(
            Signature signature, ModelMetadata metadata, TypeRef<I> inputType, TypeRef<O> outputType) {
        JavaType input = JavaType.of(inputType.type());
        JavaType output = JavaType.of(outputType.type());
        @Nullable Report best = null;
        for (Rows rows : Rows.values()) {
            if (!rows.suit(signature)) {
                continue;
            }
            Report report = new Report();
            InputPlan inputs = new InputBinder(signature, metadata, rows, report).bind(input);
            OutputPart outputs = new OutputBinder(signature, metadata, rows, report).bind(output);
            if (inputs != null && outputs != null) {
                return new PlannedBinding<>(rows, inputs, outputs);
            }
            if (best == null || report.problems() < best.problems()) {
                best = report;
            }
        }
        throw Objects.requireNonNull(best, "every signature suits types with all dimensions")
                .toException(signature, input, output);
    }
}
