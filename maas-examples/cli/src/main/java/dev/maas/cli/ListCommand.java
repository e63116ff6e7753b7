package dev.maas.cli;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonNull;
import com.google.gson.JsonObject;
import com.google.gson.JsonPrimitive;
import dev.maas.ModelRef;
import dev.maas.ModelVersion;
import dev.maas.Page;
import dev.maas.examples.terminal.ByteText;
import dev.maas.examples.terminal.Table;
import dev.maas.registry.ManagedRegistry;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Lists the models of a registry, or the versions of a model. */
@Command(name = "list", aliases = "ls", description = "List the models of a registry, or the versions of a model.")
final class ListCommand extends RegistryCommand {
    @Parameters(
            arity = "0..1",
            paramLabel = "NAME",
            converter = RefConverter.class,
            description = "The model whose versions to list; without it, the models.")
    @Nullable
    ModelRef model;

    @Option(
            names = {"-n", "--limit"},
            paramLabel = "N",
            defaultValue = "1000",
            description = "How many to list at most. Default: ${DEFAULT-VALUE}.")
    int limit;

    ListCommand(Shell shell) {
        super(shell);
    }

    private record Model(String name, Optional<ModelVersion> newest, Map<String, Integer> aliases) {}

    @Override
    int run() {
        try (ManagedRegistry opened = registry.open(this)) {
            if (model == null) {
                listModels(opened);
            } else {
                listVersions(opened, requireNameOnly(model));
            }
        }
        return 0;
    }

    private void listModels(ManagedRegistry opened) {
        List<Model> models = new ArrayList<>();
        for (String name : all(limit, opened::models)) {
            Page<ModelVersion> newest = opened.versions(name, Page.Request.first(1));
            models.add(new Model(name, newest.items().stream().findFirst(), opened.aliases(name)));
        }
        answer(() -> document(models), () -> {
            if (models.isEmpty()) {
                line("There are no models yet; 'maas publish NAME PATH' publishes one");
                return;
            }
            Table table = new Table("MODEL", "NEWEST", "PUBLISHED", "SIZE", "ALIASES", "DESCRIPTION");
            models.forEach(found -> table.row(
                    found.name,
                    found.newest
                            .map(version -> String.valueOf(version.number()))
                            .orElse("-"),
                    found.newest
                            .map(version -> VersionText.time(version.publishedAt()))
                            .orElse(""),
                    found.newest.map(version -> ByteText.of(version.byteSize())).orElse(""),
                    VersionText.join(found.aliases.entrySet().stream()
                            .map(alias -> alias.getKey() + "=" + alias.getValue())
                            .toList()),
                    found.newest
                            .map(version -> version.metadata().description())
                            .orElse("")));
            shell.terminal().rows(table);
        });
    }

    private static JsonObject document(List<Model> models) {
        JsonArray array = new JsonArray();
        for (Model found : models) {
            JsonObject entry = new JsonObject();
            entry.addProperty("name", found.name);
            entry.add("aliases", VersionJson.map(found.aliases, JsonPrimitive::new));
            entry.add(
                    "newest",
                    found.newest
                            .<JsonElement>map(
                                    version -> VersionJson.version(version, aliasesOf(found.aliases, version.number())))
                            .orElse(JsonNull.INSTANCE));
            array.add(entry);
        }
        JsonObject document = new JsonObject();
        document.add("models", array);
        return document;
    }

    private void listVersions(ManagedRegistry opened, String name) {
        List<ModelVersion> versions = all(limit, request -> opened.versions(name, request));
        Map<String, Integer> aliases = opened.aliases(name);
        answer(
                () -> {
                    JsonObject document = new JsonObject();
                    document.addProperty("name", name);
                    document.add("aliases", VersionJson.map(aliases, JsonPrimitive::new));
                    document.add(
                            "versions",
                            VersionJson.list(
                                    versions,
                                    version -> VersionJson.version(version, aliasesOf(aliases, version.number()))));
                    return document;
                },
                () -> shell.terminal().rows(VersionText.versions(versions, Map.of(name, aliases))));
    }
}
