package dev.maas.cli;

import com.google.gson.JsonObject;
import com.google.gson.JsonPrimitive;
import dev.maas.ModelRef;
import dev.maas.ModelSource;
import dev.maas.ModelVersion;
import dev.maas.examples.terminal.ByteText;
import dev.maas.examples.terminal.TransferBar;
import dev.maas.registry.ManagedRegistry;
import dev.maas.registry.seal.ModelSigning;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeSet;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Writes the files of a version into a folder. */
@Command(
        name = "pull",
        description = "Write the files of a version into a new folder, verified; all of them are there or none.")
final class PullCommand extends RegistryCommand {
    @Parameters(index = "0", paramLabel = "REF", converter = RefConverter.class, description = Descriptions.REF)
    ModelRef ref = ModelRef.of("model");

    @Parameters(index = "1", paramLabel = "FOLDER", description = "The folder to make.")
    Path folder = Path.of("");

    @Option(
            names = "--signed",
            description =
                    "Also write what was signed besides, maas.json, and each signature, model.sig: 'maas verify FOLDER'"
                            + " and OpenSSF's tools verify them.")
    boolean signed;

    PullCommand(Shell shell) {
        super(shell);
    }

    @Override
    int run() throws IOException {
        NewFolder target = new NewFolder(folder);
        try (ManagedRegistry opened = registry.open(this)) {
            ModelVersion version = opened.resolve(ref);
            if (signed && !opened.files(version).encryptedUnder().isEmpty()) {
                throw new CommandException(version.ref()
                        + " is encrypted, and its signatures are of what is stored, not of"
                        + " what it decrypts to: 'maas verify " + version.ref() + "' checks them. Pull it without"
                        + " --signed; 'maas export' copies it as it is, with its signatures");
            }
            Map<String, Long> files;
            int signatures = 0;
            try (NewFolder.Draft draft = target.begin()) {
                files = write(opened, version, draft.path());
                if (signed) {
                    signatures = writeSigned(opened, version, draft.path(), files);
                }
                draft.publish();
            }
            tell(version, files, signatures);
        }
        return 0;
    }

    private Map<String, Long> write(ManagedRegistry opened, ModelVersion version, Path draft) throws IOException {
        Map<String, Long> files = new LinkedHashMap<>();
        try (TransferBar bar = side().transfer("Writing " + version.ref());
                ModelSource source = new WatchedSource(opened.open(version), version.byteSize(), bar::moved)) {
            for (String file : new TreeSet<>(source.files())) {
                Path path = draft.resolve(file);
                Files.createDirectories(path.getParent());
                try (InputStream in = source.open(file)) {
                    files.put(file, Files.copy(in, path));
                }
            }
        }
        return files;
    }

    private static int writeSigned(ManagedRegistry opened, ModelVersion version, Path draft, Map<String, Long> files)
            throws IOException {
        byte[] facts = opened.facts(version);
        Files.write(draft.resolve(SignatureFiles.FACTS), facts);
        files.put(SignatureFiles.FACTS, (long) facts.length);
        int count = 0;
        for (ManagedRegistry.Attachment attachment : opened.attachments(version)) {
            if (attachment.type().equals(ModelSigning.MEDIA_TYPE)) {
                byte[] signature = opened.read(attachment);
                Path file = SignatureFiles.next(draft);
                Files.write(file, signature);
                files.put(String.valueOf(file.getFileName()), (long) signature.length);
                count++;
            }
        }
        return count;
    }

    private void tell(ModelVersion version, Map<String, Long> files, int signatures) {
        answer(
                () -> {
                    JsonObject document = new JsonObject();
                    document.addProperty("ref", version.ref().toString());
                    document.addProperty("digest", version.digest());
                    document.addProperty("folder", folder.toString());
                    document.add("files", VersionJson.map(files, JsonPrimitive::new));
                    return document;
                },
                () -> {
                    line("Pulled " + version.ref() + " into " + folder + ": "
                            + Words.count(files.size(), "file") + ", "
                            + ByteText.of(files.values().stream()
                                    .mapToLong(Long::longValue)
                                    .sum()));
                    if (signed && signatures == 0) {
                        line("It has no signatures");
                    }
                });
    }
}
