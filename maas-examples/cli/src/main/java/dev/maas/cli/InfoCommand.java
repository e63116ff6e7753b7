package dev.maas.cli;

import com.google.gson.JsonObject;
import dev.maas.Page;
import dev.maas.registry.ManagedRegistry;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import picocli.CommandLine.Command;

/** Tells of a registry as a whole. */
@Command(
        name = "info",
        description = "Tell where the registry lies, its id, and whether it can be written to and answers.")
final class InfoCommand extends RegistryCommand {
    InfoCommand(Shell shell) {
        super(shell);
    }

    @Override
    int run() {
        try (ManagedRegistry opened = registry.open(this)) {
            // Only who asks learns whether the store answers.
            opened.models(Page.Request.first(1));
            Optional<String> readOnly = opened.readOnlyReason();
            Optional<Instant> offline = opened.offlineSince();
            answer(
                    () -> {
                        JsonObject document = new JsonObject();
                        document.addProperty("store", opened.storeName());
                        document.addProperty("id", opened.id());
                        document.addProperty("writable", readOnly.isEmpty());
                        document.add("readOnlyReason", JsonText.orNull(readOnly.orElse(null)));
                        document.add(
                                "offlineSince",
                                JsonText.orNull(offline.map(Instant::toString).orElse(null)));
                        return document;
                    },
                    () -> {
                        Map<String, String> facts = new LinkedHashMap<>();
                        facts.put("store", opened.storeName());
                        facts.put("id", opened.id());
                        facts.put(
                                "writes",
                                readOnly.map(reason -> "no: " + reason).orElse("yes"));
                        facts.put(
                                "answers",
                                offline.map(since -> "no, since " + VersionText.time(since) + " UTC: this is its cache")
                                        .orElse("yes"));
                        VersionText.lines(facts).forEach(this::line);
                    });
        }
        return 0;
    }
}
