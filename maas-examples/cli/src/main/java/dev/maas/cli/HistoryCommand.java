package dev.maas.cli;

import com.google.gson.JsonObject;
import dev.maas.AliasChange;
import dev.maas.ModelNotFoundException;
import dev.maas.ModelRef;
import dev.maas.RegistryEvent;
import dev.maas.examples.terminal.Table;
import dev.maas.registry.ManagedRegistry;
import java.util.List;
import java.util.Locale;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Lists what happened to a model. */
@Command(name = "history", description = "List what happened to a model, the newest first: who, when, why.")
final class HistoryCommand extends RegistryCommand {
    @Parameters(
            paramLabel = "NAME",
            converter = RefConverter.class,
            description = "The model; as name@alias, only the moves of that alias.")
    ModelRef ref = ModelRef.of("model");

    @Option(
            names = {"-n", "--limit"},
            paramLabel = "N",
            defaultValue = "100",
            description = "How many to list at most. Default: ${DEFAULT-VALUE}.")
    int limit;

    HistoryCommand(Shell shell) {
        super(shell);
    }

    @Override
    int run() {
        try (ManagedRegistry opened = registry.open(this)) {
            if (ref.selector() instanceof ModelRef.Alias alias) {
                moves(opened, alias.alias());
            } else {
                events(opened, requireNameOnly(ref));
            }
        }
        return 0;
    }

    private void events(ManagedRegistry opened, String name) {
        List<RegistryEvent> events = all(limit, request -> opened.history(name, request));
        answer(
                () -> {
                    JsonObject document = new JsonObject();
                    document.addProperty("name", name);
                    document.add("events", VersionJson.list(events, VersionJson::event));
                    return document;
                },
                () -> {
                    Table table = new Table("AT", "WHO", "WHAT", "SUBJECT", "WHY");
                    events.forEach(event -> table.row(
                            VersionText.time(event.at()),
                            event.who(),
                            event.kind().name().toLowerCase(Locale.ROOT),
                            event.subject(),
                            event.why()));
                    shell.terminal().rows(table);
                });
    }

    private void moves(ManagedRegistry opened, String alias) {
        List<AliasChange> moves = opened.aliasHistory(ref.name(), alias);
        if (moves.isEmpty()) {
            throw new ModelNotFoundException("There never was an alias '" + alias + "' of '" + ref.name() + "'");
        }
        answer(
                () -> {
                    JsonObject document = new JsonObject();
                    document.addProperty("name", ref.name());
                    document.addProperty("alias", alias);
                    document.add("moves", VersionJson.list(moves, VersionJson::change));
                    return document;
                },
                () -> {
                    Table table = new Table("AT", "WHO", "FROM", "TO", "WHY");
                    moves.stream()
                            .limit(limit)
                            .forEach(move -> table.row(
                                    VersionText.time(move.at()),
                                    move.who(),
                                    move.from().isPresent() ? move.from().getAsInt() : "-",
                                    move.to().isPresent() ? move.to().getAsInt() : "-",
                                    move.why()));
                    shell.terminal().rows(table);
                });
    }
}
