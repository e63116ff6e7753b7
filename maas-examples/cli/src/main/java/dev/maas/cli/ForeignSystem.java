package dev.maas.cli;

import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Another system whose folders are read. */
enum ForeignSystem {
    TRITON,
    TF_SERVING,
    MLFLOW,
    HUGGINGFACE;

    /** Returns the name as it is written on a command line. */
    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    private static List<String> names() {
        return Arrays.stream(values()).map(ForeignSystem::toString).toList();
    }

    /** Reads a name. */
    static final class Converter implements ITypeConverter<ForeignSystem> {
        @Override
        public ForeignSystem convert(String text) {
            return Arrays.stream(values())
                    .filter(system -> system.toString().equalsIgnoreCase(text))
                    .findFirst()
                    .orElseThrow(() -> new TypeConversionException("'" + text + "' is none of the systems " + names()));
        }
    }

    /** Tells shells the names. */
    static final class Candidates implements Iterable<String> {
        @Override
        public Iterator<String> iterator() {
            return names().iterator();
        }
    }
}
