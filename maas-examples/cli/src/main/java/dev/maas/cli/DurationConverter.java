package dev.maas.cli;

import java.time.Duration;
import java.time.format.DateTimeParseException;
import java.util.Locale;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Reads times such as {@code 30s}, {@code 10m}, {@code 36h} and {@code 7d}. */
final class DurationConverter implements ITypeConverter<Duration> {
    @Override
    public Duration convert(String text) {
        String written = text.toUpperCase(Locale.ROOT);
        try {
            if (written.matches("[0-9]{1,9}[SMHD]")) {
                return Duration.parse(written.endsWith("D") ? "P" + written : "PT" + written);
            }
        } catch (DateTimeParseException e) {
            throw new TypeConversionException(wrong(text));
        }
        throw new TypeConversionException(wrong(text));
    }

    private static String wrong(String text) {
        return "a time is written like 30s, 10m, 36h or 7d; got '" + text + "'";
    }
}
