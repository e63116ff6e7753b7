package dev.maas.gate;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Locale;
import java.util.Optional;

/** Tells from a file's first bytes what it is when it is not an ONNX model, and what to do about it. */
enum FileKind {
    EMPTY("is empty", "Copy it again; the first copy was cut off"),
    LFS_POINTER("is a git-lfs pointer, which only names the model", "Run 'git lfs pull' and take the file again"),
    ORT("is a model in ONNX Runtime's own format", "Use the .onnx file that it was made from"),
    ZIP("is a zip archive, such as PyTorch's .pt", "Unpack the .onnx file from it, or export the model to ONNX"),
    GZIP("is compressed with gzip", "Unpack it first"),
    PICKLE("is a Python pickle, which is code", "Export the model to ONNX where it was trained"),
    HDF5("is an HDF5 file, such as Keras writes", "Export the model to ONNX, for instance with tf2onnx"),
    HTML("is a web page, probably an error or a login instead of the download", "Download the model again"),
    XML("is an XML document", "Export the model to ONNX"),
    JSON("is a JSON document", "Take the model's .onnx file"),
    ONNX_TEXT(
            "is an ONNX model written as text", "Parse it with onnx.parser or protobuf and save it in the binary form"),
    TEXT_MARKED(
            "begins with a byte order mark, so a text editor or a converter changed it",
            "Copy it again in binary mode");

    /** How many bytes {@link #of} looks at. */
    static final int HEAD_BYTES = 512;

    private final String what;
    private final String advice;

    FileKind(String what, String advice) {
        this.what = what;
        this.advice = advice;
    }

    /** Returns what a file is that begins with these bytes, if it is something known that is not ONNX. */
    static Optional<FileKind> of(byte[] head) {
        if (head.length == 0) {
            return Optional.of(EMPTY);
        }
        if (begins(head, "504b0304") || begins(head, "504b0506")) {
            return Optional.of(ZIP);
        }
        if (begins(head, "1f8b")) {
            return Optional.of(GZIP);
        }
        if (begins(head, "894844460d0a1a0a")) {
            return Optional.of(HDF5);
        }
        // A flatbuffer begins with a small offset; a protobuf may have these four letters in its producer's name.
        boolean smallOffset = head.length >= 8 && head[2] == 0 && head[3] == 0;
        if (smallOffset && new String(head, 4, 4, StandardCharsets.ISO_8859_1).equals("ORTM")) {
            return Optional.of(ORT);
        }
        // Protocols 2 to 5; older pickles are text and begin with an opcode that could be anything.
        if (head.length >= 2 && (head[0] & 0xff) == 0x80 && head[1] >= 2 && head[1] <= 5) {
            return Optional.of(PICKLE);
        }
        return ofText(head);
    }

    private static Optional<FileKind> ofText(byte[] head) {
        String text = new String(head, StandardCharsets.ISO_8859_1);
        boolean marked = begins(head, "efbbbf");
        String start = (marked ? text.substring(3) : text).stripLeading().toLowerCase(Locale.ROOT);
        if (start.startsWith("version https://git-lfs")) {
            return Optional.of(LFS_POINTER);
        }
        if (start.startsWith("<!doctype html") || start.startsWith("<html") || start.startsWith("<head")) {
            return Optional.of(HTML);
        }
        if (start.startsWith("<?xml")) {
            return Optional.of(start.contains("<html") ? HTML : XML);
        }
        if (start.startsWith("ir_version:") || start.matches("(?s)<\\s*ir_version\\s*:.*")) {
            return Optional.of(ONNX_TEXT);
        }
        if (start.matches("(?s)(\\{\\s*[\"}]|\\[\\s*[\\[{\"\\]0-9-]).*")) {
            return Optional.of(JSON);
        }
        return marked ? Optional.of(TEXT_MARKED) : Optional.empty();
    }

    private static boolean begins(byte[] head, String hex) {
        byte[] magic = HexFormat.of().parseHex(hex);
        return head.length >= magic.length && Arrays.equals(head, 0, magic.length, magic, 0, magic.length);
    }

    /** Returns the message for a file of this kind. */
    String message(String file) {
        return Shown.name(file) + " " + what + ", not an ONNX model. " + advice;
    }
}
