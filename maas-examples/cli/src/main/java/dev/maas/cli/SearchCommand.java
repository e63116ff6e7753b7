package dev.maas.cli;

import com.google.gson.JsonObject;
import dev.maas.ModelQuery;
import dev.maas.ModelVersion;
import dev.maas.registry.ManagedRegistry;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Finds versions by name, tag and property. */
@Command(name = "search", description = "Find versions of all models by name, tag and property: all conditions hold.")
final class SearchCommand extends RegistryCommand {
    @Option(names = "--name", paramLabel = "TEXT", description = "Models whose name contains this.")
    String name = "";

    @Option(
            names = {"-t", "--tag"},
            paramLabel = "TAG",
            description = "Versions with this tag. May be repeated.")
    List<String> tags = new ArrayList<>();

    @Option(
            names = {"-p", "--property"},
            paramLabel = "KEY=VALUE",
            description = "Versions with this property. May be repeated.")
    Map<String, String> properties = new LinkedHashMap<>();

    @Option(names = "--newest", description = "No more than the newest version of each model.")
    boolean newest;

    @Option(
            names = {"-n", "--limit"},
            paramLabel = "N",
            defaultValue = "1000",
            description = "How many to list at most. Default: ${DEFAULT-VALUE}.")
    int limit;

    SearchCommand(Shell shell) {
        super(shell);
    }

    @Override
    int run() {
        ModelQuery query = ModelQuery.all().nameContaining(name);
        for (String tag : tags) {
            query = query.tag(tag);
        }
        for (Map.Entry<String, String> property : properties.entrySet()) {
            query = query.property(property.getKey(), property.getValue());
        }
        ModelQuery asked = newest ? query.newestOnly() : query;
        try (ManagedRegistry opened = registry.open(this)) {
            List<ModelVersion> found = all(limit, request -> opened.search(asked, request));
            Map<String, Map<String, Integer>> aliases = new LinkedHashMap<>();
            found.forEach(version -> aliases.computeIfAbsent(version.name(), opened::aliases));
            answer(
                    () -> {
                        JsonObject document = new JsonObject();
                        document.add(
                                "versions",
                                VersionJson.list(
                                        found,
                                        version -> VersionJson.version(
                                                version,
                                                aliasesOf(
                                                        aliases.getOrDefault(version.name(), Map.of()),
                                                        version.number()))));
                        return document;
                    },
                    () -> {
                        if (found.isEmpty()) {
                            line("No version meets all conditions");
                        } else {
                            shell.terminal().rows(VersionText.versions(found, aliases));
                        }
                    });
        }
        return 0;
    }
}
