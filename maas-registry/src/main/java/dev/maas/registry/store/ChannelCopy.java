package dev.maas.registry.store;

import dev.maas.RegistryException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.WritableByteChannel;
import java.util.Optional;
import java.util.OptionalLong;

/** Copies an object from its stream to a channel, and tells which of the two failed. */
final class ChannelCopy {
    private static final int BUFFER_BYTES = 1 << 16;

    private ChannelCopy() {}

    static OptionalLong copy(ObjectStore store, String key, long offset, WritableByteChannel target)
            throws IOException {
        Optional<InputStream> opened = store.open(key, offset, Long.MAX_VALUE);
        if (opened.isEmpty()) {
            return OptionalLong.empty();
        }
        try (InputStream in = opened.get()) {
            byte[] buffer = new byte[BUFFER_BYTES];
            long copied = 0;
            int count = read(store, key, in, buffer);
            while (count >= 0) {
                ByteBuffer bytes = ByteBuffer.wrap(buffer, 0, count);
                while (bytes.hasRemaining()) {
                    target.write(bytes);
                }
                copied += count;
                count = read(store, key, in, buffer);
            }
            return OptionalLong.of(copied);
        }
    }

    private static int read(ObjectStore store, String key, InputStream in, byte[] buffer) {
        try {
            return in.read(buffer);
        } catch (IOException e) {
            throw new RegistryException(store.name() + ": cannot read '" + key + "': " + e.getMessage(), e);
        }
    }
}
