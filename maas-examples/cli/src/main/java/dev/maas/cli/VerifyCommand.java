package dev.maas.cli;

import com.google.gson.JsonObject;
import dev.maas.ModelVersion;
import dev.maas.registry.ManagedRegistry;
import dev.maas.registry.StoredFiles;
import dev.maas.registry.seal.ModelSigning;
import dev.maas.registry.seal.TrustPolicy;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Verifies digests and signatures. */
@Command(
        name = "verify",
        description =
                "Verify every file of a version against its digest, and its signatures against --trust; or a file or"
                        + " folder against the signature that lies with it.")
final class VerifyCommand extends MaasCommand {
    @Mixin
    final RegistryChoice registry = new RegistryChoice();

    @Parameters(paramLabel = "REF|PATH", description = Descriptions.REF_OR_PATH)
    String model = "";

    @Option(
            names = "--signature",
            paramLabel = "FILE",
            description = "The signature of a file or folder. Default: model.sig in it, or FILE.sig beside it.")
    List<Path> signatures = new ArrayList<>();

    VerifyCommand(Shell shell) {
        super(shell);
    }

    @Override
    int run() {
        Optional<TrustPolicy> policy = registry.policy();
        ModelChoice chosen = ModelChoice.of(model);
        Optional<Path> path = chosen.path();
        if (path.isPresent()) {
            verify(
                    path.get(),
                    policy.orElseThrow(
                            () -> new UsageException(
                                    "Who is to have signed it? Name a public key by --trust FILE: without one, anybody could have")));
        } else {
            verify(chosen, policy);
        }
        return 0;
    }

    private void verify(Path path, TrustPolicy policy) {
        List<Path> files = signatures.isEmpty() ? SignatureFiles.of(path) : signatures;
        if (files.isEmpty()) {
            throw new CommandException("There is no signature: expected '"
                    + SignatureFiles.first(path).getFileName() + "' with it. 'maas sign' makes one,"
                    + " 'maas pull --signed' brings those of a registry");
        }
        ModelSigning.Verified verified = ModelSigning.verify(path, policy, files.toArray(new Path[0]));
        tell(model, verified.files().size(), Set.of(), files.size(), List.copyOf(new TreeSet<>(verified.signers())));
    }

    private void verify(ModelChoice chosen, Optional<TrustPolicy> policy) {
        try (ManagedRegistry opened = registry.open(this)) {
            ModelVersion version = opened.resolve(chosen.ref());
            List<String> names = List.copyOf(new TreeSet<>(opened.verify(
                    version,
                    policy.orElseGet(
                            () -> TrustPolicy.builder().allowUnsigned("*").build()))));
            long attached = opened.attachments(version).stream()
                    .filter(attachment -> attachment.type().equals(ModelSigning.MEDIA_TYPE))
                    .count();
            StoredFiles files = opened.files(version);
            tell(version.ref().toString(), files.sizes().size(), files.encryptedUnder(), attached, names);
        }
    }

    private void tell(String what, int files, Set<String> encryptedUnder, long attached, List<String> names) {
        answer(
                () -> {
                    JsonObject document = new JsonObject();
                    document.addProperty("model", what);
                    document.addProperty("verified", true);
                    document.addProperty("files", files);
                    document.add("encryptedUnder", VersionJson.texts(encryptedUnder));
                    document.addProperty("signatures", attached);
                    document.add("signers", VersionJson.texts(names));
                    return document;
                },
                () -> {
                    String digests = what + ": " + Words.count(files, "file")
                            + (files == 1 ? " has its" : " have their") + " digest" + (files == 1 ? "" : "s");
                    String unchecked = attached == 0
                            ? "; not signed"
                            : "; " + Words.count(attached, "signature")
                                    + " not checked, name whom to trust by --trust FILE";
                    String encrypted = encryptedUnder.isEmpty()
                            ? ""
                            : "; encrypted under the key " + VersionText.join(encryptedUnder);
                    line(digests
                            + (names.isEmpty() ? unchecked : ", signed by " + VersionText.join(names))
                            + encrypted);
                });
    }
}
