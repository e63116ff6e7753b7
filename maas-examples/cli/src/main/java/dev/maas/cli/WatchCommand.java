package dev.maas.cli;

import com.google.gson.JsonObject;
import dev.maas.ModelRef;
import dev.maas.RegistryEvent;
import dev.maas.registry.ManagedRegistry;
import dev.maas.registry.RegistryOptions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Tells what happens to models as it happens. */
@Command(
        name = "watch",
        description =
                "Tell what happens to models from now on, until SIGINT or SIGTERM; with --json, one document on each line."
                        + " A model need not be there yet.")
final class WatchCommand extends RegistryCommand {
    private static final Duration PATIENCE = Duration.ofSeconds(10);

    @Parameters(arity = "1..*", paramLabel = "NAME", converter = RefConverter.class, description = "The models.")
    List<ModelRef> models = new ArrayList<>();

    @Option(
            names = "--every",
            paramLabel = "TIME",
            converter = DurationConverter.class,
            defaultValue = "1s",
            description = "How often to ask the registry, such as 10s or 1m. Default: ${DEFAULT-VALUE}.")
    Duration every = Duration.ZERO;

    @Option(
            names = {"-n", "--limit"},
            paramLabel = "N",
            description = "Stop after so many events. Default: never.")
    @Nullable
    Integer limit;

    private int told; // guarded by this

    WatchCommand(Shell shell) {
        super(shell);
    }

    @Override
    int run() throws InterruptedException {
        if (limit != null && limit < 1) {
            throw new UsageException("-n takes 1 or more; got " + limit);
        }
        List<String> names =
                models.stream().map(RegistryCommand::requireNameOnly).distinct().toList();
        StopSignal.around(shell, PATIENCE, () -> watch(names));
        return 0;
    }

    private RegistryOptions options(RegistryOptions options) {
        return options.pollInterval(every);
    }

    private void watch(List<String> names) throws InterruptedException {
        // Closing the registry ends its watches.
        try (ManagedRegistry opened = registry.open(this, this::options)) {
            for (String name : names) {
                opened.watch(name, this::tell);
            }
            tellStarted(names);
            shell.awaitStop();
        }
    }

    private void tellStarted(List<String> names) {
        if (json) {
            JsonObject document = new JsonObject();
            document.add("watching", VersionJson.texts(names));
            line(JsonText.compact(document));
        } else {
            line("Watching " + VersionText.join(names) + "; Ctrl-C stops");
        }
        shell.out().flush();
    }

    /** Hears from several threads, since each model has its own. */
    private synchronized void tell(RegistryEvent event) {
        if (limit != null && told >= limit) {
            return;
        }
        told++;
        line(json ? JsonText.compact(VersionJson.namedEvent(event)) : text(event));
        shell.out().flush();
        if (limit != null && told >= limit) {
            shell.stop();
        }
    }

    private static String text(RegistryEvent event) {
        String why = event.why().isEmpty() ? "" : ": " + event.why();
        return VersionText.printable(VersionText.time(event.at()) + "  " + event.name() + "  "
                + event.kind().name().toLowerCase(Locale.ROOT) + " " + event.subject() + " by " + event.who() + why);
    }
}
