package dev.maas.registry.store;

/**
 * A store that holds the export of a registry and can neither list nor be written to, such as one behind a plain web server. What it holds
 * is told by its head, the one object that is written over.
 *
 * <p>Listings throw {@link dev.maas.RegistryException}; a registry that is opened on the store answers them from the head. Whether a head is
 * to be believed, its reader decides. Safe for use by any thread.
 */
public interface ExportedStore extends ObjectStore {
    /** The key of the head. */
    String HEAD = "head.json";

    /** The largest head, in bytes. */
    int LARGEST_HEAD = 16 << 20;

    /**
     * Returns the head as it is now. Blocks for a round trip. A store that was told that the head has not changed returns the same array as
     * before; callers do not write to it.
     *
     * @throws dev.maas.RegistryException if there is none, or it cannot be read
     */
    byte[] head();
}
