package dev.maas.cli;

import com.google.gson.JsonObject;
import dev.maas.ModelNotFoundException;
import dev.maas.ModelRef;
import dev.maas.ModelVersion;
import dev.maas.examples.terminal.Table;
import dev.maas.registry.ManagedRegistry;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Lists what is attached to a version, and reads it. */
@Command(
        name = "attachments",
        description =
                "List what is attached to a version, such as signatures; with --read, print one of them as it is.")
final class AttachmentsCommand extends RegistryCommand {
    @Parameters(paramLabel = "REF", converter = RefConverter.class, description = Descriptions.REF)
    ModelRef ref = ModelRef.of("model");

    @Option(
            names = "--read",
            paramLabel = "DIGEST",
            description = "Print this one, byte by byte; its first digits will do.")
    @Nullable
    String digest;

    AttachmentsCommand(Shell shell) {
        super(shell);
    }

    @Override
    int run() {
        if (digest != null && json) {
            throw new UsageException("--read prints what is attached as it is, and not in JSON");
        }
        try (ManagedRegistry opened = registry.open(this)) {
            ModelVersion version = opened.resolve(ref);
            List<ManagedRegistry.Attachment> attachments = opened.attachments(version);
            if (digest == null) {
                tell(version, attachments);
            } else {
                byte[] content = opened.read(find(version, attachments, digest));
                shell.out().write(content, 0, content.length);
            }
        }
        return 0;
    }

    private static ManagedRegistry.Attachment find(
            ModelVersion version, List<ManagedRegistry.Attachment> attachments, String asked) {
        String begin = asked.startsWith("sha256:") ? asked : "sha256:" + asked;
        List<ManagedRegistry.Attachment> found = attachments.stream()
                .filter(attachment -> attachment.digest().startsWith(begin))
                .toList();
        if (found.size() != 1) {
            throw new ModelNotFoundException((found.isEmpty() ? "Nothing" : "More than one thing")
                    + " with a digest that begins like '" + asked + "' is attached to " + version.ref()
                    + "; 'maas attachments " + version.ref() + "' lists what is");
        }
        return found.get(0);
    }

    private void tell(ModelVersion version, List<ManagedRegistry.Attachment> attachments) {
        answer(
                () -> {
                    JsonObject document = new JsonObject();
                    document.addProperty("ref", version.ref().toString());
                    document.add("attachments", VersionJson.list(attachments, AttachmentsCommand::document));
                    return document;
                },
                () -> {
                    if (attachments.isEmpty()) {
                        line("Nothing is attached to " + version.ref());
                        return;
                    }
                    Table table = new Table("DIGEST", "TYPE");
                    attachments.forEach(
                            attachment -> table.row(VersionText.digest(attachment.digest()), attachment.type()));
                    shell.terminal().rows(table);
                });
    }

    /** Returns the document of something that is attached. */
    static JsonObject document(ManagedRegistry.Attachment attachment) {
        JsonObject document = new JsonObject();
        document.addProperty("digest", attachment.digest());
        document.addProperty("type", attachment.type());
        return document;
    }
}
