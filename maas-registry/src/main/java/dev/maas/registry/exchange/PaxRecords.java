package dev.maas.registry.exchange;

import dev.maas.IntegrityException;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.OptionalLong;
import java.util.Set;

/**
 * Reads what a pax header says of the file behind it. Only its size is of use; dates and owners are passed over; whatever would change
 * the file's name, make it a link or lay holes into it is refused, since no layout needs it.
 */
final class PaxRecords {
    static final int LARGEST = 64 << 10;

    private static final Set<String> HARMLESS =
            Set.of("mtime", "atime", "ctime", "uid", "gid", "uname", "gname", "comment");

    private PaxRecords() {}

    /**
     * Returns the size that the records give.
     *
     * @throws IntegrityException if they are not sound, or say what they may not
     */
    static OptionalLong size(byte[] bytes, String what) {
        String text = new String(bytes, StandardCharsets.ISO_8859_1);
        OptionalLong size = OptionalLong.empty();
        Set<String> seen = new HashSet<>();
        for (int start = 0; start < text.length(); ) {
            int blank = text.indexOf(' ', start);
            int end = blank < 0 ? -1 : start + length(text.substring(start, blank), what);
            int equals = text.indexOf('=', start);
            boolean sound = end > blank && end <= text.length() && equals > blank && equals < end;
            if (!sound || text.charAt(end - 1) != '\n') {
                throw new IntegrityException(what + " is not sound: a pax record has another length than it says");
            }
            String key = text.substring(blank + 1, equals);
            if (!seen.add(key)) {
                throw new IntegrityException(
                        what + " is not sound: a pax header says '" + TarHeader.shown(key) + "' twice");
            }
            if (key.equals("size")) {
                size = OptionalLong.of(size(text.substring(equals + 1, end - 1), what));
            } else if (!HARMLESS.contains(key)) {
                throw new IntegrityException(
                        what + " has a pax header with '" + TarHeader.shown(key) + "', which no image layout needs");
            }
            start = end;
        }
        return size;
    }

    private static int length(String digits, String what) {
        if (!digits.matches("[1-9][0-9]{0,5}")) {
            throw new IntegrityException(what + " is not sound: a pax record does not begin with its length");
        }
        return Integer.parseInt(digits);
    }

    private static long size(String digits, String what) {
        if (!digits.matches("[0-9]{1,18}")) {
            throw new IntegrityException(what + " is not sound: a pax header has a size that is none");
        }
        return Long.parseLong(digits);
    }
}
