package dev.maas.registry.cache;

import dev.maas.registry.format.HashingPipe;
import dev.maas.registry.store.EarlySync;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import org.jspecify.annotations.Nullable;

/**
 * A blob on its way: the first bytes of it, in a file that this transfer made and alone writes to, with the digest of what was written. Used by one
 * thread.
 *
 * <p><b>Resuming.</b> What an earlier transfer left is claimed by renaming it to a name of our own, which one of several who try succeeds in, and
 * then copied into our own file and hashed on the way. It is copied rather than written on, because a process that seemed dead may still hold
 * it open: its bytes would then change after they were hashed. So what a partial file holds was hashed as it was written, whatever others do,
 * and no lock is needed for that. Who loses its file to a claim notices when it gives the file its final name.
 */
final class PartialFile implements AutoCloseable {
    private final Path path;
    private final FileChannel channel;
    private final HashingPipe pipe;
    private final EarlySync sync;
    private final CacheSteps steps;
    private long written;

    private PartialFile(Path path, FileChannel channel, HashingPipe pipe, CacheSteps steps) {
        this.path = path;
        this.channel = channel;
        this.pipe = pipe;
        this.sync = new EarlySync(channel);
        this.steps = steps;
    }

    static PartialFile create(CacheFolder folder, String hex, long total, CacheSteps steps) throws IOException {
        Path path = folder.partial(hex);
        FileChannel channel = FileChannel.open(path, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
        steps.done("begun");
        return new PartialFile(path, channel, new HashingPipe(total), steps);
    }

    /** Takes over what earlier transfers left of the blob, the longest first, up to that size; returns whether there was any. */
    boolean claim(CacheFolder folder, String hex, long most) throws IOException {
        @Nullable Path longest = longest(folder, hex);
        if (longest == null) {
            return false;
        }
        Path claimed = folder.partial(hex);
        try {
            Files.move(longest, claimed, StandardCopyOption.ATOMIC_MOVE);
        } catch (NoSuchFileException e) {
            // Another was faster, or it is whole by now.
            return false;
        }
        steps.done("claimed");
        try (InputStream in = Files.newInputStream(claimed)) {
            append(in, most);
        }
        steps.done("taken over");
        Files.deleteIfExists(claimed);
        steps.done("claim removed");
        return true;
    }

    private @Nullable Path longest(CacheFolder folder, String hex) throws IOException {
        @Nullable Path longest = null;
        long most = 0;
        for (String name : CacheFolder.names(folder.partials())) {
            Path file = folder.partials().resolve(name);
            if (name.startsWith(hex + ".") && !file.equals(path)) {
                long size = CacheFolder.size(file);
                if (size > most) {
                    most = size;
                    longest = file;
                }
            }
        }
        return longest;
    }

    /** Appends what a stream has, up to that many bytes; where the stream fails, what it had until then. Returns how many there were. */
    long append(InputStream in, long most) throws IOException {
        long before = written;
        boolean ended = false;
        while (!ended && written - before < most) {
            HashingPipe.Block block = pipe.block();
            try {
                ended = block.fill(in, most - (written - before));
            } finally {
                append(block);
            }
        }
        return written - before;
    }

    /** Appends bytes. */
    void append(byte[] bytes, int length) throws IOException {
        append(new ByteArrayInputStream(bytes, 0, length), length);
    }

    /** Returns an empty block, to be filled and appended. */
    HashingPipe.Block block() throws InterruptedIOException {
        return pipe.block();
    }

    /** Appends a block, which is not the caller's any more. */
    void append(HashingPipe.Block block) throws IOException {
        ByteBuffer buffer = ByteBuffer.wrap(block.bytes, 0, block.length);
        while (buffer.hasRemaining()) {
            // By place, so that nothing of a write that failed half-way stays between.
            channel.write(buffer, written + buffer.position());
        }
        written += block.length;
        sync.written(block.length);
        steps.done("written");
        pipe.hash(block);
    }

    /** Returns how many bytes it has. */
    long written() {
        return written;
    }

    Path path() {
        return path;
    }

    /** Returns the digits of the digest of all that was written; nothing may follow. */
    String digest() throws IOException {
        return pipe.finish();
    }

    /** Makes it durable and read-only. */
    void seal() throws IOException {
        CacheFolder.setReadOnly(path);
        sync.finish();
        steps.done("synced");
    }

    /** Removes it, since its bytes are wrong or were not needed. */
    void discard() throws IOException {
        close();
        Files.deleteIfExists(path);
        steps.done("discarded");
    }

    /** Leaves what there is to whoever resumes. */
    @Override
    public void close() throws IOException {
        pipe.close();
        channel.close();
        if (written == 0) {
            Files.deleteIfExists(path);
        }
    }
}
