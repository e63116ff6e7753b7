package dev.maas.cli;

import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** In whose name something is changed, and why, for the history. */
final class Orders {
    @Option(names = "--who", paramLabel = "NAME", description = "In whose name, for the history. Default: your login.")
    @Nullable
    String who;

    @Option(
            names = {"-m", "--why"},
            paramLabel = "REASON",
            description = "The reason, for the history.")
    String why = "";

    Optional<String> who() {
        return Optional.ofNullable(who);
    }
}
