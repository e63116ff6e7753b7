package dev.maas.cli;

import dev.maas.VersionUpdate;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Edits what is said about a version. */
@Command(name = "tag", description = "Edit a version's tags, properties and description.")
final class TagCommand extends UpdateCommand {
    @Parameters(index = "1", arity = "0..*", paramLabel = "TAG", description = "Tags to add.")
    List<String> added = new ArrayList<>();

    @Option(names = "--remove", paramLabel = "TAG", description = "A tag to remove. May be repeated.")
    List<String> removed = new ArrayList<>();

    @Option(
            names = {"-p", "--property"},
            paramLabel = "KEY=VALUE",
            description = "A property to set. May be repeated.")
    Map<String, String> properties = new LinkedHashMap<>();

    @Option(names = "--remove-property", paramLabel = "KEY", description = "A property to remove. May be repeated.")
    List<String> removedProperties = new ArrayList<>();

    @Option(
            names = {"-d", "--description"},
            paramLabel = "TEXT",
            description = "A new description.")
    @Nullable
    String description;

    TagCommand(Shell shell) {
        super(shell);
    }

    @Override
    VersionUpdate update(String name, int version) {
        VersionUpdate update = VersionUpdate.edit(name, version);
        for (String tag : added) {
            update = update.tag(tag);
        }
        for (String tag : removed) {
            update = update.withoutTag(tag);
        }
        for (Map.Entry<String, String> property : properties.entrySet()) {
            update = update.property(property.getKey(), property.getValue());
        }
        for (String key : removedProperties) {
            update = update.withoutProperty(key);
        }
        return description == null ? update : update.description(description);
    }

    @Override
    String told(String version) {
        return version + " is edited; 'maas show " + version + "' shows it";
    }
}
