package dev.maas.gate;

import dev.maas.tensor.ElementType;
import dev.maas.tensor.MapSpec;
import dev.maas.tensor.SequenceSpec;
import dev.maas.tensor.Shape;
import dev.maas.tensor.TensorSpec;
import dev.maas.tensor.ValueSpec;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The type of a value as an ONNX file declares it; its text is ONNX's own, such as {@code seq(map(int64,tensor(float)))}. */
sealed interface ValueType {
    /** Returns ONNX's own text for the type. */
    String text();

    /** Returns the declaration of a value of this type, if maas can carry it. */
    Optional<ValueSpec> spec(String name);

    /** Returns whether the declaration says what the elements are, so that an engine need not infer it. */
    default boolean isDeclared() {
        return true;
    }

    /** A tensor; its element type is null where the file leaves it open. */
    record Dense(@Nullable OnnxType element, Shape shape) implements ValueType {
        @Override
        public String text() {
            return "tensor(" + (element == null ? "undefined" : element) + ")";
        }

        @Override
        public Optional<ValueSpec> spec(String name) {
            return elementType().map(type -> new TensorSpec(name, type, shape));
        }

        @Override
        public boolean isDeclared() {
            return element != null;
        }

        private Optional<ElementType> elementType() {
            return element == null ? Optional.empty() : element.elementType();
        }
    }

    /** A sequence. */
    record Sequence(ValueType element) implements ValueType {
        @Override
        public String text() {
            return "seq(" + element.text() + ")";
        }

        @Override
        public Optional<ValueSpec> spec(String name) {
            return element.spec("").map(spec -> new SequenceSpec(name, spec));
        }

        @Override
        public boolean isDeclared() {
            return element.isDeclared();
        }
    }

    /** A map. */
    record Map(OnnxType key, ValueType value) implements ValueType {
        @Override
        public String text() {
            return "map(" + key + "," + value.text() + ")";
        }

        @Override
        public Optional<ValueSpec> spec(String name) {
            boolean carried = key == OnnxType.INT64 || key == OnnxType.STRING;
            return carried && value instanceof Dense scalar
                    ? scalar.elementType()
                            .map(type -> new MapSpec(
                                    name, key == OnnxType.INT64 ? ElementType.INT64 : ElementType.STRING, type))
                    : Optional.empty();
        }

        @Override
        public boolean isDeclared() {
            return value.isDeclared();
        }
    }

    /** A value that may be absent; an output of this type comes back as its element. */
    record Maybe(ValueType element) implements ValueType {
        @Override
        public String text() {
            return "optional(" + element.text() + ")";
        }

        @Override
        public Optional<ValueSpec> spec(String name) {
            return element.spec(name);
        }

        @Override
        public boolean isDeclared() {
            return element.isDeclared();
        }
    }

    /** A type that no engine hands to Java: a sparse tensor, or one of a vendor's own. */
    record Other(String text) implements ValueType {
        @Override
        public Optional<ValueSpec> spec(String name) {
            return Optional.empty();
        }
    }
}
