package dev.maas.registry;

import dev.maas.MaasException;
import dev.maas.ModelVersion;
import dev.maas.registry.format.Sha256;
import dev.maas.registry.store.ObjectStore;
import java.util.Collection;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells a store by which names versions go since a commit, for tools that know the store and not the registry. What was committed is
 * committed: a name that could not be written is logged, and no failure. Safe for use by any thread.
 */
final class Labels {
    private static final Logger LOG = LoggerFactory.getLogger(Labels.class);

    private final ObjectStore store;

    Labels(ObjectStore store) {
        this.store = store;
    }

    void published(ModelVersion version, Collection<String> aliases) {
        Optional<String> manifest = Optional.of(version.digest().substring(Sha256.PREFIX.length()));
        label(version.name() + ":" + version.number(), manifest);
        version.metadata().semanticVersion().ifPresent(semantic -> label(version.name() + ":" + semantic, manifest));
        aliases.forEach(alias -> aliased(version.name(), alias, manifest));
    }

    void aliased(String model, String alias, Optional<String> manifest) {
        label(model + "@" + alias, manifest);
    }

    private void label(String reference, Optional<String> manifest) {
        try {
            store.label(reference, manifest.map(Keys::blob).orElse(null));
        } catch (MaasException e) {
            LOG.warn(
                    "'{}' is committed, but its name for other tools could not be written: {}",
                    reference,
                    e.getMessage());
        }
    }
}
