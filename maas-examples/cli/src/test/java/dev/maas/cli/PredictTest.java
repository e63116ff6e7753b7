package dev.maas.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PredictTest {
    private static final String ECHO = Samples.model("echo").toString();
    private static final String LOG = Samples.model("log").toString();

    @TempDir
    private Path folder;

    private MaasRun predict(String model, String input, String... more) {
        List<String> words = new ArrayList<>(List.of("predict", model));
        words.addAll(List.of(more));
        return MaasRun.withInput(folder.resolve("models"), input, words.toArray(new String[0]));
    }

    /** The names of a model's input and output, which the test's models do not share. */
    private static JsonObject signature(String model) {
        return MaasRun.bare("inspect", model, "--json")
                .json()
                .getAsJsonObject("onnx")
                .getAsJsonObject("signature");
    }

    private static String input(String model) {
        return signature(model)
                .getAsJsonArray("inputs")
                .get(0)
                .getAsJsonObject()
                .get("name")
                .getAsString();
    }

    private static String output(String model) {
        return signature(model)
                .getAsJsonArray("outputs")
                .get(0)
                .getAsJsonObject()
                .get("name")
                .getAsString();
    }

    @Test
    void whatCsvQuotesGoesThroughAModelUnchanged() {
        String rows = "\"a, b\"\n\"say \"\"hi\"\"\"\n\"two\nlines\"\n\"\"\n plain \n\u00fcber \ud83d\ude00\n";

        MaasRun run = predict(ECHO, input(ECHO) + "\n" + rows, "--to", "csv");

        assertThat(run.out()).as(run.toString()).isEqualTo(output(ECHO) + "\n" + rows);
    }

    @Test
    void tabsSeparateWhereTheyAreAskedFor() {
        MaasRun run = predict(ECHO, "other\t" + input(ECHO) + "\n1\ta,b\n", "--from", "tsv", "--to", "tsv");

        assertThat(run.out()).as(run.toString()).isEqualTo(output(ECHO) + "\na,b\n");
    }

    @Test
    void whatIsNotFiniteIsATextInJsonAndAWordInCsv() {
        String name = input(LOG);
        String rows = "[{\"" + name + "\": -1}, {\"" + name + "\": 0}, {\"" + name + "\": \"Infinity\"}, {\"" + name
                + "\": 1}, {\"" + name + "\": \"NaN\"}]";

        assertThat(predict(LOG, rows, "--json").json().get("rows"))
                .hasToString(
                        "[{\"y\":\"NaN\"},{\"y\":\"-Infinity\"},{\"y\":\"Infinity\"},{\"y\":0.0},{\"y\":\"NaN\"}]");
        assertThat(predict(LOG, name + "\n-1\n0\nInfinity\n", "--to", "csv").out())
                .isEqualTo("y\nNaN\n-Infinity\nInfinity\n");
        assertThat(predict(LOG, "[{\"" + name + "\": NaN}]").err()).contains("not sound JSON");
    }

    @Test
    void aRequestOfTheProtocolGetsItsResponse() {
        MaasRun run = predict(
                LOG,
                "{\"id\": \"7\", \"inputs\": [{\"name\": \"x\", \"shape\": [2], \"datatype\": \"FP32\", \"data\": [1, -1]}]}");

        assertThat(run.json())
                .hasToString("{\"model_name\":\"" + LOG
                        + "\",\"id\":\"7\",\"outputs\":[{\"name\":\"y\",\"datatype\":\"FP32\","
                        + "\"shape\":[2],\"data\":[0.0,\"NaN\"]}]}");
        assertThat(predict(
                                LOG,
                                "{\"inputs\": [{\"name\": \"x\", \"shape\": [2], \"datatype\": \"FP32\", \"data\": [1, 1]}]}",
                                "--to",
                                "csv")
                        .out())
                .isEqualTo("y\n0.0\n0.0\n");
    }

    @Test
    void aSequenceOfMapsBecomesColumns() {
        String model = Samples.model("zipmap").toString();
        JsonObject input = signature(model).getAsJsonArray("inputs").get(0).getAsJsonObject();
        String name = input.get("name").getAsString();

        MaasRun run = predict(model, "[{\"" + name + "\": [0.25, 0.75]}, {\"" + name + "\": [1, 0]}]", "--to", "csv");

        assertThat(run.out().lines().toList())
                .as(run.toString())
                .hasSize(3)
                .first()
                .asString()
                .contains(".ham", ".spam");
        assertThat(run.out()).contains("0.25,0.75", "1.0,0.0");
        String request = "{\"inputs\": [{\"name\": \"" + name
                + "\", \"shape\": [1, 2], \"datatype\": \"FP32\", \"data\": [1, 0]}]}";
        assertThat(predict(model, request).err()).contains("carries tensors only", "--to csv");
    }

    @Test
    void aModelOfOneRowRunsOnceForEach() {
        String model = Samples.model("single").toString();
        String name = input(model);

        MaasRun run = predict(model, "[{\"" + name + "\": [1, 2]}, {\"" + name + "\": [3, 4]}]", "--json");

        assertThat(run.json().get("rows"))
                .hasToString("[{\"" + output(model) + "\":[1.0,2.0]},{\"" + output(model) + "\":[3.0,4.0]}]");
        assertThat(predict(model, name + "[0]," + name + "[1]\n5,6\n", "--to", "csv")
                        .out())
                .isEqualTo(output(model) + "[0]," + output(model) + "[1]\n5.0,6.0\n");
    }

    @Test
    void manyRowsStayInTheirOrder() {
        String rows = IntStream.range(0, 1000).mapToObj(i -> "row " + i).collect(Collectors.joining("\n"));

        assertThat(predict(ECHO, input(ECHO) + "\n" + rows, "--to", "csv").out())
                .isEqualTo(output(ECHO) + "\n" + rows + "\n");
    }

    @Test
    void aFileIsReadByItsNameAndAByteOrderMarkPassedOver() throws IOException {
        Path csv = Files.writeString(folder.resolve("rows.csv"), "\ufeff" + input(ECHO) + "\n[a]\n");
        Path json = Files.writeString(folder.resolve("rows.json"), " {\"" + input(ECHO) + "\": \"b\"}");

        assertThat(predict(ECHO, "", csv.toString(), "--to", "csv").out()).endsWith("\n[a]\n");
        assertThat(predict(ECHO, "", json.toString(), "--to", "csv").out()).endsWith("\nb\n");
    }

    @Test
    void columnsHaveTheNamesThatThePublisherGave() {
        Path registry = folder.resolve("models");
        Samples.publishFlowers(registry);

        MaasRun run = MaasRun.in(registry, "predict", "flowers", Samples.FLOWERS_CSV.toString(), "--json");

        assertThat(run.json().get("model").getAsString()).isEqualTo("flowers:1");
        assertThat(run.json().getAsJsonArray("rows").asList())
                .extracting(row -> row.getAsJsonObject().get("label").getAsString())
                .containsExactly("setosa", "versicolor", "virginica");
        assertThat(run.json()
                        .getAsJsonArray("rows")
                        .get(0)
                        .getAsJsonObject()
                        .getAsJsonObject("scores")
                        .keySet())
                .containsExactly("setosa", "versicolor", "virginica");
        assertThat(predict("flowers", "sepal_length,sepal_width,petal_length\n1,2,3\n")
                        .err())
                .contains("takes the columns [sepal_length, sepal_width, petal_length, petal_width]", "line 2 has");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "x | has no rows",
                "'' | has no rows",
                "x\\na | takes float32",
                "x\\n1\\n\"\" | on line 3, column 'x'",
                "x,x\\n1,2 | two columns of one name",
                "x,y\\n1 | has 1 cells; the first row names 2",
                "y\\n1 | takes a column 'x'; line 2 has [y]",
                "[] | has no rows",
                "[1] | Row 1 of the standard input is an object",
                "[{\"y\": 1}] | row 1 has [y]",
                "[{\"x\": null}] | got null",
                "[{\"x\": {}}] | got an object",
                "[{\"x\": [1, 2]}, {\"x\": 1}] | rows of one run are of one shape",
                "{\"inputs\": [{\"name\": \"x\", \"shape\": [3], \"datatype\": \"FP32\", \"data\": [1]}]} | has 1 elements",
                "{\"inputs\": []} | ''",
            },
            quoteCharacter = '`')
    void dataThatDoesNotFitIsRefusedWithItsPlace(String data, String message) {
        String text = data.replace("\\n", "\n").replace("''", "");
        MaasRun run = predict(LOG, text);

        assertThat(run.status()).as(run.toString()).isEqualTo(1);
        assertThat(run.out()).isEmpty();
        assertThat(run.err()).startsWith("maas: ").contains(message.replace("''", ""));
    }

    @Test
    void aPersonIsAskedForDataInsteadOfWaitedFor() {
        MaasRun run = MaasRun.onTerminal(folder, "predict", LOG);

        assertThat(run.status()).isEqualTo(2);
        assertThat(run.err()).contains("Where is the data?");
    }

    @Test
    void aRegistrysVersionMustBeTrustedWhereThatIsAskedFor() throws Exception {
        Path registry = folder.resolve("models");
        Samples.publishFlowers(registry);
        Samples.keys(folder, "ann");

        MaasRun run = MaasRun.in(
                registry,
                "predict",
                "flowers",
                Samples.FLOWERS_CSV.toString(),
                "--trust",
                folder.resolve("ann.pub").toString());

        assertThat(run.status()).isEqualTo(1);
        assertThat(run.err()).contains("not trusted");
    }
}
