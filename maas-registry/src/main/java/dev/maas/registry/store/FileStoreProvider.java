package dev.maas.registry.store;

import dev.maas.InvalidInputException;
import java.net.URI;
import java.nio.file.FileSystemNotFoundException;
import java.nio.file.Path;

/** Opens stores in folders, {@code file:/srv/models}. Public for {@link java.util.ServiceLoader} only; safe for use by any thread. */
public final class FileStoreProvider implements ObjectStoreProvider {
    /** Makes a provider. */
    public FileStoreProvider() {}

    @Override
    public String scheme() {
        return "file";
    }

    @Override
    public ObjectStore open(URI location) {
        return open(path(location));
    }

    /** Opens the store in a folder, which is made if it is not there; see {@link ObjectStoreProvider#open}. */
    public ObjectStore open(Path folder) {
        return FileStoreOpening.open(folder);
    }

    private static Path path(URI location) {
        try {
            return Path.of(location);
        } catch (IllegalArgumentException | FileSystemNotFoundException e) {
            throw new InvalidInputException(
                    "A folder's URI is written like file:///srv/models, without host or query", e);
        }
    }
}
