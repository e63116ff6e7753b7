package dev.maas.cli;

import dev.maas.PackageLimits;
import dev.maas.registry.RegistryOptions;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** How much a model may bring into a registry. */
final class LimitsChoice {
    @Option(names = "--max-files", paramLabel = "N", description = "Refuse models of more files. Default: 10000.")
    @Nullable
    Integer files;

    @Option(
            names = "--max-size",
            paramLabel = "SIZE",
            converter = SizeConverter.class,
            description = "Refuse models of more bytes, such as 20G. Default: 1Ti.")
    @Nullable
    Long size;

    /** Returns the options with what was chosen. */
    RegistryOptions on(RegistryOptions options) {
        PackageLimits limits = options.packageLimits();
        limits = files == null ? limits : limits.withFiles(files);
        limits = size == null ? limits : limits.withFileBytes(size).withPackageBytes(size);
        return options.packageLimits(limits);
    }
}
