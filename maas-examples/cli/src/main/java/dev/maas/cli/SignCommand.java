package dev.maas.cli;

import com.google.gson.JsonObject;
import dev.maas.ModelVersion;
import dev.maas.registry.ManagedRegistry;
import dev.maas.registry.seal.ModelSigning;
import dev.maas.registry.seal.Signer;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Signs a version, or a file or folder. */
@Command(
        name = "sign",
        description = "Sign a published version, or a file or folder, in the format of OpenSSF model signing.")
final class SignCommand extends MaasCommand {
    @Mixin
    final RegistryChoice registry = new RegistryChoice();

    @Parameters(paramLabel = "REF|PATH", description = Descriptions.REF_OR_PATH)
    String model = "";

    @Mixin
    final SigningKey key = new SigningKey();

    @Option(
            names = {"-o", "--output"},
            paramLabel = "FILE",
            description =
                    "Where the signature of a file or folder goes. Default: model.sig in it, or FILE.sig beside it.")
    @Nullable
    Path output;

    SignCommand(Shell shell) {
        super(shell);
    }

    @Override
    int run() throws IOException {
        Signer signer = key.signer()
                .orElseThrow(() -> new UsageException("Who signs? Name --key PRIVATE.pem and --public-key PUBLIC.pem;"
                        + " 'openssl genpkey -algorithm ed25519 -out key.pem' makes a key"));
        ModelChoice chosen = ModelChoice.of(model);
        Optional<Path> path = chosen.path();
        if (path.isPresent()) {
            sign(path.get(), signer);
            return 0;
        }
        try (ManagedRegistry opened = registry.open(this)) {
            ModelVersion version = opened.resolve(chosen.ref());
            ManagedRegistry.Attachment attachment = opened.sign(version, signer);
            tell(version.ref().toString(), attachment.digest(), "attached to it", signer);
        }
        return 0;
    }

    private void sign(Path path, Signer signer) throws IOException {
        Path target = output == null ? SignatureFiles.first(path) : output;
        Set<String> ignored = new HashSet<>();
        if (Files.isDirectory(path)) {
            Path folder = path.toAbsolutePath().normalize();
            SignatureFiles.of(path).forEach(file -> ignored.add(String.valueOf(file.getFileName())));
            Path absolute = target.toAbsolutePath().normalize();
            if (absolute.startsWith(folder)) {
                ignored.add(folder.relativize(absolute).toString().replace('\\', '/'));
            }
        }
        byte[] signature = ModelSigning.sign(path, ignored, signer);
        try {
            Files.write(target, signature, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
        } catch (FileAlreadyExistsException e) {
            throw new CommandException(
                    "'" + target + "' is there already and is never written over;"
                            + " name another file by --output, or remove it",
                    e);
        }
        tell(model, target.toString(), "written to " + target, signer);
    }

    private void tell(String what, String signature, String where, Signer signer) {
        answer(
                () -> {
                    JsonObject document = new JsonObject();
                    document.addProperty("model", what);
                    document.addProperty("signature", signature);
                    document.addProperty("signer", signer.fingerprint());
                    return document;
                },
                () -> line("Signed " + what + " by the key "
                        + signer.fingerprint().substring(0, 16) + "...; the signature is " + where));
    }
}
