package dev.maas.registry;

import com.google.gson.JsonObject;
import dev.maas.RegistryException;
import dev.maas.registry.format.CanonicalJson;
import dev.maas.registry.format.Fields;
import dev.maas.registry.format.StrictJson;
import dev.maas.registry.store.ObjectContent;
import dev.maas.registry.store.ObjectStore;
import java.util.Optional;
import java.util.UUID;

/** What makes a store a registry: the object that says so, with the format's number and a random id. */
final class StoreHeader {
    private static final int FORMAT = 1;
    private static final int LARGEST = 64 << 10;

    private StoreHeader() {}

    /** Returns the id of the registry in a store, which is made if the store is empty and takes writes. */
    static String open(StoreReader reader) {
        ObjectStore store = reader.store();
        Optional<String> id = read(reader);
        if (id.isEmpty() && store.readOnlyReason().isEmpty()) {
            JsonObject header = new JsonObject();
            header.addProperty("format", FORMAT);
            header.addProperty("id", UUID.randomUUID().toString());
            store.putIfAbsent(Keys.HEADER, ObjectContent.of(CanonicalJson.bytes(header), "application/json"));
            id = read(reader);
        }
        return id.orElseThrow(
                () -> new RegistryException(store.name() + " holds no registry: '" + Keys.HEADER + "' is missing"
                        + store.readOnlyReason()
                                .map(reason -> ", and it is read-only: " + reason)
                                .orElse("")));
    }

    private static Optional<String> read(StoreReader reader) {
        return reader.read(Keys.HEADER, LARGEST, bytes -> {
            Fields fields = new Fields(StrictJson.object(bytes, "It"), "It");
            long format = fields.whole("format", 1, Integer.MAX_VALUE);
            if (format > FORMAT) {
                throw new RegistryException(reader.store().name() + " has the format " + format
                        + "; this version of maas knows " + FORMAT + ". Update maas");
            }
            return fields.string("id");
        });
    }
}
