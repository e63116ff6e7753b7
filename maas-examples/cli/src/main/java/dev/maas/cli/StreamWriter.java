package dev.maas.cli;

import java.io.PrintStream;
import java.io.PrintWriter;
import java.io.Writer;

/** Writes characters to a stream that knows its own charset, which Java 17 does not tell. */
final class StreamWriter extends Writer {
    private final PrintStream stream;

    private StreamWriter(PrintStream stream) {
        this.stream = stream;
    }

    static PrintWriter to(PrintStream stream) {
        return new PrintWriter(new StreamWriter(stream), true);
    }

    @Override
    public void write(char[] characters, int offset, int length) {
        stream.print(new String(characters, offset, length));
    }

    @Override
    public void flush() {
        stream.flush();
    }

    /** Leaves the stream open, which is the process's own. */
    @Override
    public void close() {
        flush();
    }
}
