package dev.maas.cli;

import dev.maas.examples.terminal.Terminal;
import dev.maas.registry.ManagedRegistry;
import dev.maas.registry.Registries;
import dev.maas.registry.RegistryOptions;
import dev.maas.registry.seal.KeyWrapper;
import dev.maas.registry.seal.TrustPolicy;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.FileSystemNotFoundException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Which registry a command works on, whom it trusts, and by which keys it reads. */
final class RegistryChoice {
    private static final String VARIABLE = "MAAS_REGISTRY";

    @Option(
            names = {"-r", "--registry"},
            paramLabel = "LOCATION",
            description = "The registry: a folder, or a URI such as s3://bucket/models. Default: $$MAAS_REGISTRY.")
    @Nullable
    String location;

    @Mixin
    final EncryptionChoice encryption = new EncryptionChoice();

    @Mixin
    final TrustChoice trust = new TrustChoice();

    @Mixin
    final CacheChoice cache = new CacheChoice();

    /** Opens the registry to read; one that is not there is not made. */
    ManagedRegistry open(MaasCommand command) {
        return open(command, options -> options);
    }

    /** Opens the registry to read, with more options. */
    ManagedRegistry open(MaasCommand command, UnaryOperator<RegistryOptions> more) {
        requireThere(command.shell);
        return openOrMake(command, more);
    }

    private void requireThere(Shell shell) {
        String chosen = location(shell);
        Optional<Path> folder = folder(chosen);
        if (folder.isPresent() && !Files.exists(folder.get())) {
            throw new CommandException("There is no registry in '" + chosen
                    + "': no such folder. Check the location, or make it by publishing a model into it");
        }
    }

    /** Opens the registry, and makes it if it is a folder that is not there. */
    ManagedRegistry openOrMake(MaasCommand command, UnaryOperator<RegistryOptions> more) {
        Shell shell = command.shell;
        RegistryOptions options = cache.on(trust.on(RegistryOptions.defaults()));
        Optional<KeyWrapper> keys = encryption.keys(shell);
        if (keys.isPresent()) {
            options = options.decryptWith(keys.get());
        }
        Terminal side = command.side();
        if (side.isInteractive()) {
            options = options.transfers(new TransferProgress(side));
        }
        return Registries.open(location(shell), more.apply(options));
    }

    /** Returns options by which what is published is encrypted, if the command has keys. */
    RegistryOptions encrypting(RegistryOptions options) {
        return options.decryption().map(options::encryptWith).orElse(options);
    }

    /** Returns whom to trust; empty if nobody was named. */
    Optional<TrustPolicy> policy() {
        return trust.policy();
    }

    String location(Shell shell) {
        return Optional.ofNullable(location)
                .or(() -> shell.variable(VARIABLE))
                .orElseThrow(() -> new UsageException("Which registry? Name it by -r LOCATION or in " + VARIABLE
                        + "; a folder will do, such as -r models"));
    }

    private static Optional<Path> folder(String location) {
        try {
            if (location.startsWith("file:")) {
                return Optional.of(Path.of(new URI(location)));
            }
            // One letter and a colon begin a path on Windows.
            return location.matches("[A-Za-z][A-Za-z0-9+.-]+:.*") ? Optional.empty() : Optional.of(Path.of(location));
        } catch (URISyntaxException | IllegalArgumentException | FileSystemNotFoundException e) {
            return Optional.empty();
        }
    }
}
