package dev.maas.cli;

import dev.maas.AliasChange;
import dev.maas.ModelRef;
import dev.maas.registry.ManagedRegistry;
import dev.maas.registry.RegistryOptions;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** Points an alias back to where it pointed before. */
@Command(
        name = "rollback",
        description = "Point an alias back to where it pointed before its last move; doing so twice undoes the first.")
final class RollbackCommand extends RegistryCommand {
    @Parameters(paramLabel = "NAME@ALIAS", converter = RefConverter.class, description = "The alias.")
    ModelRef ref = ModelRef.of("model");

    @Mixin
    final Orders orders = new Orders();

    RollbackCommand(Shell shell) {
        super(shell);
    }

    @Override
    int run() {
        if (!(ref.selector() instanceof ModelRef.Alias alias)) {
            throw new UsageException("Which alias is to go back? Write it like " + ref.name() + "@champion");
        }
        try (ManagedRegistry opened = registry.open(this, this::options)) {
            AliasChange change = opened.rollback(ref.name(), alias.alias(), orders.why);
            answer(() -> VersionJson.change(change), () -> line(VersionText.change(change)));
        }
        return 0;
    }

    private RegistryOptions options(RegistryOptions options) {
        return orders.who().map(options::who).orElse(options);
    }
}
