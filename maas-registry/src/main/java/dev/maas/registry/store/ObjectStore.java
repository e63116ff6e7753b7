package dev.maas.registry.store;

import dev.maas.InvalidInputException;
import dev.maas.RegistryException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.WritableByteChannel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * Keeps immutable objects under keys: the storage that a registry stands on.
 *
 * <p>An object is written once and never changed; there is no overwrite. Everything a registry promises rests on these points,
 * which {@code ObjectStoreContract} in this module's test-jar checks on any store:
 *
 * <ul>
 *   <li><b>Atomicity.</b> An object is there whole or not at all. A put that fails, or whose content fails while it is read,
 *       leaves nothing under the key. No reader ever sees part of an object.
 *   <li><b>One winner.</b> Of any number of puts to one absent key, by any threads, processes and machines, exactly one returns
 *       true.
 *   <li><b>Visibility.</b> When a put returns, with either answer, every later {@code stat}, {@code open} and {@code list} by
 *       anyone finds the object. The same holds for a delete and the absence.
 *   <li><b>Durability.</b> When a put returns, with either answer, the object survives a crash of the process and the machine.
 *   <li><b>Order.</b> Listings are in ascending order of the keys' characters. A listing may miss or show objects that are put
 *       or deleted while it runs, but never any other.
 *   <li><b>Failure.</b> A {@link RegistryException} from a put, copy or delete says nothing about whether it took place, then or
 *       later: the answer may be lost. Trying again with the same content is safe.
 * </ul>
 *
 * <p>A key has the form that {@link ObjectKeys} describes. No key is the folder of another: who puts {@code a/b} never puts
 * {@code a}.
 *
 * <p>Methods are safe for use by any number of threads and may block on disks and networks. Nulls are refused with
 * {@link NullPointerException}, bad keys with {@link InvalidInputException}. Writing to a store that is read-only throws
 * {@link dev.maas.AccessDeniedException} with the {@linkplain #readOnlyReason() reason}; any use after {@link #close()} throws
 * {@link dev.maas.ClosedException}. All else that goes wrong is a {@link RegistryException}. Messages name the store and the key,
 * and hold no secrets and no absolute paths.
 */
public interface ObjectStore extends AutoCloseable {
    /** The largest limit of a listing. */
    int LARGEST_LISTING = 1_000;

    /** Returns what messages call the store, such as {@code file store 'models'}. */
    String name();

    /**
     * Returns why the store takes no writes, or empty if it does. A store finds out when it is opened whether the primitives that
     * the contract needs hold where it lies, and refuses writes where they do not; the answer does not change afterwards.
     */
    Optional<String> readOnlyReason();

    /** Returns the size and age of an object, or empty if it is not there. */
    Optional<ObjectInfo> stat(String key);

    /**
     * Opens part of an object, or returns empty if it is not there. The caller closes the stream. It ends after {@code length}
     * bytes or with the object, whichever comes first; a stream that cannot deliver that fails with {@link IOException} and never
     * just ends.
     *
     * @param offset where to begin, 0 or more; at or behind the end of the object, the stream is empty
     * @param length the number of bytes at most, 0 or more
     */
    Optional<InputStream> open(String key, long offset, long length);

    /** Opens a whole object; see {@link #open(String, long, long)}. */
    default Optional<InputStream> open(String key) {
        return open(key, 0, Long.MAX_VALUE);
    }

    /**
     * Opens several small objects, in the order of their keys' list: what {@link #open(String)} returns or throws for each comes when its
     * turn does. Stores whose every call takes a round trip ask for all of them at once; this implementation opens each as it is asked for.
     * A caller may stop in the middle; only the streams that it took are its to close.
     */
    default Iterator<Optional<InputStream>> openAll(List<String> keys) {
        return keys.stream().map(this::open).iterator();
    }

    /**
     * Writes an object's bytes from an offset on to a channel: what {@link #open(String, long, long)} would deliver, without its stream. A
     * store that has the bytes in buffers already overrides this, so that they are not copied on their way; the channel does not keep a
     * buffer, and takes all its bytes in one write or several.
     *
     * @param offset where to begin, 0 or more; at or behind the end of the object, nothing is written
     * @return the number of bytes written; empty if the object is not there
     * @throws IOException if the channel throws it
     * @throws RegistryException if the object cannot be read to its end; part of it may have been written
     */
    default OptionalLong copyTo(String key, long offset, WritableByteChannel target) throws IOException {
        return ChannelCopy.copy(this, key, offset, target);
    }

    /**
     * Puts an object if there is none under the key.
     *
     * <p>The content, unless it is {@linkplain ObjectContent#inMemory in memory}, is opened only if it is needed, and streamed, never held in memory as a whole. A content that has more or
     * fewer bytes than it says is a failure.
     *
     * @return whether this call put it; false if an object, whatever its content, was there
     */
    boolean putIfAbsent(String key, ObjectContent content);

    /**
     * Puts a copy of one object under another key if there is none under that. Stores that can do so without moving the bytes
     * override this.
     *
     * @return whether this call put it
     * @throws RegistryException if the object to copy is not there
     */
    default boolean copyIfAbsent(String from, String to) {
        ObjectInfo info = stat(from)
                .orElseThrow(
                        () -> new RegistryException(name() + ": there is no '" + from + "' to copy to '" + to + "'"));
        return putIfAbsent(to, new StoredContent(this, info));
    }

    /**
     * Deletes an object. Streams that are open on it may go on or fail, but deliver no other bytes. Only a collector deletes.
     *
     * @return whether it was there; of several that delete it at once, more than one may be told so
     */
    boolean delete(String key);

    /**
     * Lists the objects whose keys begin with a prefix, in order.
     *
     * @param prefix the beginning of the keys: empty, or one that ends with {@code /}
     * @param after the key behind which to begin, whether it is there or not; null for the beginning
     * @param limit the number of objects at most, 1 to {@value #LARGEST_LISTING}
     */
    ObjectListing list(String prefix, @Nullable String after, int limit);

    /**
     * Lists the names of the folders directly under a prefix: the next part of each key that goes on below it. They come in the
     * order of the keys, so that {@code a-b} is before {@code a}, whose keys go on with {@code /}.
     *
     * <p>This implementation finds each by a listing of one key; stores that can ask for folders override it.
     *
     * @param prefix empty, or a prefix that ends with {@code /}
     * @param after the name behind which to begin; null for the beginning
     * @param limit the number of names at most, 1 to {@value #LARGEST_LISTING}
     */
    default List<String> folders(String prefix, @Nullable String after, int limit) {
        List<String> names = new ArrayList<>();
        // '0' is the character after '/': the first key behind all of a folder's.
        @Nullable String from = after == null ? null : prefix + after + "0";
        while (names.size() < limit) {
            List<ObjectInfo> next = list(prefix, from, 1).objects();
            if (next.isEmpty()) {
                return names;
            }
            String rest = next.get(0).key().substring(prefix.length());
            int end = rest.indexOf('/');
            if (end < 0) {
                from = next.get(0).key();
            } else {
                names.add(rest.substring(0, end));
                from = prefix + rest.substring(0, end) + "0";
            }
        }
        return names;
    }

    /**
     * Returns an object as a file on this machine, if the store has it as one or can make it one; this may take a download. The file
     * is not written to by anyone. Close the copy when done with the file.
     */
    default Optional<LocalCopy> local(String key) {
        return Optional.empty();
    }

    /**
     * Lets tools of the store's own kind find an object by a name that people use: points the name to the object, wherever it pointed before.
     * A convenience that is written after a commit and may lag behind it; no registry reads it. Stores whose tools know no such names, as
     * this implementation, do nothing.
     *
     * @param reference the name, such as {@code spam:3} or {@code spam@champion}
     * @param key the object, a manifest that the store was given as one; null if the name points to nothing any more
     */
    default void label(String reference, @Nullable String key) {}

    /** Removes what crashed processes left unfinished, if it is older than that. */
    default void clean(Duration olderThan) {}

    /** Lets go of connections and the like. Closing again does nothing. */
    @Override
    void close();
}
