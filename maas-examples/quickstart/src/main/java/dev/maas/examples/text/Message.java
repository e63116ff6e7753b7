package dev.maas.examples.text;

/**
 * A short text and the category that a person put it in.
 *
 * @param text what was written, on one line: any run of white space is one blank
 * @param category its category, on one line too
 */
public record Message(String text, String category) {
    /** Puts both on one line. */
    public Message {
        text = oneLine(text);
        category = oneLine(category);
    }

    /**
     * Returns a text on one line, its words separated by single blanks. The model splits at blanks only, so whatever may hold
     * line ends or tabs goes through here first.
     */
    public static String oneLine(String text) {
        return text.replaceAll("\\s+", " ").strip();
    }
}
