package dev.maas.engine;

import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What a native runtime says about a failure, without what is no business of a remote caller: paths of this machine, and the places
 * in its own source where it noticed.
 *
 * <p>Public for the sibling packages that are engines. All methods are pure.
 *
 * <p>ONNX Runtime's messages look like {@code Error code - ORT_FAIL - message: Load model from /srv/models/7/model.onnx
 * failed:/onnxruntime_src/onnxruntime/core/graph/graph.cc:1409 onnxruntime::Graph::Graph(const onnxruntime::Model&, …) Unknown
 * type}. Names of nodes and tensors often look like absolute paths ({@code /layers/0/MatMul}), so only folders that are known to be
 * some are cut out.
 *
 * <p>Stateless, and safe for use by any thread.
 */
public final class ErrorText {
    private static final int MOST_READ = 4_000;
    private static final int LONGEST = 600;
    private static final Pattern CODE = Pattern.compile("^Error code - \\w+ - message: ");
    private static final Pattern LOADING = Pattern.compile("Load model from .*? failed: ?", Pattern.DOTALL);
    private static final Pattern LEVEL = Pattern.compile("\\[ONNXRuntimeError\\] : \\d+ : \\w+ : ");
    private static final Pattern SOURCE_LINE = Pattern.compile("\\.(?:cc|cpp|cxx|h|hpp|inl)[:(]\\d{1,6}\\)? ?");
    private static final Pattern SPACE = Pattern.compile("\\s+");

    private ErrorText() {}

    /** Returns a failure's message, fit for anyone's eyes, with each known folder's path left out. */
    public static String of(Throwable failure, List<Path> knownFolders) {
        String message = failure.getMessage();
        if (message == null || message.isBlank()) {
            return failure.getClass().getSimpleName();
        }
        // A model's names are in it, of any length; what follows takes time beyond the linear.
        String start = message.length() <= MOST_READ ? message : message.substring(0, MOST_READ);
        String text = CODE.matcher(start).replaceFirst("");
        text = LOADING.matcher(text).replaceAll("");
        text = LEVEL.matcher(text).replaceAll("");
        text = withoutSource(text);
        for (Path folder : knownFolders) {
            text = withoutFolder(text, folder);
        }
        text = SPACE.matcher(text).replaceAll(" ").trim();
        return text.length() <= LONGEST ? text : text.substring(0, LONGEST) + "…";
    }

    /** Returns the innermost cause of a failure, or the failure itself. */
    public static Throwable rootOf(Throwable failure) {
        Throwable root = failure;
        while (root.getCause() != null) {
            root = root.getCause();
        }
        return root;
    }

    /** Cuts the path of a folder, and those of the folders above it, so that only what lies below is named. */
    private static String withoutFolder(String text, Path folder) {
        Path absolute = folder.toAbsolutePath().normalize();
        String shorter = withoutPrefix(text, absolute).replace(absolute.toString(), "the model's folder");
        for (Path above = absolute.getParent(); above != null && above.getNameCount() > 0; above = above.getParent()) {
            shorter = withoutPrefix(shorter, above);
        }
        return shorter;
    }

    private static String withoutPrefix(String text, Path folder) {
        return text.replace(folder + folder.getFileSystem().getSeparator(), "").replace(folder + "/", "");
    }

    /** Cuts each place in the runtime's source, and the signature of the function there. */
    private static String withoutSource(String text) {
        StringBuilder kept = new StringBuilder();
        Matcher matcher = SOURCE_LINE.matcher(text);
        int from = 0;
        while (matcher.find(from)) {
            kept.append(text, from, startOfPath(text, matcher.start(), from));
            from = endOfFunction(text, matcher.end());
        }
        return kept.append(text, from, text.length()).toString();
    }

    /** The index where a file's path begins that ends before the given one. */
    private static int startOfPath(String text, int end, int lowest) {
        int start = end;
        while (start > lowest && !isDelimiter(text, start - 1)) {
            start--;
        }
        return start;
    }

    private static boolean isDelimiter(String text, int index) {
        char c = text.charAt(index);
        // A colon ends a phrase, unless it follows the letter of a drive.
        return c == '"' || c == '\'' || Character.isWhitespace(c) || (c == ':' && !text.startsWith("\\", index + 1));
    }

    /** The index after a C++ function's signature, or the start where none is recognised. */
    private static int endOfFunction(String text, int start) {
        int line = text.indexOf('\n', start);
        int limit = line < 0 ? text.length() : line;
        int open = text.indexOf('(', start);
        if (open < 0 || open >= limit || !text.substring(start, open).contains("::")) {
            return start;
        }
        int close = closing(text, open, limit);
        // A lambda's own argument list follows: "::<lambda()>".
        while (text.startsWith("::", close)) {
            int next = text.indexOf('(', close);
            if (next < 0 || next >= limit) {
                return close;
            }
            close = closing(text, next, limit);
            close += text.startsWith(">", close) ? 1 : 0;
        }
        int end = text.startsWith(" const", close) ? close + " const".length() : close;
        if (text.startsWith(" [with ", end)) {
            int bracket = text.indexOf(']', end);
            end = bracket < 0 || bracket >= limit ? end : bracket + 1;
        }
        return end;
    }

    private static int closing(String text, int open, int limit) {
        int depth = 0;
        for (int i = open; i < limit; i++) {
            char c = text.charAt(i);
            if (c == '(') {
                depth++;
            } else if (c == ')' && --depth == 0) {
                return i + 1;
            }
        }
        return limit;
    }
}
