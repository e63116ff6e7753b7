package dev.maas.cli;

import dev.maas.registry.RegistryOptions;
import dev.maas.registry.seal.TrustPolicy;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Whom a command trusts, and what it remembers of what it trusted. */
final class TrustChoice {
    @Option(
            names = "--trust",
            paramLabel = "[NAME=]FILE",
            description = "Take only versions that one of these signed: a public key in PEM. May be repeated.")
    List<String> keys = new ArrayList<>();

    @Option(
            names = "--trust-authority",
            paramLabel = "[NAME=]FILE",
            description = "Also whoever has a certificate of this authority: its own, in PEM. May be repeated.")
    List<String> authorities = new ArrayList<>();

    @Option(
            names = "--trust-head",
            paramLabel = "[NAME=]FILE",
            description = "Who seals the heads of exported registries: a public key in PEM. Default: those of --trust.")
    List<String> heads = new ArrayList<>();

    @Option(
            names = "--signers",
            paramLabel = "N",
            description = "How many of those that are trusted must have signed. Default: 1.")
    @Nullable
    Integer signers;

    @Option(
            names = "--memory",
            paramLabel = "FOLDER",
            description = "Remember in this folder how far each history went, and refuse an older one.")
    @Nullable
    Path memory;

    /** Returns the policy; empty if nobody was named. */
    Optional<TrustPolicy> policy() {
        if (keys.isEmpty() && authorities.isEmpty() && heads.isEmpty()) {
            if (signers != null) {
                throw new UsageException("Whose signatures? --signers takes --trust FILE too");
            }
            return Optional.empty();
        }
        TrustPolicy.Builder policy = TrustPolicy.builder();
        Map<String, Named> named = new LinkedHashMap<>();
        List<String> signing = names("--trust", keys, named);
        List<String> sealing = heads.isEmpty() ? signing : names("--trust-head", heads, named);
        named.forEach((text, key) -> policy.signer(key.name, key.file));
        List<String> trusted = new ArrayList<>(signing);
        for (String text : authorities) {
            Named authority = named("--trust-authority", text);
            policy.authority(authority.name, authority.file);
            trusted.add(authority.name);
        }
        if (trusted.isEmpty()) {
            policy.allowUnsigned("*");
        } else {
            policy.require("*", signers == null ? 1 : signers, trusted.toArray(new String[0]));
        }
        if (!sealing.isEmpty()) {
            policy.requireHeads(1, sealing.toArray(new String[0]));
        }
        return Optional.of(policy.build());
    }

    private record Named(String name, Path file) {}

    /** Reads keys; one that was named before in the same words is the same. */
    private static List<String> names(String option, List<String> texts, Map<String, Named> named) {
        return texts.stream()
                .map(text -> named.computeIfAbsent(text, key -> named(option, key)).name)
                .toList();
    }

    private static Named named(String option, String text) {
        int equals = text.indexOf('=');
        try {
            Path file = Path.of(text.substring(equals + 1));
            return new Named(equals < 0 ? String.valueOf(file.getFileName()) : text.substring(0, equals), file);
        } catch (InvalidPathException e) {
            throw new UsageException(option + " takes a file, or NAME=FILE; got '" + text + "'");
        }
    }

    /** Returns the options with what was chosen. */
    RegistryOptions on(RegistryOptions options) {
        RegistryOptions trusting = policy().map(options::trust).orElse(options);
        return memory == null ? trusting : trusting.memory(memory);
    }
}
