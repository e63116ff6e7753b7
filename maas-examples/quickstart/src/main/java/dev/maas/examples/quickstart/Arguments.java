package dev.maas.examples.quickstart;

import dev.maas.InvalidInputException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Iterator;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What the program was asked to do.
 *
 * @param data the messages to train with; empty for those that come with the program
 * @param test the messages to test with; empty to hold back a part of the data
 * @param registry the folder to publish into; empty for one that is deleted at the end
 * @param seed the seed of every random choice
 * @param lines the file with lines to classify, {@code -} for standard input; empty for lines that come with the program
 * @param help whether to explain the arguments and do nothing else
 */
record Arguments(
        Optional<Path> data,
        Optional<Path> test,
        Optional<Path> registry,
        long seed,
        Optional<String> lines,
        boolean help) {
    static final String HELP = """
            Trains two versions of a text classifier, publishes both, serves them, classifies lines
            of text, and moves from the first version to the second while calls go on.

            Usage: quickstart [options]

              --data FILE      Train on this CSV or TSV file in UTF-8. Its first row names the columns
                               'text' and 'category', or it has just two columns and no names.
                               Default: 1600 messages to a shop's customer service.
              --test FILE      Test on this file. Default: a fifth of the data, held back.
              --registry DIR   Publish into this folder and keep it.
                               Default: a temporary folder, deleted at the end.
              --lines FILE     Classify the lines of this file; '-' reads standard input.
                               Default: lines that come with the program.
              --seed N         The seed of every random choice. Default: 1.
              --help           Print this.

            The environment variable NO_COLOR switches colours off.
            """;

    /**
     * Reads command-line arguments.
     *
     * @throws InvalidInputException if one is unknown, given twice, or lacks its value
     */
    static Arguments parse(String... words) {
        Reader reader = new Reader();
        Iterator<String> rest = Arrays.asList(words).iterator();
        while (rest.hasNext()) {
            reader.take(rest.next(), rest);
        }
        Arguments arguments = reader.arguments();
        if (arguments.test.isPresent() && arguments.data.isEmpty()) {
            throw new InvalidInputException(
                    "--test goes with --data: the messages that come with the program are split");
        }
        return arguments;
    }

    /** Collects the options one by one. */
    private static final class Reader {
        private @Nullable String data;
        private @Nullable String test;
        private @Nullable String registry;
        private @Nullable String lines;
        private @Nullable String seed;
        private boolean help;

        void take(String option, Iterator<String> rest) {
            switch (option) {
                case "--data" -> data = value(option, data, rest);
                case "--test" -> test = value(option, test, rest);
                case "--registry" -> registry = value(option, registry, rest);
                case "--lines" -> lines = value(option, lines, rest);
                case "--seed" -> seed = value(option, seed, rest);
                case "--help", "-h" -> help = true;
                default ->
                    throw new InvalidInputException(
                            "There is no option '" + option + "'; --help lists those that there are");
            }
        }

        private static String value(String option, @Nullable String before, Iterator<String> rest) {
            if (before != null) {
                throw new InvalidInputException(option + " was given twice");
            }
            if (!rest.hasNext()) {
                throw new InvalidInputException(option + " needs a value behind it; --help says which");
            }
            return rest.next();
        }

        Arguments arguments() {
            return new Arguments(path(data), path(test), path(registry), seed(), Optional.ofNullable(lines), help);
        }

        private static Optional<Path> path(@Nullable String text) {
            return Optional.ofNullable(text).map(Path::of);
        }

        private long seed() {
            try {
                return seed == null ? 1 : Long.parseLong(seed);
            } catch (NumberFormatException e) {
                throw new InvalidInputException("--seed takes a whole number; got '" + seed + "'", e);
            }
        }
    }
}
