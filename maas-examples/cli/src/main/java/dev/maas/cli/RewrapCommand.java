package dev.maas.cli;

import com.google.gson.JsonObject;
import dev.maas.ModelRef;
import dev.maas.ModelVersion;
import dev.maas.registry.ManagedRegistry;
import dev.maas.registry.RegistryOptions;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Wraps the keys of encrypted versions by the newest key. */
@Command(
        name = "rewrap",
        description =
                "After 'maas key rotate', make encrypted versions readable by the newest key alone; their digests and"
                        + " signatures stay. When all were rewrapped, the older key can go.")
final class RewrapCommand extends RegistryCommand {
    @Parameters(paramLabel = "REF", converter = RefConverter.class, description = Descriptions.REF)
    ModelRef ref = ModelRef.of("model");

    @Option(names = "--all", description = "All versions of the model, which is named by its name alone.")
    boolean all;

    @Mixin
    final Orders orders = new Orders();

    RewrapCommand(Shell shell) {
        super(shell);
    }

    private record Rewrapped(ModelVersion version, Optional<ManagedRegistry.Attachment> attached) {}

    @Override
    int run() {
        if (all) {
            requireNameOnly(ref);
        }
        List<Rewrapped> done = new ArrayList<>();
        try (ManagedRegistry opened = registry.open(this, this::options)) {
            if (opened.readOnlyReason().isEmpty()
                    && registry.encryption.keys(shell).isEmpty()) {
                throw new UsageException(
                        "By which keys? --encryption-key FILE names the file of the old and the new one");
            }
            List<ModelVersion> versions = all
                    ? all(Integer.MAX_VALUE, request -> opened.versions(ref.name(), request))
                    : List.of(opened.resolve(ref));
            for (ModelVersion version : versions) {
                done.add(new Rewrapped(version, opened.rewrap(version)));
            }
        }
        answer(
                () -> document(done),
                () -> done.forEach(each -> line(each.version.ref()
                        + (each.attached.isPresent()
                                ? " is readable by the newest key now"
                                : " needs nothing: it is not encrypted, or readable by the newest key already"))));
        return 0;
    }

    private RegistryOptions options(RegistryOptions options) {
        return orders.who().map(options::who).orElse(options);
    }

    private static JsonObject document(List<Rewrapped> done) {
        JsonObject document = new JsonObject();
        document.add("versions", VersionJson.list(done, each -> {
            JsonObject one = new JsonObject();
            one.addProperty("ref", each.version.ref().toString());
            one.add(
                    "attached",
                    JsonText.orNull(each.attached
                            .map(ManagedRegistry.Attachment::digest)
                            .orElse(null)));
            return one;
        }));
        return document;
    }
}
