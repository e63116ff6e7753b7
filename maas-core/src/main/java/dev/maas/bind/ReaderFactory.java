package dev.maas.bind;

import dev.maas.tensor.Dimension;
import dev.maas.tensor.ElementType;
import dev.maas.tensor.Shape;
import dev.maas.tensor.Tensor;
import dev.maas.tensor.TensorSpec;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Finds the reader for a Java type out of one output that is a tensor. Immutable. */
final class ReaderFactory {
    private final String name;
    private final ElementType elementType;
    /** What is left for the Java type; null if not even the number of dimensions is declared. */
    private final @Nullable List<Dimension> dimensions;

    private final boolean leading;
    private final List<String> columns;

    /**
     * Makes a factory.
     *
     * @param leading whether the leading dimension is not the Java type's business
     * @param columns the names along the last dimension, or of the labels that integers count; empty if there are none
     */
    ReaderFactory(TensorSpec spec, boolean leading, List<String> columns) {
        this.name = spec.name();
        this.elementType = spec.elementType();
        this.leading = leading;
        this.columns = columns;
        Shape shape = spec.shape();
        this.dimensions = shape.isRankKnown() ? shape.dimensions().subList(leading ? 1 : 0, shape.rank()) : null;
    }

    TensorReader reader(JavaType type) throws Misfit {
        return reader(type, dimensions != null ? dimensions : WriterFactory.allFree(type));
    }

    private TensorReader reader(JavaType type, List<Dimension> dims) throws Misfit {
        Class<?> raw = type.raw();
        if (raw == Tensor.class || raw == Object.class) {
            return new TensorValueReader(leading);
        }
        Scalar kind = Scalar.of(raw);
        if (kind != null) {
            return scalar(type, kind, dims);
        }
        if (type.isArray() || type.isList()) {
            return elements(type, dims);
        }
        if (type.isRecord() || type.isMap()) {
            List<Dimension> row = dimensions != null ? dims : List.of(Dimension.free());
            WriterFactory.requireColumns(name, type, row, columns);
            return type.isRecord() ? record(type) : map(type);
        }
        throw new Misfit(type
                + " is no type that binds; use arrays, lists, single values, records or maps of these, Outputs, or a "
                + "Translator");
    }

    private ScalarReader scalar(JavaType type, Scalar kind, List<Dimension> dims) throws Misfit {
        if (dims.stream().anyMatch(dim -> !dim.isFree() && dim.size() != 1)) {
            throw new Misfit("one " + type + " does not hold " + Shape.of(dims) + " of them; use "
                    + WriterFactory.nested(type, dims.size()));
        }
        return cell(type, kind, dims.size());
    }

    private ScalarReader cell(JavaType type, Scalar kind, int rank) throws Misfit {
        boolean labelled = kind.isText() && elementType.isInteger() && !columns.isEmpty();
        if (!labelled) {
            requireFits(type, kind);
        }
        return new ScalarReader(rank, Boxes.of(type.raw()), kind, labelled ? columns : List.of());
    }

    private void requireFits(JavaType type, Scalar kind) throws Misfit {
        if (!kind.comesFrom(elementType)) {
            String labels = kind.isText() && elementType.isInteger()
                    ? ", or name the labels that it counts in the metadata: columns(\"" + name + "\", …)"
                    : "";
            throw new Misfit("not every " + elementType + " is " + WriterFactory.article(type.toString()) + "; use "
                    + Scalar.givenBy(elementType) + labels);
        }
    }

    private TensorReader elements(JavaType type, List<Dimension> dims) throws Misfit {
        JavaType element = type.element();
        Scalar kind = Scalar.of(element.raw());
        if (dims.isEmpty()) {
            throw new Misfit("there is one value, not several; use " + Scalar.givenBy(elementType));
        }
        if (type.isArray() && element.raw().isPrimitive() && kind != null) {
            requireFits(element, kind);
            if (dims.size() > 1 && WriterFactory.fixed(dims).isEmpty()) {
                throw new Misfit(type + " has 1 dimension, and " + Shape.of(dims) + " has " + dims.size() + "; use "
                        + WriterFactory.nested(element, dims.size()));
            }
            return new ArrayReader(dims.size(), element.raw());
        }
        if (element.raw() == Tensor.class || element.raw() == Object.class) {
            throw new Misfit(
                    "a tensor is read as one Tensor, or as nested arrays or lists of " + Scalar.givenBy(elementType));
        }
        TensorReader inner = reader(element, dims.subList(1, dims.size()));
        return new ElementsReader(type.isArray() ? element.raw() : null, inner);
    }

    private TensorReader record(JavaType type) throws Misfit {
        RecordHandles handles = RecordHandles.of(type);
        int count = handles.names().size();
        int[] places = new int[count];
        ScalarReader[] readers = new ScalarReader[count];
        for (int i = 0; i < count; i++) {
            places[i] = columns.indexOf(handles.names().get(i));
            if (places[i] < 0) {
                throw new Misfit("no column is named '" + handles.names().get(i) + "'; the columns are " + columns
                        + ". Give the component @Name(\"…\")");
            }
            readers[i] = column(handles.types().get(i));
        }
        return new ColumnsRecordReader(
                new RecordMaker(type.raw(), handles), places, readers, new ColumnCount(name, columns.size()));
    }

    private ScalarReader column(JavaType type) throws Misfit {
        Scalar kind = Scalar.of(type.raw());
        if (kind == null) {
            throw new Misfit("a column gives one value; got " + type);
        }
        requireFits(type, kind);
        return new ScalarReader(0, Boxes.of(type.raw()), kind, List.of());
    }

    private TensorReader map(JavaType type) throws Misfit {
        List<Object> keys = new ArrayList<>();
        EnumNames names = type.key().raw().isEnum() ? EnumNames.of(type.key().raw()) : null;
        if (names == null && type.key().raw() != String.class) {
            throw new Misfit("column names are of type String or an enum; got " + type);
        }
        for (String column : columns) {
            if (names != null && !names.has(column)) {
                throw new Misfit(
                        "no constant of " + type.key() + " is for column '" + column + "'; add one, or give one @Name");
            }
            keys.add(names == null ? column : names.constantOf(column));
        }
        return new ColumnsMapReader(keys, column(type.value()), new ColumnCount(name, columns.size()));
    }
}
