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

    /** Returns a time in the largest unit in which it is whole: {@code 30 days}, {@code 1 hour}. */
    static String words(Duration time) {
        if (time.equals(Duration.ofDays(time.toDays()))) {
            return Words.count(time.toDays(), "day");
        }
        if (time.equals(Duration.ofHours(time.toHours()))) {
            return Words.count(time.toHours(), "hour");
        }
        return time.equals(Duration.ofMinutes(time.toMinutes()))
                ? Words.count(time.toMinutes(), "minute")
                : Words.count(time.toSeconds(), "second");
    }

    private static String wrong(String text) {
        return "a time is written like 30s, 10m, 36h or 7d; got '" + text + "'";
    }
}
