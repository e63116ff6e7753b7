package dev.maas.registry.store;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.NoSuchFileException;

/** An object of a store as the content of another. */
record StoredContent(ObjectStore store, ObjectInfo info) implements ObjectContent {
    @Override
    public long size() {
        return info.size();
    }

    @Override
    public String mediaType() {
        return OCTETS;
    }

    @Override
    public InputStream open() throws IOException {
        return store.open(info.key()).orElseThrow(() -> new NoSuchFileException(info.key()));
    }
}
