package dev.maas.gate;

import dev.maas.ModelLoadException;
import dev.maas.ModelSource;
import dev.maas.tensor.Tensor;
import java.io.IOException;
import java.io.InputStream;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Inputs of a model with the outputs expected for them, kept in its package as ONNX keeps the data of its own tests:
 * {@code test_data_set_0/input_0.pb}, {@code test_data_set_0/output_0.pb} and so on, beside the model's file.
 *
 * <p>Public for the sibling packages that check models before they serve. Immutable and safe for use by any thread.
 *
 * @param inputs the inputs by name; those with a default are left out
 * @param outputs the expected outputs by name, as {@code Outputs} holds them; not all need be there
 */
public record GoldenData(Map<String, Tensor> inputs, Map<String, Object> outputs) {
    private static final Pattern FILE = Pattern.compile("test_data_set_(\\d{1,9})/(input|output)_(\\d{1,9})\\.pb");
    private static final int MOST_FILE_BYTES = 1 << 28;

    /** Makes copies that cannot be changed and keep their order. */
    public GoldenData {
        inputs = Collections.unmodifiableMap(new LinkedHashMap<>(inputs));
        outputs = Collections.unmodifiableMap(new LinkedHashMap<>(outputs));
    }

    /** Returns the numbers of the data sets in a package, in order. */
    public static SortedSet<Integer> numbers(ModelSource source) {
        SortedSet<Integer> numbers = new TreeSet<>();
        for (String file : source.files()) {
            Matcher matcher = matcher(source, file);
            if (matcher != null) {
                numbers.add(Integer.valueOf(matcher.group(1)));
            }
        }
        return numbers;
    }

    /**
     * Reads one data set.
     *
     * @throws ModelLoadException if a file of it is damaged, or belongs to no input or output of the model
     */
    public static GoldenData read(ModelSource source, OnnxModel model, int number) {
        List<OnnxModel.Value> inputs = model.inputs();
        Map<Integer, String> inputFiles = files(source, number, "input");
        // As ONNX's own runner: where there are fewer files than inputs, those with a default are not counted.
        List<OnnxModel.Value> counted = inputFiles.size() < inputs.size() ? model.requiredInputs() : inputs;
        Map<String, Tensor> given = new LinkedHashMap<>();
        readAll(source, inputFiles, counted).forEach((name, value) -> {
            boolean required = model.requiredInputs().stream()
                    .anyMatch(input -> input.name().equals(name));
            if (required && value instanceof Tensor tensor) {
                given.put(name, tensor);
            } else if (required) {
                throw new ModelLoadException(
                        "The golden data for the input " + Shown.name(name) + " is no tensor, so it cannot be given");
            }
        });
        return new GoldenData(given, readAll(source, files(source, number, "output"), model.outputs()));
    }

    private static Map<Integer, String> files(ModelSource source, int number, String kind) {
        Map<Integer, String> files = new TreeMap<>();
        for (String file : source.files()) {
            Matcher matcher = matcher(source, file);
            if (matcher != null
                    && Integer.parseInt(matcher.group(1)) == number
                    && matcher.group(2).equals(kind)) {
                files.put(Integer.valueOf(matcher.group(3)), file);
            }
        }
        return files;
    }

    private static Map<String, Object> readAll(
            ModelSource source, Map<Integer, String> files, List<OnnxModel.Value> values) {
        Map<String, Object> read = new LinkedHashMap<>();
        files.forEach((index, file) -> {
            if (index >= values.size()) {
                throw new ModelLoadException(Shown.name(file) + " belongs to no input or output: the model has "
                        + values.size() + " of that kind");
            }
            OnnxModel.Value value = values.get(index);
            read.put(value.name(), OnnxValues.read(file, bytes(source, file), value));
        });
        return read;
    }

    private static byte[] bytes(ModelSource source, String file) {
        try (InputStream in = source.open(file)) {
            PackageSizes.requireAtMost(Shown.name(file), source.size(file), MOST_FILE_BYTES, "bytes");
            return in.readNBytes(MOST_FILE_BYTES);
        } catch (IOException e) {
            throw new ModelLoadException(Shown.name(file) + " cannot be read to its end", e);
        }
    }

    private static @Nullable Matcher matcher(ModelSource source, String file) {
        String folder = folder(source);
        Matcher matcher = FILE.matcher(file.startsWith(folder) ? file.substring(folder.length()) : "");
        return matcher.matches() ? matcher : null;
    }

    private static String folder(ModelSource source) {
        return source.entry().substring(0, source.entry().lastIndexOf('/') + 1);
    }

    /**
     * Returns the files that keep this data set in a package whose model lies at its top, by name.
     *
     * @throws IllegalArgumentException if a value is for no input or output of the model, or of another type
     */
    public Map<String, byte[]> files(int number, OnnxModel model) {
        Map<String, byte[]> files = new LinkedHashMap<>();
        String prefix = "test_data_set_" + number + "/";
        inputs.forEach((name, value) -> write(prefix + "input_", model.requiredInputs(), name, value, files));
        outputs.forEach((name, value) -> write(prefix + "output_", model.outputs(), name, value, files));
        return files;
    }

    private static void write(
            String prefix, List<OnnxModel.Value> values, String name, Object value, Map<String, byte[]> files) {
        for (int index = 0; index < values.size(); index++) {
            if (values.get(index).name().equals(name)) {
                files.put(prefix + index + ".pb", OnnxValues.write(values.get(index), value));
                return;
            }
        }
        throw new IllegalArgumentException("The model has no value named '" + name + "' among "
                + values.stream().map(OnnxModel.Value::name).toList());
    }
}
