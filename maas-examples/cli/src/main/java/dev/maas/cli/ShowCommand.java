package dev.maas.cli;

import dev.maas.ModelRef;
import dev.maas.ModelVersion;
import dev.maas.registry.ManagedRegistry;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** Shows all that is known of a version. */
@Command(name = "show", description = "Show all that the registry knows of a version.")
final class ShowCommand extends RegistryCommand {
    @Parameters(paramLabel = "REF", converter = RefConverter.class, description = Descriptions.REF)
    ModelRef ref = ModelRef.of("model");

    ShowCommand(Shell shell) {
        super(shell);
    }

    @Override
    int run() {
        try (ManagedRegistry opened = registry.open(this)) {
            ModelVersion version = opened.resolve(ref);
            List<String> aliases = aliasesOf(opened, version);
            answer(
                    () -> VersionJson.version(version, aliases),
                    () -> VersionText.facts(version, aliases).forEach(this::line));
        }
        return 0;
    }
}
