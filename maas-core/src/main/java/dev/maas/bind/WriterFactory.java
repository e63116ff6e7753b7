package dev.maas.bind;

import dev.maas.tensor.Dimension;
import dev.maas.tensor.Shape;
import dev.maas.tensor.Tensor;
import dev.maas.tensor.TensorSpec;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Finds the writer for a Java type into one input. Immutable. */
final class WriterFactory {
    private final TensorSpec spec;
    /** What is left for the Java type; null if not even the number of dimensions is declared. */
    private final @Nullable List<Dimension> dimensions;

    private final boolean wholeTensor;
    private final List<String> columns;

    /**
     * Makes a factory.
     *
     * @param leading whether the leading dimension is not the Java type's business
     * @param columns the names along the last dimension; empty if there are none
     */
    WriterFactory(TensorSpec spec, boolean leading, List<String> columns) {
        this.spec = spec;
        this.wholeTensor = !leading;
        this.columns = columns;
        Shape shape = spec.shape();
        this.dimensions = shape.isRankKnown() ? shape.dimensions().subList(leading ? 1 : 0, shape.rank()) : null;
    }

    /** What somebody who sees a value refused should know, as a clause; empty if there is nothing. */
    String hint() {
        return wholeTensor ? "" : ". The predictor takes one row at a time: leave the leading dimension out";
    }

    TensorWriter writer(JavaType type) throws Misfit {
        if (dimensions == null && type.raw() == Object.class) {
            throw new Misfit(
                    "the model does not declare how many dimensions there are; name a type, such as float[][]");
        }
        return writer(type, dimensions != null ? dimensions : allFree(type));
    }

    /** A dimension for each level of an array or list. */
    static List<Dimension> allFree(JavaType type) {
        List<Dimension> free = new ArrayList<>();
        for (JavaType level = type; level.isArray() || level.isList(); level = level.element()) {
            free.add(Dimension.free());
        }
        return free;
    }

    TensorWriter writer(JavaType type, List<Dimension> dims) throws Misfit {
        Class<?> raw = type.raw();
        if (raw == Tensor.class) {
            return tensor(dims);
        }
        if (raw == Object.class) {
            return new DynamicWriter(spec, dims, this);
        }
        Scalar kind = Scalar.of(raw);
        if (kind != null) {
            return scalar(type, kind, dims);
        }
        if (type.isArray() || type.isList()) {
            return elements(type, dims);
        }
        if (type.isRecord() || type.isMap()) {
            return columns(type, dims);
        }
        throw new Misfit(
                type
                        + " is no type that binds; use arrays, lists, single values, records or maps of these, or a Translator");
    }

    private TensorWriter tensor(List<Dimension> dims) throws Misfit {
        if (!wholeTensor) {
            throw new Misfit("a Tensor binds with all dimensions, and the other types leave the leading one out");
        }
        return new TensorValueWriter(spec, dims);
    }

    private TensorWriter scalar(JavaType type, Scalar kind, List<Dimension> dims) throws Misfit {
        requireFits(type, kind);
        if (dims.stream().anyMatch(dim -> dim.isFree() || dim.size() != 1)) {
            throw new Misfit(
                    "one " + type + " is not " + Shape.of(dims) + " of them; use " + nested(type, dims.size()));
        }
        return new ScalarWriter(spec, dims.size(), Boxes.of(type.raw()), kind);
    }

    private void requireFits(JavaType type, Scalar kind) throws Misfit {
        if (!kind.goesInto(spec.elementType())) {
            throw new Misfit("not every " + type + " is "
                    + article(spec.elementType().toString()) + "; use " + Scalar.takenBy(spec.elementType()));
        }
    }

    static String article(String noun) {
        return ("aeiouAEIOU".indexOf(noun.charAt(0)) >= 0 && !noun.startsWith("u") ? "an " : "a ") + noun;
    }

    static String nested(JavaType scalar, int rank) {
        return scalar + "[]".repeat(rank);
    }

    private TensorWriter elements(JavaType type, List<Dimension> dims) throws Misfit {
        JavaType element = type.element();
        Scalar kind = Scalar.of(element.raw());
        boolean primitive = type.isArray() && element.raw().isPrimitive() && kind != null;
        if (dims.isEmpty()) {
            throw new Misfit("there is one value, not several; use " + Scalar.takenBy(spec.elementType()));
        }
        if (primitive && kind != null) {
            requireFits(element, kind);
            if (dims.size() == 1) {
                return new ArrayWriter(spec, dims.get(0), type.raw());
            }
            Optional<long[]> fixed = fixed(dims);
            if (fixed.isPresent()) {
                return new FlatArrayWriter(spec, fixed.get(), Shape.elementCount(fixed.get()), type.raw());
            }
            throw new Misfit(type + " has 1 dimension, and " + Shape.of(dims) + " has " + dims.size() + "; use "
                    + nested(element, dims.size()));
        }
        Class<?> container = type.isArray() ? type.raw() : Iterable.class;
        return new ElementsWriter(spec, dims.get(0), container, writer(element, dims.subList(1, dims.size())));
    }

    static Optional<long[]> fixed(List<Dimension> dims) {
        return dims.stream().anyMatch(Dimension::isFree)
                ? Optional.empty()
                : Optional.of(dims.stream().mapToLong(Dimension::size).toArray());
    }

    private TensorWriter columns(JavaType type, List<Dimension> dims) throws Misfit {
        requireColumns(spec.name(), type, dims, columns);
        return type.isRecord() ? record(type) : map(type);
    }

    /** Checks that names go with a last dimension. */
    static void requireColumns(String tensor, JavaType type, List<Dimension> dims, List<String> columns) throws Misfit {
        if (columns.isEmpty()) {
            throw new Misfit(type + " binds by column names, and the model's metadata names no columns of '" + tensor
                    + "'; publish with columns(\"" + tensor + "\", …)");
        }
        if (dims.size() != 1 || !(dims.get(0).isFree() || dims.get(0).size() == columns.size())) {
            throw new Misfit(type + " binds to one row of " + columns.size() + " columns; left are the dimensions "
                    + Shape.of(dims));
        }
    }

    private TensorWriter record(JavaType type) throws Misfit {
        RecordHandles handles = RecordHandles.of(type);
        ScalarComponent[] components = new ScalarComponent[columns.size()];
        for (int i = 0; i < handles.names().size(); i++) {
            int column = columns.indexOf(handles.names().get(i));
            if (column < 0) {
                throw new Misfit("no column is named '" + handles.names().get(i) + "'; the columns are " + columns
                        + ". Give the component @Name(\"…\")");
            }
            JavaType componentType = handles.types().get(i);
            Scalar kind = Scalar.of(componentType.raw());
            if (kind == null) {
                throw new Misfit(handles.componentName(i) + ": a column takes one value; got " + componentType);
            }
            requireFits(componentType, kind);
            EnumNames names = kind == Scalar.ENUM ? EnumNames.of(componentType.raw()) : null;
            components[column] = new ScalarComponent(handles, i, kind, names);
        }
        for (int column = 0; column < components.length; column++) {
            if (components[column] == null) {
                throw new Misfit("no component of " + type + " is for column '" + columns.get(column) + "'");
            }
        }
        return new ColumnsRecordWriter(spec, type.raw(), components);
    }

    /** Whether a map with such values may be one row, by column names. */
    static boolean mayBeCell(JavaType value) {
        return Scalar.of(value.raw()) != null || value.raw() == Object.class || value.raw() == Number.class;
    }

    private TensorWriter map(JavaType type) throws Misfit {
        if (type.key().raw() != String.class) {
            throw new Misfit("column names are of type String; got " + type);
        }
        Scalar kind = Scalar.of(type.value().raw());
        if (type.value().raw() != Object.class && type.value().raw() != Number.class) {
            if (kind == null || kind == Scalar.ENUM) {
                throw new Misfit("a column takes one value; got " + type);
            }
            requireFits(type.value(), kind);
        }
        return new ColumnsMapWriter(spec, columns);
    }
}
