package dev.maas.cli;

import com.google.gson.JsonObject;
import com.google.gson.JsonPrimitive;
import dev.maas.AliasChange;
import dev.maas.AliasUpdate;
import dev.maas.ModelRef;
import dev.maas.examples.terminal.Table;
import dev.maas.registry.ManagedRegistry;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Lists, moves and removes aliases. */
@Command(name = "alias", description = "List a model's aliases; move one to a version, or remove it.")
final class AliasCommand extends RegistryCommand {
    @Parameters(
            index = "0",
            paramLabel = "REF",
            converter = RefConverter.class,
            description = "The version to point to; the model's name alone to list its aliases, or with --remove.")
    ModelRef ref = ModelRef.of("model");

    @Parameters(index = "1", arity = "0..1", paramLabel = "ALIAS", description = "The alias to move or remove.")
    @Nullable
    String alias;

    @Option(names = "--remove", description = "Remove the alias.")
    boolean remove;

    @Option(
            names = "--expect",
            paramLabel = "N|none",
            description = "Only if the alias points to that version now, or to none.")
    @Nullable
    String expected;

    @Mixin
    final Orders orders = new Orders();

    AliasCommand(Shell shell) {
        super(shell);
    }

    @Override
    int run() {
        if (expected != null && !expected.matches("none|[1-9][0-9]{0,8}")) {
            throw new UsageException("--expect takes the number of a version, or none; got '" + expected + "'");
        }
        try (ManagedRegistry opened = registry.open(this)) {
            if (alias == null) {
                list(opened);
            } else {
                move(opened, alias);
            }
        }
        return 0;
    }

    private void list(ManagedRegistry opened) {
        if (remove || expected != null) {
            throw new UsageException("Which alias? It goes behind the model: maas alias " + ref + " ALIAS");
        }
        String name = requireNameOnly(ref);
        Map<String, Integer> aliases = opened.aliases(name);
        answer(
                () -> {
                    JsonObject document = new JsonObject();
                    document.addProperty("name", name);
                    document.add("aliases", VersionJson.map(aliases, JsonPrimitive::new));
                    return document;
                },
                () -> {
                    Table table = new Table("ALIAS", "VERSION");
                    aliases.forEach((alias, version) -> table.row(alias, version));
                    if (aliases.isEmpty()) {
                        line("'" + name + "' has no aliases yet; 'maas alias " + name + ":N ALIAS' makes one");
                    } else {
                        shell.terminal().rows(table);
                    }
                });
    }

    private void move(ManagedRegistry opened, String chosen) {
        AliasUpdate update = remove
                ? AliasUpdate.removal(requireNameOnly(ref), chosen)
                : AliasUpdate.of(ref.name(), chosen, opened.resolve(ref).number());
        update = expecting(update).because(orders.why);
        String who = orders.who;
        AliasChange change = opened.alias(who == null ? update : update.by(who));
        answer(() -> VersionJson.change(change), () -> line(VersionText.change(change)));
    }

    private AliasUpdate expecting(AliasUpdate update) {
        if (expected == null) {
            return update;
        }
        if (expected.equals("none")) {
            return update.expectingNone();
        }
        return update.expecting(Integer.parseInt(expected));
    }
}
