package dev.maas.bind;

import dev.maas.InvalidInputException;
import dev.maas.tensor.Signature;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The model's side and the Java side of a binding, line by line, with what does not fit. Not safe for use by several threads. */
final class Report {
    private record Line(String model, String java, @Nullable String problem) {}

    private final List<Line> lines = new ArrayList<>();
    private int problems;

    void fits(String model, String java) {
        lines.add(new Line(model, java, null));
    }

    void misfit(String model, String java, String problem) {
        lines.add(new Line(model, java, problem));
        problems++;
    }

    int problems() {
        return problems;
    }

    InvalidInputException toException(Signature signature, JavaType input, JavaType output) {
        int modelWidth = width("model", lines.stream().map(Line::model).toList());
        int javaWidth = width("Java", lines.stream().map(Line::java).toList());
        StringBuilder text = new StringBuilder()
                .append("Predictor<")
                .append(input)
                .append(", ")
                .append(output)
                .append("> does not fit the model ")
                .append(signature)
                .append(":\n")
                .append(cells("model", modelWidth, "Java", javaWidth))
                .append('\n');
        for (Line line : lines) {
            text.append(cells(line.model(), modelWidth, line.java(), javaWidth))
                    .append(line.problem() == null ? "   fits" : "   " + line.problem())
                    .append('\n');
        }
        return new InvalidInputException(
                text.append("Bind other types, or give a Translator").toString());
    }

    private static int width(String heading, List<String> cells) {
        return Math.max(
                heading.length(), cells.stream().mapToInt(String::length).max().orElse(0));
    }

    private static String cells(String model, int modelWidth, String java, int javaWidth) {
        return "  " + model + " ".repeat(modelWidth - model.length()) + " | " + java
                + " ".repeat(javaWidth - java.length());
    }
}
