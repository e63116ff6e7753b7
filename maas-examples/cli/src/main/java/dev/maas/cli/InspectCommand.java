package dev.maas.cli;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonNull;
import com.google.gson.JsonObject;
import com.google.gson.JsonPrimitive;
import dev.maas.EngineException;
import dev.maas.Model;
import dev.maas.ModelLoadException;
import dev.maas.examples.terminal.ByteText;
import dev.maas.examples.terminal.Table;
import dev.maas.gate.Inspection;
import dev.maas.gate.ModelGate;
import dev.maas.gate.OnnxModel;
import dev.maas.serving.ModelLoader;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Says what is in a model without running it. */
@Command(
        name = "inspect",
        description =
                "Say what a model takes and gives, its operators and size, and whether the gate lets it pass; nothing"
                        + " of it is run. The exit status is 1 if it is refused.")
final class InspectCommand extends MaasCommand {
    @Mixin
    final RegistryChoice registry = new RegistryChoice();

    @Parameters(paramLabel = "REF|PATH", description = Descriptions.REF_OR_PATH)
    String model = "";

    @Option(names = "--load", description = "Also let the engine load it, which tells whether it knows all operators.")
    boolean load;

    InspectCommand(Shell shell) {
        super(shell);
    }

    /** What the gate, and maybe the engine, said. */
    private record Verdict(
            String by, boolean accepted, @Nullable String reason) {}

    @Override
    int run() {
        try (ModelChoice.Opened opened = ModelChoice.of(model).open(registry, this)) {
            Optional<Inspection> inspection = Optional.empty();
            Verdict verdict;
            try {
                inspection = Optional.of(new ModelGate().inspect(opened.source()));
                verdict = verdict(inspection.get());
            } catch (ModelLoadException e) {
                verdict = new Verdict("gate", false, e.getMessage());
            }
            if (load && verdict.accepted) {
                verdict = loaded(opened);
            }
            print(opened.name(), inspection, verdict);
            return verdict.accepted ? 0 : Failures.FAILED;
        }
    }

    private static Verdict verdict(Inspection inspection) {
        List<String> uncarried = inspection.onnx().map(OnnxModel::uncarried).orElse(List.of());
        return uncarried.isEmpty()
                ? new Verdict("gate", true, null)
                : new Verdict("gate", false, String.join(". ", uncarried));
    }

    private static Verdict loaded(ModelChoice.Opened opened) {
        // The source stays open until the command ends; the model closes it once more, which does nothing.
        try (ModelLoader loader = ModelLoader.create();
                Model loaded = loader.load(opened.source())) {
            return new Verdict("engine", !loaded.signature().outputs().isEmpty(), null);
        } catch (ModelLoadException | EngineException e) {
            return new Verdict("engine", false, e.getMessage());
        }
    }

    private void print(String name, Optional<Inspection> inspection, Verdict verdict) {
        answer(
                () -> {
                    JsonObject document = new JsonObject();
                    document.addProperty("model", name);
                    JsonObject said = new JsonObject();
                    said.addProperty("accepted", verdict.accepted);
                    said.addProperty("by", verdict.by);
                    said.add("reason", JsonText.orNull(verdict.reason));
                    document.add("verdict", said);
                    document.add(
                            "package",
                            inspection
                                    .<JsonElement>map(InspectCommand::packageOf)
                                    .orElse(JsonNull.INSTANCE));
                    document.add(
                            "onnx",
                            inspection
                                    .flatMap(Inspection::onnx)
                                    .<JsonElement>map(InspectCommand::onnx)
                                    .orElse(JsonNull.INSTANCE));
                    return document;
                },
                () -> tell(name, inspection, verdict));
    }

    private static JsonObject packageOf(Inspection inspection) {
        JsonObject document = new JsonObject();
        document.addProperty("entry", inspection.entry());
        document.addProperty("format", inspection.format());
        document.addProperty("files", inspection.files());
        document.addProperty("bytes", inspection.packageBytes());
        document.addProperty("entryBytes", inspection.entryBytes());
        return document;
    }

    private static JsonObject onnx(OnnxModel onnx) {
        JsonObject document = new JsonObject();
        document.add(
                "signature",
                onnx.signature().<JsonElement>map(VersionJson::signature).orElse(JsonNull.INSTANCE));
        document.addProperty("irVersion", onnx.irVersion());
        document.add("operatorSets", VersionJson.map(onnx.operatorSets(), JsonPrimitive::new));
        document.addProperty("producer", onnx.producer());
        document.addProperty("graph", onnx.graphName());
        document.addProperty("nodes", onnx.nodes());
        document.addProperty("weights", onnx.initializers());
        document.addProperty("weightBytes", onnx.initializerBytes());
        document.add("functions", VersionJson.texts(onnx.functions()));
        document.add("properties", VersionJson.map(onnx.properties(), JsonPrimitive::new));
        JsonArray operators = new JsonArray();
        onnx.operators()
                .forEach((domain, names) -> names.forEach((operator, count) -> {
                    JsonObject entry = new JsonObject();
                    entry.addProperty("domain", domain);
                    entry.addProperty("operator", operator);
                    entry.addProperty("count", count);
                    operators.add(entry);
                }));
        document.add("operators", operators);
        return document;
    }

    private void tell(String name, Optional<Inspection> inspection, Verdict verdict) {
        Map<String, String> facts = new LinkedHashMap<>();
        facts.put("model", name);
        String who = "the " + verdict.by;
        boolean unread = verdict.by.equals("gate")
                && inspection.filter(found -> found.onnx().isEmpty()).isPresent();
        String accepted = "accepted by " + who
                + (unread ? ", which reads ONNX only, and looked at no more than the names and sizes of files" : "");
        facts.put("verdict", verdict.reason == null ? accepted : "refused by " + who + ": " + verdict.reason);
        inspection.ifPresent(found -> facts.put(
                "files",
                Words.count(found.files(), "file") + ", " + ByteText.of(found.packageBytes()) + "; loads "
                        + found.entry()));
        Optional<OnnxModel> onnx = inspection.flatMap(Inspection::onnx);
        onnx.ifPresent(model -> describe(facts, model));
        VersionText.lines(facts).forEach(this::line);
        onnx.ifPresent(this::operators);
    }

    private static void describe(Map<String, String> facts, OnnxModel onnx) {
        onnx.signature().ifPresent(signature -> VersionText.signature(facts, signature));
        facts.put("weights", onnx.initializers() + ", " + ByteText.of(onnx.initializerBytes()));
        List<String> sets = new ArrayList<>();
        onnx.operatorSets().forEach((domain, version) -> sets.add(domain + " " + version));
        facts.put("operator sets", VersionText.join(sets));
        facts.put("producer", onnx.producer());
        onnx.properties().forEach((key, value) -> facts.put("property " + key, value));
    }

    private void operators(OnnxModel onnx) {
        Table table = new Table("OPERATOR", "DOMAIN", "COUNT");
        onnx.operators()
                .forEach((domain, names) -> names.forEach((operator, count) -> table.row(operator, domain, count)));
        line("");
        shell.terminal().rows(table);
    }
}
