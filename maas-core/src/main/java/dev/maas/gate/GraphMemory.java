package dev.maas.gate;

import java.util.HashMap;
import java.util.Map;

/** The names of a model's graphs, each kept once, and an account of the memory that they and the edges take. */
final class GraphMemory {
    private static final int NAME_BYTES = 96;

    private final WireReader reader;
    private final long limit;
    private final Map<String, String> names = new HashMap<>();
    private long used;

    GraphMemory(WireReader reader, long limit) {
        this.reader = reader;
        this.limit = limit;
    }

    /** Returns the one copy of that name. */
    String name(String name) {
        String known = names.get(name);
        if (known != null) {
            return known;
        }
        take(NAME_BYTES + name.length());
        names.put(name, name);
        return name;
    }

    /** Counts memory. */
    void take(long bytes) {
        used += bytes;
        if (used > limit) {
            throw reader.tooLarge("its names and edges need more than " + limit + " bytes of memory");
        }
    }

    /** Counts memory no more. */
    void giveBack(long bytes) {
        used -= bytes;
    }
}
