package dev.maas.engine.onnx;

import dev.maas.EngineException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Takes apart and puts together strings with characters beyond the basic plane; the pure part of {@link TextBridge}. */
final class TextPieces {
    /** How many bytes UTF-8 has for a character beyond the basic plane. */
    static final int BYTES_PER_CHARACTER = 4;

    static final int LOWEST_LEAD = 0xf0;
    static final int HIGHEST_LEAD = 0xf4;
    static final int LOWEST_CONTINUATION = 0x80;
    static final int HIGHEST_CONTINUATION = 0xbf;

    private TextPieces() {}

    static boolean needsHelp(String[] texts) {
        for (String text : texts) {
            for (int i = 0; i < text.length(); i++) {
                if (Character.isSurrogate(text.charAt(i))) {
                    return true;
                }
            }
        }
        return false;
    }

    /** Stretches of the basic plane at even places, single characters beyond it at odd ones. */
    static List<String> of(String text) {
        List<String> pieces = new ArrayList<>();
        StringBuilder stretch = new StringBuilder();
        text.codePoints().forEach(character -> {
            if (Character.isSupplementaryCodePoint(character)) {
                pieces.add(stretch.toString());
                pieces.add(Character.toString(character));
                stretch.setLength(0);
            } else {
                boolean half = character >= Character.MIN_SURROGATE && character <= Character.MAX_SURROGATE;
                stretch.append(half ? '?' : (char) character);
            }
        });
        pieces.add(stretch.toString());
        return pieces;
    }

    static String[] column(List<List<String>> pieces, int place) {
        return pieces.stream()
                .map(split -> place < split.size() ? split.get(place) : "")
                .toArray(String[]::new);
    }

    static long[] bytes(String[] characters) {
        long[] bytes = new long[characters.length * BYTES_PER_CHARACTER];
        for (int i = 0; i < characters.length; i++) {
            byte[] encoded = characters[i].getBytes(StandardCharsets.UTF_8);
            for (int j = 0; j < encoded.length; j++) {
                bytes[BYTES_PER_CHARACTER * i + j] = Byte.toUnsignedLong(encoded[j]);
            }
        }
        return bytes;
    }

    static boolean mayBeDamaged(String[] texts) {
        for (String text : texts) {
            for (int i = 0; i < text.length(); i++) {
                char c = text.charAt(i);
                if (c >= LOWEST_LEAD && c <= HIGHEST_LEAD) {
                    return true;
                }
            }
        }
        return false;
    }

    static String repair(String plain, String padded, char filler) {
        StringBuilder text = new StringBuilder();
        int at = 0;
        for (int character = 0; character < plain.length(); character++) {
            if (isEncoded(padded, at)) {
                text.appendCodePoint(decode(padded, at));
                at += BYTES_PER_CHARACTER;
            } else {
                text.append(padded.charAt(at));
                at++;
            }
        }
        if (text.indexOf(String.valueOf(filler)) < 0) {
            return text.toString();
        }
        // Four characters of the text itself looked like an encoded one: then nothing in it was encoded, or it cannot
        // be told.
        if (padded.startsWith(plain) && padded.indexOf(filler) == plain.length()) {
            return plain;
        }
        throw new EngineException(
                "A string that the model gave holds characters that ONNX Runtime's Java API cannot carry");
    }

    private static boolean isEncoded(String text, int at) {
        if (at + BYTES_PER_CHARACTER > text.length()
                || text.charAt(at) < LOWEST_LEAD
                || text.charAt(at) > HIGHEST_LEAD) {
            return false;
        }
        for (int i = 1; i < BYTES_PER_CHARACTER; i++) {
            char c = text.charAt(at + i);
            if (c < LOWEST_CONTINUATION || c > HIGHEST_CONTINUATION) {
                return false;
            }
        }
        int character = decode(text, at);
        return Character.isSupplementaryCodePoint(character);
    }

    private static int decode(String text, int at) {
        int character = text.charAt(at) & 0x7;
        for (int i = 1; i < BYTES_PER_CHARACTER; i++) {
            character = (character << 6) | (text.charAt(at + i) & 0x3f);
        }
        return character;
    }

    /** A character that none of the strings has. */
    static char unused(String[] texts) {
        for (char c = 1; c < LOWEST_CONTINUATION; c++) {
            String candidate = String.valueOf(c);
            if (Arrays.stream(texts).noneMatch(text -> text.contains(candidate))) {
                return c;
            }
        }
        throw new EngineException(
                "The strings that the model gave hold every ASCII character, and such beyond the basic plane; "
                        + "ONNX Runtime's Java API cannot carry them");
    }
}
