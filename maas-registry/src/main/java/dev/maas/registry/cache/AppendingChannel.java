package dev.maas.registry.cache;

import dev.maas.registry.format.HashingPipe;
import dev.maas.registry.store.Transfer;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.WritableByteChannel;
import org.jspecify.annotations.Nullable;

/**
 * Appends to a partial file what a store copies to it, in blocks that the file hashes and writes, and no byte behind the blob's end. Closing appends
 * what is left. Used by one thread.
 */
final class AppendingChannel implements WritableByteChannel {
    private final PartialFile file;
    private final Transfer transfer;
    private HashingPipe.@Nullable Block block;
    private long left;
    private boolean closed;

    /** Appends up to the place where the blob ends. */
    AppendingChannel(PartialFile file, long size, Transfer transfer) {
        this.file = file;
        this.transfer = transfer;
        this.left = size - file.written();
    }

    /**
     * Takes all of a buffer.
     *
     * @throws RemoteBlob.StoreFailure if the store has more bytes than it announced; those are not taken
     */
    @Override
    public int write(ByteBuffer from) throws IOException {
        if (closed) {
            throw new ClosedChannelException();
        }
        int count = from.remaining();
        ByteBuffer wanted = from.duplicate();
        wanted.limit((int) Math.min(from.limit(), from.position() + left));
        while (wanted.hasRemaining()) {
            HashingPipe.Block current = block == null ? file.block() : block;
            block = current;
            int part = Math.min(wanted.remaining(), current.bytes.length - current.length);
            wanted.get(current.bytes, current.length, part);
            current.length += part;
            left -= part;
            transfer.moved(part);
            if (current.length == current.bytes.length) {
                flush();
            }
        }
        boolean tooMany = wanted.position() < from.limit();
        from.position(from.limit());
        if (tooMany) {
            throw new RemoteBlob.StoreFailure("more bytes came than were announced");
        }
        return count;
    }

    private void flush() throws IOException {
        HashingPipe.Block full = block;
        if (full != null) {
            // What could not be written is not to be written once more when this is closed.
            block = null;
            file.append(full);
        }
    }

    @Override
    public boolean isOpen() {
        return !closed;
    }

    @Override
    public void close() throws IOException {
        if (!closed) {
            closed = true;
            flush();
        }
    }
}
