package dev.maas.examples.quickstart;

import java.io.Console;
import java.io.PrintStream;
import java.lang.reflect.InvocationTargetException;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Prints for a person: headings, lines, tables and progress bars; plain lines where the output goes into a file or another program.
 *
 * <p>Safe for use by any thread, though lines of several threads mix.
 */
final class Terminal {
    private static final String INDENT = "  ";

    private final PrintStream out;
    private final boolean interactive;
    private final boolean coloured;

    /**
     * Makes a terminal.
     *
     * @param out where to print
     * @param interactive whether a person watches, so that a line may be written over
     * @param coloured whether bold and colours are understood and wanted
     */
    Terminal(PrintStream out, boolean interactive, boolean coloured) {
        this.out = out;
        this.interactive = interactive;
        this.coloured = coloured;
    }

    /** Returns the terminal that this program was started from. */
    static Terminal ofSystem() {
        Map<String, String> environment = System.getenv();
        boolean interactive = isTerminal(System.console()) && !"dumb".equals(environment.get("TERM"));
        boolean plain = !environment.getOrDefault("NO_COLOR", "").isEmpty();
        return new Terminal(System.out, interactive, interactive && !plain && environment.containsKey("TERM"));
    }

    /** Up to JDK 21 there is a console only on a terminal; later JDKs always have one, which must be asked. */
    private static boolean isTerminal(@Nullable Console console) {
        if (console == null) {
            return false;
        }
        try {
            return (Boolean) Console.class.getMethod("isTerminal").invoke(console);
        } catch (NoSuchMethodException e) {
            return true;
        } catch (IllegalAccessException | InvocationTargetException e) {
            return false;
        }
    }

    /** Prints an empty line and a heading. */
    void heading(String text) {
        out.println();
        out.println(coloured ? "\u001b[1m" + text + "\u001b[0m" : text);
    }

    /** Prints a line, formatted as {@link String#format(String, Object...)} does. */
    void line(String format, Object... values) {
        out.println((INDENT + String.format(Locale.ROOT, format, values)).stripTrailing());
    }

    /** Prints a table with an empty line above. */
    void table(Table table) {
        out.println();
        List<String> lines = table.lines();
        for (int i = 0; i < lines.size(); i++) {
            boolean dim = coloured && i == 0;
            out.println(INDENT + (dim ? "\u001b[2m" + lines.get(i) + "\u001b[0m" : lines.get(i)));
        }
    }

    /** Prints text as it is. */
    void text(String text) {
        out.print(text);
    }

    /** Begins a piece of work that takes a while. */
    ProgressBar progress(String work) {
        return new ProgressBar(out, interactive, INDENT + work);
    }
}
