package dev.maas.bind;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Says what the model calls a record component or an enum constant, where Java's spelling differs: the name of a tensor, of a
 * feature column, or of a label.
 *
 * <pre>{@code
 * record Flower(@Name("sepal length (cm)") float sepalLength, @Name("sepal width (cm)") float sepalWidth) {}
 *
 * enum Species { @Name("iris-setosa") SETOSA, @Name("iris-virginica") VIRGINICA }
 * }</pre>
 */
@Documented
@Retention(RetentionPolicy.RUNTIME)
@Target({ElementType.RECORD_COMPONENT, ElementType.FIELD})
public @interface Name {
    /** Returns the model's spelling. */
    String value();
}
