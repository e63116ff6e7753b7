package dev.maas.cli;

import dev.maas.ModelRef;
import dev.maas.RegistryEvent;
import dev.maas.VersionUpdate;
import dev.maas.registry.ManagedRegistry;
import dev.maas.registry.RegistryOptions;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** What commands have in common that withdraw, delete or edit a version. */
abstract class UpdateCommand extends RegistryCommand {
    @Parameters(paramLabel = "REF", converter = RefConverter.class, description = Descriptions.REF)
    ModelRef ref = ModelRef.of("model");

    @Mixin
    final Orders orders = new Orders();

    UpdateCommand(Shell shell) {
        super(shell);
    }

    /** Returns the order for a version. */
    abstract VersionUpdate update(String name, int version);

    /** Returns what was done, for a person. */
    abstract String told(String version);

    /** Returns the options that the order takes. */
    RegistryOptions options(RegistryOptions options) {
        return options;
    }

    @Override
    int run() {
        try (ManagedRegistry opened = registry.open(this, this::options)) {
            VersionUpdate update = update(ref.name(), number(opened)).because(orders.why);
            String who = orders.who;
            RegistryEvent event = opened.update(who == null ? update : update.by(who));
            answer(() -> VersionJson.namedEvent(event), () -> line(told(event.name() + ":" + event.subject())));
        }
        return 0;
    }

    /** A number is taken as it is: a version that was deleted is not resolved any more. */
    private int number(ManagedRegistry opened) {
        return ref.selector() instanceof ModelRef.Version version
                ? version.number()
                : opened.resolve(ref).number();
    }
}
