package dev.maas.serving;

import java.util.ArrayList;
import java.util.List;

/**
 * A version in memory, with those for whose sake it is there. Not safe for use by several threads at once; {@link Versions} guards it
 * with its lock.
 */
final class Resident {
    private final LoadedVersion version;
    private final long bytes;
    private final boolean pinned;
    private final GreedyDual.Worth worth;
    /** How many need this very version to stay: models that an application holds, and whoever is about to put it into service. */
    private int holds = 1;

    private final List<Server> servers = new ArrayList<>(1);

    /** Who serves a version, and can do without it until the next call. */
    interface Server {
        /** Tells that the version was taken away, and why. Must not wait for anything. */
        void evicted(LoadedVersion version, String reason);
    }

    /** Makes the entry of a version that takes so many bytes and that one party holds. */
    Resident(LoadedVersion version, long bytes, boolean pinned, GreedyDual.Worth worth) {
        this.version = version;
        this.bytes = bytes;
        this.pinned = pinned;
        this.worth = worth;
    }

    LoadedVersion version() {
        return version;
    }

    long bytes() {
        return bytes;
    }

    GreedyDual.Worth worth() {
        return worth;
    }

    void hold() {
        holds++;
    }

    void letGo() {
        holds--;
    }

    void addServer(Server server) {
        servers.add(server);
    }

    void removeServer(Server server) {
        servers.remove(server);
    }

    List<Server> servers() {
        return servers;
    }

    /** Whether nobody serves or holds it: it is kept for a rollback only. */
    boolean isSpare() {
        return holds == 0 && servers.isEmpty();
    }

    /** Whether it may be taken away, if no call is under way. */
    boolean isEvictable() {
        return holds == 0 && !(pinned && !servers.isEmpty());
    }
}
