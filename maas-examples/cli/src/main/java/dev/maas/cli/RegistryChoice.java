package dev.maas.cli;

import dev.maas.registry.ManagedRegistry;
import dev.maas.registry.Registries;
import dev.maas.registry.RegistryOptions;
import dev.maas.registry.seal.TrustPolicy;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.FileSystemNotFoundException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Which registry a command works on, in whose name, and whom it trusts. */
final class RegistryChoice {
    private static final String VARIABLE = "MAAS_REGISTRY";

    @Option(
            names = {"-r", "--registry"},
            paramLabel = "LOCATION",
            description = "The registry: a folder, or a URI such as s3://bucket/models. Default: $$MAAS_REGISTRY.")
    @Nullable
    String location;

    @Option(
            names = "--trust",
            paramLabel = "[NAME=]FILE",
            description = "Take only versions that one of these signed: a public key in PEM. May be repeated.")
    List<String> trusted = new ArrayList<>();

    /** Opens the registry to read; one that is not there is not made. */
    ManagedRegistry open(Shell shell) {
        return open(shell, options -> options);
    }

    /** Opens the registry to read, with more options. */
    ManagedRegistry open(Shell shell, UnaryOperator<RegistryOptions> more) {
        String chosen = location(shell);
        Optional<Path> folder = folder(chosen);
        if (folder.isPresent() && !Files.exists(folder.get())) {
            throw new CommandException("There is no registry in '" + chosen
                    + "': no such folder. Check the location, or make it by publishing a model into it");
        }
        return openOrMake(shell, more);
    }

    /** Opens the registry, and makes it if it is a folder that is not there. */
    ManagedRegistry openOrMake(Shell shell, UnaryOperator<RegistryOptions> more) {
        RegistryOptions options = RegistryOptions.defaults();
        Optional<TrustPolicy> policy = policy(1);
        if (policy.isPresent()) {
            options = options.trust(policy.get());
        }
        return Registries.open(location(shell), more.apply(options));
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

    /** Returns the policy that so many of the trusted keys must have signed; empty if none were named. */
    Optional<TrustPolicy> policy(int count) {
        if (trusted.isEmpty()) {
            return Optional.empty();
        }
        TrustPolicy.Builder policy = TrustPolicy.builder();
        for (String text : trusted) {
            int equals = text.indexOf('=');
            Path file = path(text.substring(equals + 1));
            String name = equals < 0 ? String.valueOf(file.getFileName()) : text.substring(0, equals);
            policy.signer(name, file);
        }
        return Optional.of(policy.require("*", count).build());
    }

    private static Path path(String text) {
        try {
            return Path.of(text);
        } catch (InvalidPathException e) {
            throw new UsageException("--trust takes a file, or NAME=FILE; got '" + text + "'");
        }
    }
}
