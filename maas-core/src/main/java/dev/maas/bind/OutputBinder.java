package dev.maas.bind;

import dev.maas.ModelMetadata;
import dev.maas.tensor.MapSpec;
import dev.maas.tensor.Outputs;
import dev.maas.tensor.SequenceSpec;
import dev.maas.tensor.Signature;
import dev.maas.tensor.TensorFrame;
import dev.maas.tensor.TensorSpec;
import dev.maas.tensor.ValueSpec;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Binds the outputs of a model to a Java type. */
final class OutputBinder {
    private final Signature signature;
    private final ModelMetadata metadata;
    private final Rows rows;
    private final Report report;

    OutputBinder(Signature signature, ModelMetadata metadata, Rows rows, Report report) {
        this.signature = signature;
        this.metadata = metadata;
        this.rows = rows;
        this.report = report;
    }

    /** Returns how the result is read, or null if the report says why it cannot be. */
    @Nullable
    OutputPart bind(JavaType type) {
        List<ValueSpec> specs = signature.outputs();
        if (type.raw() == Outputs.class) {
            return outputs();
        }
        if (type.isMap() && !(specs.size() == 1 && isRow(specs.get(0), type))) {
            return byKeys(type);
        }
        if (type.isRecord() && (specs.size() != 1 || hasComponentFor(specs.get(0), type))) {
            return byComponents(type);
        }
        if (specs.size() != 1) {
            report.misfit(
                    "(" + specs.stream().map(ValueSpec::toString).collect(Collectors.joining(", ")) + ")",
                    type.toString(),
                    "the model has " + specs.size()
                            + " outputs; use a record with a component for each that you want, a Map<String, …>, or Outputs");
            return null;
        }
        return part(0, type, type.toString());
    }

    /** Whether a map is the one output itself, by column names or labels, and not a map of outputs. */
    private boolean isRow(ValueSpec spec, JavaType map) {
        boolean hasColumns = !(spec instanceof TensorSpec) || metadata.columns().containsKey(spec.name());
        return Scalar.of(map.value().raw()) != null && hasColumns;
    }

    private static boolean hasComponentFor(ValueSpec spec, JavaType type) {
        return Arrays.stream(type.raw().getRecordComponents())
                .anyMatch(component -> RecordHandles.nameOf(component).equals(spec.name()));
    }

    private @Nullable OutputPart part(int output, JavaType type, String java) {
        ValueSpec spec = signature.outputs().get(output);
        try {
            OutputPart part = part(output, spec, type);
            report.fits(spec.toString(), java);
            return part;
        } catch (Misfit e) {
            report.misfit(spec.toString(), java, e.reason());
            return null;
        }
    }

    private OutputPart part(int output, ValueSpec spec, JavaType type) throws Misfit {
        boolean rowwise = rows.leavesOutLeading();
        if (spec instanceof TensorSpec tensor) {
            if (rowwise && tensor.shape().isRankKnown() && !rows.suit(tensor.shape())) {
                throw new Misfit(
                        "it has no leading dimension as the inputs have; bind types that have the inputs' leading "
                                + "dimension, such as float[][]");
            }
            List<String> columns = metadata.columns().getOrDefault(spec.name(), List.of());
            return new TensorPart(output, tensor, rows, new ReaderFactory(tensor, rowwise, columns).reader(type));
        }
        if (!rowwise) {
            return new ValuePart(output, spec.name(), false, ValueConverter.of(spec, type));
        }
        if (spec instanceof SequenceSpec sequence && sequence.element() instanceof MapSpec) {
            return new ValuePart(output, spec.name(), true, ValueConverter.of(sequence.element(), type));
        }
        throw new Misfit(
                "it has not one element for each row; bind types that have the inputs' leading dimension, such as float[][]");
    }

    private @Nullable OutputPart outputs() {
        JavaType any = JavaType.of(Object.class);
        List<String> names = signature.outputs().stream().map(ValueSpec::name).toList();
        OutputPart[] parts = parts(names, any);
        return parts == null ? null : (frame, row) -> Outputs.of(read(names, parts, frame, row));
    }

    private @Nullable OutputPart byKeys(JavaType type) {
        if (type.key().raw() != String.class) {
            report.misfit(
                    signature.outputs().toString(),
                    type.toString(),
                    "outputs go by name, so the keys are of type String");
            return null;
        }
        List<String> names = signature.outputs().stream().map(ValueSpec::name).toList();
        OutputPart[] parts = parts(names, type.value());
        return parts == null ? null : (frame, row) -> Collections.unmodifiableMap(read(names, parts, frame, row));
    }

    private OutputPart @Nullable [] parts(List<String> names, JavaType type) {
        @Nullable OutputPart[] parts = new OutputPart[names.size()];
        for (int i = 0; i < parts.length; i++) {
            parts[i] = part(i, type, "\"" + names.get(i) + "\" → " + type);
        }
        return complete(parts);
    }

    private static OutputPart @Nullable [] complete(@Nullable OutputPart[] parts) {
        @SuppressWarnings("NullAway") // Returned only if there are no nulls.
        OutputPart[] complete = Arrays.stream(parts).allMatch(Objects::nonNull) ? parts : null;
        return complete;
    }

    private static Map<String, Object> read(List<String> names, OutputPart[] parts, TensorFrame frame, int row) {
        Map<String, Object> values = new LinkedHashMap<>();
        for (int i = 0; i < parts.length; i++) {
            values.put(names.get(i), parts[i].read(frame, row));
        }
        return values;
    }

    private @Nullable OutputPart byComponents(JavaType type) {
        RecordHandles handles;
        try {
            handles = RecordHandles.of(type);
        } catch (Misfit e) {
            report.misfit(signature.outputs().toString(), type.toString(), e.reason());
            return null;
        }
        List<String> names = signature.outputs().stream().map(ValueSpec::name).toList();
        @Nullable OutputPart[] parts = new OutputPart[handles.names().size()];
        for (int i = 0; i < parts.length; i++) {
            String java = handles.componentName(i) + ": " + handles.types().get(i);
            int output = names.indexOf(handles.names().get(i));
            if (output < 0) {
                report.misfit(
                        "",
                        java,
                        "no output is named '" + handles.names().get(i) + "'; there are " + names
                                + ". Give the component @Name(\"…\")");
            } else {
                parts[i] = part(output, handles.types().get(i), java);
            }
        }
        OutputPart[] complete = complete(parts);
        return complete == null ? null : record(new RecordMaker(type.raw(), handles), complete);
    }

    private static OutputPart record(RecordMaker maker, OutputPart[] parts) {
        return (frame, row) -> {
            Object[] components = new Object[parts.length];
            for (int i = 0; i < components.length; i++) {
                components[i] = parts[i].read(frame, row);
            }
            return maker.make(components);
        };
    }
}
