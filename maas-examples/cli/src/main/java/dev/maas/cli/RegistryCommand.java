package dev.maas.cli;

import dev.maas.ModelRef;
import dev.maas.ModelVersion;
import dev.maas.Page;
import dev.maas.registry.ManagedRegistry;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import picocli.CommandLine.Mixin;

/** What commands on a registry have in common. */
abstract class RegistryCommand extends MaasCommand {
    @Mixin
    final RegistryChoice registry = new RegistryChoice();

    RegistryCommand(Shell shell) {
        super(shell);
    }

    /** Returns up to so many items of a listing. */
    static <T> List<T> all(int limit, Function<Page.Request, Page<T>> listing) {
        List<T> items = new ArrayList<>();
        Page.Request request = Page.Request.first(Math.min(limit, Page.Request.LARGEST));
        while (items.size() < limit) {
            Page<T> page = listing.apply(request);
            items.addAll(page.items());
            Optional<String> next = page.next();
            if (next.isEmpty()) {
                break;
            }
            request = request.after(next.get());
        }
        return items.size() <= limit ? items : items.subList(0, limit);
    }

    /** Returns the aliases that point to a version. */
    static List<String> aliasesOf(ManagedRegistry registry, ModelVersion version) {
        return aliasesOf(registry.aliases(version.name()), version.number());
    }

    static List<String> aliasesOf(Map<String, Integer> aliases, int version) {
        return aliases.entrySet().stream()
                .filter(alias -> alias.getValue() == version)
                .map(Map.Entry::getKey)
                .sorted()
                .toList();
    }

    /** Returns a reference's name, if that is all it says. */
    static String requireNameOnly(ModelRef ref) {
        if (!(ref.selector() instanceof ModelRef.Newest)) {
            throw new UsageException("Only a model's name is asked for here; got '" + ref + "'");
        }
        return ref.name();
    }
}
