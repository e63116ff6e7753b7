package dev.maas.examples.quickstart;

import dev.maas.InvalidInputException;
import dev.maas.examples.text.Message;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/** Finds the lines to classify. */
final class Lines {
    private Lines() {}

    /**
     * Returns the lines that are not blank.
     *
     * @param source a file, {@code -} for the given input, or empty for the lines that come with the program
     * @throws InvalidInputException if there are none, or they cannot be read
     */
    static List<String> read(Optional<String> source, InputStream standardInput) {
        String name = source.map(file -> file.equals("-")
                        ? "standard input"
                        : "'" + Path.of(file).getFileName() + "'")
                .orElse("the sample lines");
        try (BufferedReader reader =
                new BufferedReader(new InputStreamReader(open(source, standardInput), StandardCharsets.UTF_8))) {
            List<String> lines = reader.lines()
                    .map(Message::oneLine)
                    .filter(line -> !line.isEmpty())
                    .toList();
            if (lines.isEmpty()) {
                throw new InvalidInputException("There is no line to classify in " + name);
            }
            return lines;
        } catch (IOException e) {
            throw new InvalidInputException("Cannot read lines from " + name + ": is it a file that you may read?", e);
        }
    }

    private static InputStream open(Optional<String> source, InputStream standardInput) throws IOException {
        if (source.isEmpty()) {
            return Objects.requireNonNull(Lines.class.getResourceAsStream("lines.txt"), "lines.txt");
        }
        return source.get().equals("-") ? standardInput : Files.newInputStream(Path.of(source.get()));
    }
}
