package dev.maas.gate;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** Where a tensor says that its values lie: the entries of its {@code external_data}, as texts. */
final class ExternalLocation {
    private final WireReader reader;
    private final GateLimits limits;
    private @Nullable String location;
    private @Nullable String offset;
    private @Nullable String length;

    ExternalLocation(WireReader reader, GateLimits limits) {
        this.reader = reader;
        this.limits = limits;
    }

    @Nullable
    String location() {
        return location;
    }

    @Nullable
    String offset() {
        return offset;
    }

    @Nullable
    String length() {
        return length;
    }

    /** Reads the present message, a StringStringEntryProto; other keys, such as {@code checksum}, do not matter here. */
    void read() throws IOException {
        String key = "";
        String value = "";
        while (reader.nextField()) {
            switch (reader.field()) {
                case 1 -> key = reader.once().text(limits.nameBytes());
                case 2 -> value = reader.once().text(limits.nameBytes());
                default -> reader.skip();
            }
        }
        switch (key) {
            case "location" -> location = first(key, location, value);
            case "offset" -> offset = first(key, offset, value);
            case "length" -> length = first(key, length, value);
            default -> {}
        }
    }

    private String first(String key, @Nullable String before, String value) {
        if (before != null) {
            throw reader.malformed("the external_data of a tensor has the key '" + key + "' twice");
        }
        return value;
    }
}
