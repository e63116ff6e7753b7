package dev.maas.gate;

/** Writes names that come from a model or a package into messages: quoted, short, and without control characters. */
final class Shown {
    private static final int MAX_LENGTH = 80;

    private Shown() {}

    /** Returns the name in quotes. */
    static String name(String name) {
        StringBuilder text = new StringBuilder("'");
        int length = Math.min(name.length(), MAX_LENGTH);
        for (int i = 0; i < length; i++) {
            char c = name.charAt(i);
            boolean plain = !Character.isISOControl(c)
                    && Character.getType(c) != Character.FORMAT
                    && c != '\u2028'
                    && c != '\u2029';
            text.append(plain ? String.valueOf(c) : String.format("\\u%04x", (int) c));
        }
        return text.append(length < name.length() ? "…'" : "'").toString();
    }
}
