package dev.maas.engine.onnx;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OnnxValue;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import ai.onnxruntime.TensorInfo;
import dev.maas.EngineException;
import java.nio.LongBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Carries text with characters beyond the basic plane, such as emoji, between Java and ONNX Runtime.
 *
 * <p>The runtime works on UTF-8. Its Java API converts with JNI's {@code GetStringUTFChars} and {@code NewStringUTF}, which speak
 * "modified UTF-8": a character beyond the basic plane (four bytes in UTF-8, a surrogate pair in Java) goes in as two three-byte
 * surrogates, on which the runtime's own operators fail ("Invalid UTF-8") or silently find no match, and comes out with its four
 * bytes as four characters, and the end of the string cut off, since the length counts code points. There is no other way in or
 * out of the Java API, so the bytes are put together, and made readable, by operators of the runtime itself, on strings that need
 * it only:
 *
 * <ul>
 *   <li><b>In.</b> A string is taken apart into stretches of the basic plane, which JNI converts right, and the characters
 *       between them. A little model maps the bytes of each such character, as numbers, to one-byte strings
 *       ({@code LabelEncoder}; a protobuf attribute holds any bytes) and appends them and the next stretch
 *       ({@code StringConcat}). It runs as often as the string with the most such characters has them.
 *   <li><b>Out.</b> Only a string with a character from U+00F0 to U+00F4, which the lead byte of such a character turns into,
 *       may be damaged. A second model appends a run of characters that no string here contains. JNI's count of code points then
 *       cuts off a part of the run, and all bytes before it come out, four characters each, to be put together again here.
 * </ul>
 *
 * <p>What JNI makes of such bytes is not specified, so a first round trip checks it on this JVM. Rejected: refusing such text (it
 * is everyday text), and reaching for native memory behind the API. Safe for use by any thread.
 */
final class TextBridge implements AutoCloseable {
    private static final String TRIAL = "a\ud83d\ude00\u00f0b\ud834\udd1e\ud83c\udf70";

    private final OrtEnvironment runtime;
    private final Object lock = new Object();

    // Guarded by lock.
    private @Nullable Sessions sessions;
    private boolean closed;

    TextBridge(OrtEnvironment runtime) {
        this.runtime = runtime;
    }

    private record Sessions(OrtSession appender, OrtSession padder) {}

    // In.

    /** Makes a tensor of any strings without nulls; half of a surrogate pair becomes a question mark. */
    OnnxTensor toTensor(String[] texts, long[] shape) throws OrtException {
        return TextPieces.needsHelp(texts)
                ? assemble(sessions(), texts, shape)
                : OnnxTensor.createTensor(runtime, texts, shape);
    }

    private OnnxTensor assemble(Sessions helpers, String[] texts, long[] shape) throws OrtException {
        List<List<String>> pieces = new ArrayList<>();
        int most = 0;
        for (String text : texts) {
            List<String> split = TextPieces.of(text);
            pieces.add(split);
            most = Math.max(most, split.size());
        }
        OnnxTensor assembled = OnnxTensor.createTensor(runtime, TextPieces.column(pieces, 0), shape);
        try {
            for (int next = 1; next < most; next += 2) {
                OnnxTensor longer = append(helpers, assembled, pieces, next, shape);
                assembled.close();
                assembled = longer;
            }
            return assembled;
        } catch (OrtException | RuntimeException e) {
            assembled.close();
            throw e;
        }
    }

    private OnnxTensor append(Sessions helpers, OnnxTensor text, List<List<String>> pieces, int next, long[] shape)
            throws OrtException {
        long[] byteShape = Arrays.copyOf(shape, shape.length + 1);
        byteShape[shape.length] = TextPieces.BYTES_PER_CHARACTER;
        try (OnnxTensor bytes = OnnxTensor.createTensor(
                        runtime, LongBuffer.wrap(TextPieces.bytes(TextPieces.column(pieces, next))), byteShape);
                OnnxTensor rest = OnnxTensor.createTensor(runtime, TextPieces.column(pieces, next + 1), shape)) {
            // The result is the caller's: it is closed with the value, not here.
            OrtSession.Result result = helpers.appender().run(Map.of("text", text, "bytes", bytes, "rest", rest));
            return (OnnxTensor) result.get(0);
        }
    }

    // Out.

    /** Reads the strings of a tensor of any shape, in row-major order. */
    String[] toStrings(OnnxTensor tensor) throws OrtException {
        boolean readable = tensor.getInfo().getShape().length <= TensorInfo.MAX_DIMENSIONS;
        String[] plain = readable ? flatten(tensor) : padded(sessions(), tensor, "");
        if (!TextPieces.mayBeDamaged(plain)) {
            return plain;
        }
        return repair(sessions(), tensor, plain);
    }

    private String[] repair(Sessions helpers, OnnxTensor tensor, String[] plain) throws OrtException {
        char filler = TextPieces.unused(plain);
        int longest = Arrays.stream(plain).mapToInt(String::length).max().orElse(0);
        String run = String.valueOf(filler).repeat(longest * (TextPieces.BYTES_PER_CHARACTER - 1));
        String[] padded = padded(helpers, tensor, run);
        String[] repaired = new String[plain.length];
        for (int i = 0; i < plain.length; i++) {
            repaired[i] = TextPieces.repair(plain[i], padded[i], filler);
        }
        return repaired;
    }

    private String[] padded(Sessions helpers, OnnxTensor text, String run) throws OrtException {
        try (OnnxTensor padding = OnnxTensor.createTensor(runtime, new String[] {run}, new long[] {1});
                OrtSession.Result result = helpers.padder().run(Map.of("text", text, "padding", padding))) {
            return flatten(result.get(0));
        }
    }

    private static String[] flatten(OnnxValue tensor) throws OrtException {
        Object value = tensor.getValue();
        if (value instanceof String text) {
            return new String[] {text};
        }
        List<String> texts = new ArrayList<>();
        flatten((Object[]) value, texts);
        return texts.toArray(String[]::new);
    }

    private static void flatten(Object[] level, List<String> texts) {
        for (Object element : level) {
            if (element instanceof Object[] deeper) {
                flatten(deeper, texts);
            } else {
                texts.add((String) element);
            }
        }
    }

    // The little models.

    private Sessions sessions() throws OrtException {
        synchronized (lock) {
            if (closed) {
                throw new IllegalStateException("The engine was closed");
            }
            if (sessions == null) {
                sessions = open();
            }
            return sessions;
        }
    }

    private Sessions open() throws OrtException {
        OrtSession appender = session(appender());
        try {
            OrtSession padder = session(padder());
            Sessions made = new Sessions(appender, padder);
            try {
                requireRoundTrip(made);
                return made;
            } catch (OrtException | RuntimeException e) {
                padder.close();
                throw e;
            }
        } catch (OrtException | RuntimeException e) {
            appender.close();
            throw e;
        }
    }

    private void requireRoundTrip(Sessions made) throws OrtException {
        String[] trial = {TRIAL};
        try (OnnxTensor tensor = assemble(made, trial, new long[] {1})) {
            String[] back = repair(made, tensor, flatten(tensor));
            if (!Arrays.equals(back, trial)) {
                throw new EngineException("Text with characters beyond the basic plane, such as emoji, "
                        + "cannot be carried to ONNX Runtime on this JVM; replace them before the call");
            }
        }
    }

    private OrtSession session(byte[] model) throws OrtException {
        try (OrtSession.SessionOptions options = new OrtSession.SessionOptions()) {
            options.setIntraOpNumThreads(1);
            return runtime.createSession(model, options);
        }
    }

    private static byte[] appender() {
        List<byte[]> oneByte = new ArrayList<>();
        long[] codes = IntStream.concat(
                        IntStream.rangeClosed(TextPieces.LOWEST_CONTINUATION, TextPieces.HIGHEST_CONTINUATION),
                        IntStream.rangeClosed(TextPieces.LOWEST_LEAD, TextPieces.HIGHEST_LEAD))
                .asLongStream()
                .toArray();
        for (long code : codes) {
            oneByte.add(new byte[] {(byte) code});
        }
        OnnxProto graph = new OnnxProto()
                .message(
                        1,
                        OnnxProto.node(
                                "ai.onnx.ml",
                                "LabelEncoder",
                                List.of("bytes"),
                                List.of("letters"),
                                OnnxProto.integers("keys_int64s", codes),
                                OnnxProto.strings("values_strings", oneByte),
                                OnnxProto.string("default_string", "")));
        String longer = "text";
        for (int i = 0; i < TextPieces.BYTES_PER_CHARACTER; i++) {
            String index = "index" + i;
            OnnxProto scalar =
                    new OnnxProto().number(2, OnnxProto.INT64).number(7, i).text(8, index);
            graph.message(5, scalar)
                    .message(
                            1,
                            OnnxProto.node(
                                    "",
                                    "Gather",
                                    List.of("letters", index),
                                    List.of("letter" + i),
                                    OnnxProto.integer("axis", -1)))
                    .message(
                            1,
                            OnnxProto.node("", "StringConcat", List.of(longer, "letter" + i), List.of("longer" + i)));
            longer = "longer" + i;
        }
        graph.message(1, OnnxProto.node("", "StringConcat", List.of(longer, "rest"), List.of("whole")))
                .message(11, OnnxProto.value("text", OnnxProto.STRING))
                .message(11, OnnxProto.value("bytes", OnnxProto.INT64))
                .message(11, OnnxProto.value("rest", OnnxProto.STRING))
                .message(12, OnnxProto.value("whole", OnnxProto.STRING));
        return OnnxProto.model(graph);
    }

    private static byte[] padder() {
        OnnxProto allInOneRow = new OnnxProto()
                .number(1, 1)
                .number(2, OnnxProto.INT64)
                .number(7, -1)
                .text(8, "row");
        OnnxProto graph = new OnnxProto()
                .message(5, allInOneRow)
                .message(1, OnnxProto.node("", "Reshape", List.of("text", "row"), List.of("flat")))
                .message(1, OnnxProto.node("", "StringConcat", List.of("flat", "padding"), List.of("padded")))
                .message(11, OnnxProto.value("text", OnnxProto.STRING))
                .message(11, OnnxProto.value("padding", OnnxProto.STRING))
                .message(12, OnnxProto.value("padded", OnnxProto.STRING));
        return OnnxProto.model(graph);
    }

    @Override
    public void close() throws OrtException {
        synchronized (lock) {
            closed = true;
            if (sessions != null) {
                sessions.appender().close();
                sessions.padder().close();
                sessions = null;
            }
        }
    }
}
