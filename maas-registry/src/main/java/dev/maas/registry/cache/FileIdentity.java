package dev.maas.registry.cache;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import org.jspecify.annotations.Nullable;

/** A file's identity: it changes when somebody exchanges or writes to it. Finer times do not survive {@link Leases#touch}. */
record FileIdentity(
        long size, long modifiedMillis, @Nullable Object key) {
    static FileIdentity of(Path path) throws IOException {
        BasicFileAttributes attributes = Files.readAttributes(path, BasicFileAttributes.class);
        return new FileIdentity(attributes.size(), attributes.lastModifiedTime().toMillis(), attributes.fileKey());
    }
}
