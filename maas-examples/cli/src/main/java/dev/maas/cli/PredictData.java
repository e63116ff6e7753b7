package dev.maas.cli;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import dev.maas.InvalidInputException;
import dev.maas.examples.csv.DelimitedText;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * The data that a model is to run over: rows, or a request of the Open Inference Protocol.
 *
 * @param rows the rows; none if it is a request
 * @param request the request, if it is one
 */
record PredictData(List<InputRow> rows, Optional<JsonElement> request) {
    private static final String BYTE_ORDER_MARK = "\ufeff";

    /**
     * Reads data.
     *
     * @param source a file, or {@code -} for the standard input
     * @param form what it is; empty to tell by its name or its first character
     * @throws InvalidInputException if it cannot be read or is not sound
     */
    static PredictData read(String source, Optional<DataForm> form, Shell shell) {
        String what = source.equals("-") ? "The standard input" : "'" + source + "'";
        String text = text(source, what, shell);
        return switch (form.orElseGet(() -> guess(source, text))) {
            case JSON -> ofJson(JsonText.parse(text, what), what);
            case CSV -> new PredictData(rows(DelimitedText.parse(text, ','), what), Optional.empty());
            case TSV -> new PredictData(rows(DelimitedText.parse(text, '\t'), what), Optional.empty());
            case TABLE -> throw new UsageException("Tables are printed, not read; --from takes csv, tsv or json");
        };
    }

    private static String text(String source, String what, Shell shell) {
        if (source.equals("-") && shell.terminal().isInteractive()) {
            throw new UsageException("Where is the data? Name a file, or pipe it in: maas predict REF < rows.csv");
        }
        try {
            byte[] bytes = source.equals("-") ? shell.in().readAllBytes() : Files.readAllBytes(Path.of(source));
            String text = StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes))
                    .toString();
            return text.startsWith(BYTE_ORDER_MARK) ? text.substring(1) : text;
        } catch (CharacterCodingException e) {
            throw new InvalidInputException(what + " is not in UTF-8; save it again in that encoding", e);
        } catch (IOException | InvalidPathException e) {
            throw new InvalidInputException(what + " cannot be read: is it a file that you may read?", e);
        }
    }

    private static DataForm guess(String source, String text) {
        String name = source.toLowerCase(Locale.ROOT);
        if (name.endsWith(".json")) {
            return DataForm.JSON;
        }
        if (name.endsWith(".csv") || name.endsWith(".tsv")) {
            return name.endsWith(".csv") ? DataForm.CSV : DataForm.TSV;
        }
        String start = text.stripLeading();
        return start.startsWith("{") || start.startsWith("[") ? DataForm.JSON : DataForm.CSV;
    }

    private static PredictData ofJson(JsonElement document, String what) {
        if (document instanceof JsonObject object) {
            return object.get("inputs") instanceof JsonArray
                    ? new PredictData(List.of(), Optional.of(object))
                    : new PredictData(List.of(new InputRow.Members(1, object)), Optional.empty());
        }
        List<InputRow> rows = new ArrayList<>();
        if (document instanceof JsonArray array) {
            for (JsonElement element : array) {
                if (!(element instanceof JsonObject row)) {
                    throw new InvalidInputException("Row " + (rows.size() + 1) + " of " + lower(what)
                            + " is an object like {\"x\": 1.5}; got something else");
                }
                rows.add(new InputRow.Members(rows.size() + 1, row));
            }
        }
        return new PredictData(requireSome(rows, what), Optional.empty());
    }

    private static List<InputRow> rows(List<DelimitedText.Row> lines, String what) {
        List<InputRow> rows = new ArrayList<>();
        List<String> heads = lines.isEmpty() ? List.of() : lines.get(0).cells();
        if (new HashSet<>(heads).size() != heads.size()) {
            throw new InvalidInputException(what + " has two columns of one name: " + heads);
        }
        for (DelimitedText.Row line : lines.subList(Math.min(1, lines.size()), lines.size())) {
            if (line.cells().size() != heads.size()) {
                throw new InvalidInputException("Line " + line.line() + " of " + lower(what) + " has "
                        + line.cells().size() + " cells; the first row names " + heads.size() + " columns");
            }
            rows.add(new InputRow.Cells(line.line(), heads, line.cells()));
        }
        return requireSome(rows, what);
    }

    private static String lower(String what) {
        return Character.toLowerCase(what.charAt(0)) + what.substring(1);
    }

    private static List<InputRow> requireSome(List<InputRow> rows, String what) {
        if (rows.isEmpty()) {
            throw new InvalidInputException(what + " has no rows: CSV has the columns' names in the first row and data"
                    + " below, JSON is an array of objects");
        }
        return rows;
    }
}
