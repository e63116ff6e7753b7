package dev.maas.cli;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import dev.maas.InvalidInputException;
import dev.maas.Model;
import dev.maas.examples.csv.DelimitedText;
import dev.maas.examples.terminal.Table;
import dev.maas.serving.ModelLoader;
import dev.maas.tensor.Outputs;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Runs a model once over data. */
@Command(
        name = "predict",
        description = "Run a model over rows of CSV or JSON, or over a request of the Open Inference Protocol.")
final class PredictCommand extends MaasCommand {
    private static final int ROWS_IN_A_RUN = 256;

    @Mixin
    final RegistryChoice registry = new RegistryChoice();

    @Parameters(index = "0", paramLabel = "REF|PATH", description = Descriptions.REF_OR_PATH)
    String model = "";

    @Parameters(
            index = "1",
            arity = "0..1",
            paramLabel = "FILE",
            defaultValue = "-",
            description = "The data; '-', the default, is the standard input.")
    String input = "-";

    @Option(
            names = "--from",
            paramLabel = "csv|tsv|json",
            description = "What the data is. Default: by the file's name, or by its first character.")
    @Nullable
    DataForm from;

    @Option(
            names = "--to",
            paramLabel = "table|csv|tsv|json",
            description =
                    "What to print. Default: a table; with --json, JSON; JSON also for a request of the protocol.")
    @Nullable
    DataForm to;

    PredictCommand(Shell shell) {
        super(shell);
    }

    /** What the model gave, and the request of the protocol that it answers, if it was one. */
    private record Answer(List<JsonObject> rows, Optional<JsonObject> response) {}

    @Override
    int run() {
        DataForm form = json ? DataForm.JSON : to;
        PredictData data = PredictData.read(input, Optional.ofNullable(from), shell);
        Answer answer;
        String name;
        try (ModelChoice.Opened opened = ModelChoice.of(model).open(registry, this);
                ModelLoader loader = ModelLoader.create();
                Model loaded = loader.load(opened.source())) {
            name = opened.name();
            answer = data.request().isPresent()
                    ? answer(loaded, name, data.request().get(), form)
                    : new Answer(predict(loaded, data.rows()), Optional.empty());
        }
        print(name, answer, form);
        return 0;
    }

    private static Answer answer(Model model, String name, JsonElement document, @Nullable DataForm form) {
        TensorJson.Request request = TensorJson.request(document, model.signature());
        boolean rows = form != null && form != DataForm.JSON;
        List<String> uncarried = TensorJson.uncarried(model.signature(), request.outputs());
        if (!rows && !uncarried.isEmpty()) {
            throw new InvalidInputException("JSON of the Open Inference Protocol carries tensors only, and not "
                    + uncarried + ". Take the answer as rows, by --to csv");
        }
        Outputs outputs = model.run(request.inputs());
        return rows
                ? new Answer(
                        new OutputRows(model.metadata()).rows(outputs, OutputRows.count(outputs)), Optional.empty())
                : new Answer(List.of(), Optional.of(TensorJson.response(name, Optional.empty(), request, outputs)));
    }

    private static List<JsonObject> predict(Model model, List<InputRow> rows) {
        RowInputs inputs = new RowInputs(model.signature(), model.metadata());
        OutputRows outputs = new OutputRows(model.metadata());
        int size = inputs.isBatchable() ? ROWS_IN_A_RUN : 1;
        List<JsonObject> predicted = new ArrayList<>();
        for (int from = 0; from < rows.size(); from += size) {
            List<InputRow> part = rows.subList(from, Math.min(rows.size(), from + size));
            predicted.addAll(outputs.rows(model.run(inputs.tensors(part)), part.size()));
        }
        return predicted;
    }

    private void print(String name, Answer answer, @Nullable DataForm form) {
        if (answer.response.isPresent()) {
            shell.print(answer.response.get());
        } else if (form == DataForm.JSON) {
            JsonObject document = new JsonObject();
            document.addProperty("model", name);
            JsonArray rows = new JsonArray();
            answer.rows.forEach(rows::add);
            document.add("rows", rows);
            shell.print(document);
        } else if (form == DataForm.CSV || form == DataForm.TSV) {
            char delimiter = form == DataForm.CSV ? ',' : '\t';
            OutputRows.cells(answer.rows).forEach(cells -> line(DelimitedText.write(cells, delimiter)));
        } else {
            List<List<String>> cells = OutputRows.cells(answer.rows);
            Table table = new Table(cells.get(0).toArray(new String[0]));
            cells.stream().skip(1).forEach(row -> table.row(row.toArray()));
            shell.terminal().rows(table);
        }
    }
}
