package dev.maas.cli;

import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Reads numbers of bytes such as {@code 4096}, {@code 500M}, in powers of 1,000, and {@code 64Gi}, in powers of 1,024. */
final class SizeConverter implements ITypeConverter<Long> {
    private static final Pattern SIZE = Pattern.compile("([0-9]{1,12})([KMGT]?)(I?)B?");
    private static final String UNITS = "KMGT";

    @Override
    public Long convert(String text) {
        Matcher matcher = SIZE.matcher(text.toUpperCase(Locale.ROOT));
        if (!matcher.matches()
                || (matcher.group(2).isEmpty() && !matcher.group(3).isEmpty())) {
            throw wrong(text);
        }
        long size = Long.parseLong(matcher.group(1));
        try {
            int powers = matcher.group(2).isEmpty() ? 0 : UNITS.indexOf(matcher.group(2)) + 1;
            for (int i = 0; i < powers; i++) {
                size = Math.multiplyExact(size, matcher.group(3).isEmpty() ? 1000L : 1024L);
            }
        } catch (ArithmeticException e) {
            throw wrong(text);
        }
        if (size < 1) {
            throw wrong(text);
        }
        return size;
    }

    private static TypeConversionException wrong(String text) {
        return new TypeConversionException("a size is written like 4096, 500M or 64Gi; got '" + text + "'");
    }
}
