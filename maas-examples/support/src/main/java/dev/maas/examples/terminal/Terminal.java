package dev.maas.examples.terminal;

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
public final class Terminal {
    private static final String INDENT = "  ";
    private static final int USUAL_WIDTH = 80;
    private static final int LEAST_WIDTH = 20;

    private final PrintStream out;
    private final boolean interactive;
    private final boolean coloured;
    private final int width;

    /**
     * Makes a terminal of the usual width.
     *
     * @param out where to print
     * @param interactive whether a person watches, so that a line may be written over
     * @param coloured whether bold and colours are understood and wanted
     */
    public Terminal(PrintStream out, boolean interactive, boolean coloured) {
        this(out, interactive, coloured, USUAL_WIDTH);
    }

    /**
     * Makes a terminal.
     *
     * @param width how many characters fit on a line
     */
    public Terminal(PrintStream out, boolean interactive, boolean coloured, int width) {
        this.out = out;
        this.interactive = interactive;
        this.coloured = coloured;
        this.width = Math.max(LEAST_WIDTH, width);
    }

    /** Returns the terminal that this program was started from. */
    public static Terminal ofSystem() {
        Map<String, String> environment = System.getenv();
        boolean interactive = isTerminal(System.console()) && !"dumb".equals(environment.get("TERM"));
        boolean plain = !environment.getOrDefault("NO_COLOR", "").isEmpty();
        return new Terminal(
                System.out,
                interactive,
                interactive && !plain && environment.containsKey("TERM"),
                width(environment.getOrDefault("COLUMNS", "")));
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

    private static int width(String columns) {
        return columns.matches("[1-9][0-9]{0,3}") ? Integer.parseInt(columns) : USUAL_WIDTH;
    }

    /** Returns a terminal like this one that prints elsewhere, such as to the standard error. */
    public Terminal on(PrintStream other) {
        return new Terminal(other, interactive, coloured, width);
    }

    /** Returns whether a person watches. */
    public boolean isInteractive() {
        return interactive;
    }

    /** Returns whether bold and colours are understood and wanted. */
    public boolean isColoured() {
        return coloured;
    }

    /** Returns how many characters fit on a line. */
    public int width() {
        return width;
    }

    /** Prints an empty line and a heading. */
    public void heading(String text) {
        out.println();
        out.println(coloured ? "\u001b[1m" + text + "\u001b[0m" : text);
    }

    /** Prints a line, formatted as {@link String#format(String, Object...)} does. */
    public void line(String format, Object... values) {
        out.println((INDENT + String.format(Locale.ROOT, format, values)).stripTrailing());
    }

    /** Prints a table with an empty line above. */
    public void table(Table table) {
        out.println();
        print(table.lines(), INDENT);
    }

    /** Prints a table without an indent; before a person, long cells are cut so that each row has a line of its own. */
    public void rows(Table table) {
        print(interactive ? table.lines(width) : table.lines(), "");
    }

    private void print(List<String> lines, String indent) {
        for (int i = 0; i < lines.size(); i++) {
            boolean dim = coloured && i == 0;
            out.println(indent + (dim ? "\u001b[2m" + lines.get(i) + "\u001b[0m" : lines.get(i)));
        }
    }

    /** Prints text as it is. */
    public void text(String text) {
        out.print(text);
    }

    /** Begins a piece of work that takes a while. */
    public ProgressBar progress(String work) {
        return new ProgressBar(out, interactive, INDENT + work);
    }

    /** Begins to show how many bytes have been moved or hashed; prints nothing where nobody watches. */
    public TransferBar transfer(String work) {
        return new TransferBar(out, interactive, width, work, System::nanoTime);
    }
}
