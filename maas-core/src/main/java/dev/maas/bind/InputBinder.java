package dev.maas.bind;

import dev.maas.ModelMetadata;
import dev.maas.tensor.Signature;
import dev.maas.tensor.TensorSpec;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Binds a Java type to the inputs of a model. */
final class InputBinder {
    private final Signature signature;
    private final ModelMetadata metadata;
    private final Rows rows;
    private final Report report;

    InputBinder(Signature signature, ModelMetadata metadata, Rows rows, Report report) {
        this.signature = signature;
        this.metadata = metadata;
        this.rows = rows;
        this.report = report;
    }

    /** Returns the plan, or null if the report says why there is none. */
    @Nullable
    InputPlan bind(JavaType type) {
        List<TensorSpec> specs = signature.inputs();
        boolean columns = specs.size() == 1 && !columns(specs.get(0)).isEmpty();
        if (type.isMap() && !(columns && WriterFactory.mayBeCell(type.value()))) {
            return byKeys(type);
        }
        if (type.isRecord() && !(columns && hasNoComponentFor(specs.get(0), type))) {
            return byComponents(type);
        }
        if (specs.size() != 1) {
            report.misfit(
                    "(" + specs.stream().map(TensorSpec::toString).collect(Collectors.joining(", ")) + ")",
                    type.toString(),
                    "the model has " + specs.size()
                            + " inputs; use a record with a component for each, or a Map<String, …>");
            return null;
        }
        TensorWriter writer = writer(specs.get(0), type, type.toString());
        return writer == null
                ? null
                : new InputPlan(
                        signature,
                        type.raw(),
                        new InputPart[] {InputPart.whole()},
                        new TensorWriter[] {writer},
                        rows,
                        false);
    }

    private List<String> columns(TensorSpec spec) {
        return metadata.columns().getOrDefault(spec.name(), List.of());
    }

    private static boolean hasNoComponentFor(TensorSpec spec, JavaType type) {
        return Arrays.stream(type.raw().getRecordComponents())
                .noneMatch(component -> RecordHandles.nameOf(component).equals(spec.name()));
    }

    private @Nullable TensorWriter writer(TensorSpec spec, JavaType type, String java) {
        try {
            TensorWriter writer = factory(spec).writer(type);
            report.fits(spec.toString(), java);
            return writer;
        } catch (Misfit e) {
            report.misfit(spec.toString(), java, e.reason());
            return null;
        }
    }

    private WriterFactory factory(TensorSpec spec) {
        return new WriterFactory(spec, rows.leavesOutLeading(), columns(spec));
    }

    private @Nullable InputPlan byKeys(JavaType type) {
        if (type.key().raw() != String.class) {
            report.misfit(
                    signature.inputs().toString(),
                    type.toString(),
                    "inputs go by name, so the keys are of type String");
            return null;
        }
        List<TensorSpec> specs = signature.inputs();
        InputPart[] parts = new InputPart[specs.size()];
        @Nullable TensorWriter[] writers = new TensorWriter[specs.size()];
        for (int i = 0; i < parts.length; i++) {
            parts[i] = InputPart.entry(specs.get(i).name());
            writers[i] = writer(specs.get(i), type.value(), "\"" + specs.get(i).name() + "\" → " + type.value());
        }
        return plan(type, parts, writers, true);
    }

    private @Nullable InputPlan byComponents(JavaType type) {
        RecordHandles handles;
        try {
            handles = RecordHandles.of(type);
        } catch (Misfit e) {
            report.misfit(signature.inputs().toString(), type.toString(), e.reason());
            return null;
        }
        List<TensorSpec> specs = signature.inputs();
        InputPart[] parts = new InputPart[specs.size()];
        @Nullable TensorWriter[] writers = new TensorWriter[specs.size()];
        for (int i = 0; i < parts.length; i++) {
            TensorSpec spec = specs.get(i);
            int component = handles.names().indexOf(spec.name());
            if (component < 0) {
                report.misfit(
                        spec.toString(),
                        "",
                        "no component of " + type + " is for this input; add one, or give one @Name(\"" + spec.name()
                                + "\")");
                continue;
            }
            bindComponent(handles, component, i, parts, writers);
        }
        for (int component = 0; component < handles.names().size(); component++) {
            if (signature.input(handles.names().get(component)).isEmpty()) {
                report.misfit(
                        "",
                        handles.componentName(component) + ": "
                                + handles.types().get(component),
                        "no input is named '" + handles.names().get(component) + "'; give the component @Name(\"…\")");
            }
        }
        return plan(type, parts, writers, false);
    }

    private void bindComponent(
            RecordHandles handles, int component, int input, InputPart[] parts, @Nullable TensorWriter[] writers) {
        TensorSpec spec = signature.inputs().get(input);
        JavaType type = handles.types().get(component);
        TensorWriter writer = writer(spec, type, handles.componentName(component) + ": " + type);
        Scalar kind = Scalar.of(type.raw());
        if (writer instanceof ScalarWriter scalar && kind != null) {
            parts[input] = InputPart.whole();
            writers[input] = new ComponentWriter(
                    spec, writer.rank, new ScalarComponent(handles, component, kind, scalar.names()));
        } else {
            Component accessor = new Component(handles, component);
            parts[input] = value -> value == null ? null : accessor.get(value);
            writers[input] = writer;
        }
    }

    private @Nullable InputPlan plan(
            JavaType type, InputPart[] parts, @Nullable TensorWriter[] writers, boolean keyed) {
        if (report.problems() > 0 || Arrays.stream(writers).anyMatch(Objects::isNull)) {
            return null;
        }
        @SuppressWarnings("NullAway") // Just seen to have no nulls.
        TensorWriter[] complete = writers;
        return new InputPlan(signature, type.raw(), parts, complete, rows, keyed);
    }
}
