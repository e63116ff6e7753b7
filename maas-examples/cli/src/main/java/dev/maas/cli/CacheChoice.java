package dev.maas.cli;

import dev.maas.registry.RegistryOptions;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Where a command keeps what it fetched, and what it does without the store. */
final class CacheChoice {
    @Option(
            names = "--cache",
            paramLabel = "FOLDER",
            description = "Keep here what is fetched from a remote registry, for all who name the folder.")
    @Nullable
    Path folder;

    @Option(
            names = "--cache-size",
            paramLabel = "SIZE",
            converter = SizeConverter.class,
            description = "How much to keep there, such as 50G. Default: 64Gi.")
    @Nullable
    Long size;

    @Option(names = "--offline", description = "Take what is in the cache, and never ask the registry.")
    boolean offline;

    @Option(
            names = "--past-expiry",
            description =
                    "While the registry does not answer, go on with the cache also when what was read last is over; it"
                            + " may be old, and somebody may want that.")
    boolean pastExpiry;

    /** Returns the options with what was chosen. */
    RegistryOptions on(RegistryOptions options) {
        if (folder == null && (size != null || offline || pastExpiry)) {
            throw new UsageException("Which cache? Name its folder by --cache FOLDER");
        }
        RegistryOptions chosen = options.offline(offline).offlinePastExpiry(pastExpiry);
        if (folder == null) {
            return chosen;
        }
        return size == null ? chosen.cache(folder) : chosen.cache(folder, size);
    }
}
