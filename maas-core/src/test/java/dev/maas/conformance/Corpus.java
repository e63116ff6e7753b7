package dev.maas.conformance;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.maas.ModelSource;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.Charset;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

/** The shared corpus: its manifests, one line for each case, and the cases' folders. */
final class Corpus {
    private final Path root;

    private Corpus(Path root) {
        this.root = root;
    }

    /** Returns the corpus, or skips the test where it is absent. */
    static Corpus orSkip() {
        String shared = System.getProperty("maas.shared", "");
        Path root = Path.of(shared, "conformance");
        assumeTrue(
                !shared.isEmpty() && Files.isRegularFile(root.resolve("cases/MANIFEST.tsv")),
                "Skipped: no conformance corpus at the folder of the system property maas.shared");
        return new Corpus(root);
    }

    /**
     * A line of a manifest.
     *
     * @param name the case, which is also its folder
     * @param folder where that lies
     */
    record Case(String name, Path folder, Map<String, String> columns) {
        /** Returns a column, empty where the line leaves it out. */
        String column(String column) {
            return columns.getOrDefault(column, "");
        }

        /** Returns what a correct library does with the model. */
        String expected() {
            return column("expect");
        }

        double tolerance(String column) {
            return Double.parseDouble(column(column));
        }

        /** Skips the test where this machine's locale has no such file names. */
        void skipUnlessNameable() {
            Charset names = Charset.forName(System.getProperty("sun.jnu.encoding", "UTF-8"));
            assumeTrue(
                    names.newEncoder().canEncode(column("model_file")),
                    "Skipped: the locale's file names, in " + names + ", cannot hold '" + column("model_file") + "'");
        }

        /** Returns the case's files as a package, without what is there for people only. */
        ModelSource source() {
            String entry = column("model_file").isEmpty() ? "model.onnx" : column("model_file");
            return ModelSource.of(entry, files(folder));
        }

        /** Returns the case's folder as somebody would publish it. */
        ModelSource folderSource() {
            return ModelSource.of(folder);
        }

        private static Map<String, byte[]> files(Path folder) {
            Map<String, byte[]> files = new TreeMap<>();
            try (Stream<Path> paths = Files.walk(folder)) {
                for (Path path : (Iterable<Path>) paths.filter(Files::isRegularFile)::iterator) {
                    files.put(folder.relativize(path).toString().replace('\\', '/'), Files.readAllBytes(path));
                }
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
            return files;
        }
    }

    /** Returns the cases with expected outputs. */
    List<Case> cases() {
        return manifest("cases");
    }

    /** Returns the models that a library should refuse, and a few that nobody can tell from sound ones. */
    List<Case> bad() {
        return manifest("bad");
    }

    private List<Case> manifest(String part) {
        Path folder = root.resolve(part);
        List<Case> cases = new ArrayList<>();
        try {
            List<String> lines = Files.readAllLines(folder.resolve("MANIFEST.tsv"));
            String[] names = lines.get(0).split("\t", -1);
            for (String line : lines.subList(1, lines.size())) {
                String[] values = line.split("\t", -1);
                Map<String, String> columns = new HashMap<>();
                for (int i = 0; i < Math.min(names.length, values.length); i++) {
                    columns.put(names[i], values[i]);
                }
                cases.add(new Case(values[0], folder.resolve(values[0]), columns));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return cases;
    }
}
