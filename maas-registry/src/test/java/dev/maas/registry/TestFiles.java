package dev.maas.registry;

import com.google.crypto.tink.InsecureSecretKeyAccess;
import com.google.crypto.tink.KeysetHandle;
import com.google.crypto.tink.TinkJsonProtoKeysetFormat;
import com.google.crypto.tink.aead.AeadConfig2026;
import dev.maas.registry.seal.KeyFile;
import dev.maas.registry.store.ObjectInfo;
import dev.maas.registry.store.ObjectListing;
import dev.maas.registry.store.ObjectStore;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.util.ArrayList;
import java.util.List;

/** What lies in stores and key files, for tests that look closer than a registry lets them. */
final class TestFiles {
    private TestFiles() {}

    /** Returns the keys of all objects of a store. */
    static List<String> keys(ObjectStore store) {
        List<String> keys = new ArrayList<>();
        for (String prefix : List.of(Keys.BLOBS, Keys.MODELS, Keys.LEASES, Keys.TRASH)) {
            String after = "";
            do {
                ObjectListing listing = store.list(prefix, after.isEmpty() ? null : after, ObjectStore.LARGEST_LISTING);
                listing.objects().stream().map(ObjectInfo::key).forEach(keys::add);
                after = listing.next().orElse("");
            } while (!after.isEmpty());
        }
        return keys;
    }

    /** Writes a key file that has only the newest key of another. */
    static void keepNewestKey(Path from, Path to) throws IOException, GeneralSecurityException {
        KeysetHandle keys = TinkJsonProtoKeysetFormat.parseKeyset(
                Files.readString(from), AeadConfig2026.get(), InsecureSecretKeyAccess.get());
        KeysetHandle.Builder newest = KeysetHandle.newBuilder().setConfiguration(AeadConfig2026.get());
        newest.addEntry(KeysetHandle.importKey(keys.getPrimary().getKey())
                .withFixedId(keys.getPrimary().getId())
                .makePrimary());
        KeyFile.create(to);
        Files.writeString(
                to,
                TinkJsonProtoKeysetFormat.serializeKeyset(
                        newest.build(), AeadConfig2026.get(), InsecureSecretKeyAccess.get()));
    }
}
