package dev.maas.registry.store.http;

import java.net.http.HttpHeaders;
import java.net.http.HttpResponse;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What an answer's headers say, none of which is believed without need. The methods have no state and are safe for use by any thread. */
final class HttpAnswers {
    static final int OK = 200;
    static final int PARTIAL = 206;
    static final int NOT_MODIFIED = 304;
    static final int RANGE_NOT_SATISFIABLE = 416;

    private static final Pattern STRONG_TAG = Pattern.compile("\"[!#-~\\x80-\\xff]{0,256}\"");
    private static final Pattern NUMBER = Pattern.compile("[0-9]{1,18}");
    private static final Pattern RANGE = Pattern.compile("bytes ([0-9]{1,18})-([0-9]{1,18})/([0-9]{1,18})");
    private static final Pattern NO_RANGE = Pattern.compile("bytes \\*/([0-9]{1,18})");

    private HttpAnswers() {}

    /** A range that an answer says to hold: its first and last byte, and the size of the object. */
    record Range(long first, long last, long total) {}

    /** Returns the entity tag, if it is one that tells objects apart byte for byte. */
    static Optional<String> strongTag(HttpHeaders headers) {
        return headers.firstValue("ETag").filter(tag -> STRONG_TAG.matcher(tag).matches());
    }

    /** Returns the length that is announced; empty if none is. */
    static OptionalLong length(HttpHeaders headers) throws AnswerException {
        Optional<String> length = headers.firstValue("Content-Length");
        if (length.isEmpty()) {
            return OptionalLong.empty();
        }
        if (headers.allValues("Content-Length").size() > 1
                || !NUMBER.matcher(length.get()).matches()) {
            throw AnswerException.passing("the server's answer has a length that is no number");
        }
        return OptionalLong.of(Long.parseLong(length.get()));
    }

    /** Returns when the object was put, as the server says; the epoch if it does not. */
    static Instant lastModified(HttpHeaders headers) {
        try {
            return headers.firstValue("Last-Modified")
                    .map(text -> ZonedDateTime.parse(text, DateTimeFormatter.RFC_1123_DATE_TIME)
                            .toInstant())
                    .orElse(Instant.EPOCH);
        } catch (DateTimeException e) {
            return Instant.EPOCH;
        }
    }

    static Range range(HttpHeaders headers) throws AnswerException {
        Matcher matcher = RANGE.matcher(headers.firstValue("Content-Range").orElse(""));
        if (!matcher.matches()) {
            throw AnswerException.passing("the server's answer is part of the object, and does not say which");
        }
        Range range = new Range(
                Long.parseLong(matcher.group(1)), Long.parseLong(matcher.group(2)), Long.parseLong(matcher.group(3)));
        if (range.last < range.first || range.total <= range.last) {
            throw AnswerException.passing("the server's answer is of a range that cannot be");
        }
        return range;
    }

    /** Returns the size of an object that does not reach into the range that was asked for, if the answer tells it. */
    static OptionalLong sizeOutOfRange(HttpHeaders headers) {
        Matcher matcher = NO_RANGE.matcher(headers.firstValue("Content-Range").orElse(""));
        return matcher.matches() ? OptionalLong.of(Long.parseLong(matcher.group(1))) : OptionalLong.empty();
    }

    /**
     * Refuses a body that is not the object's own bytes, or of which nobody could tell whether its end was lost.
     */
    static void requireSound(HttpResponse<?> answer) throws AnswerException {
        HttpHeaders headers = answer.headers();
        boolean plain = headers.allValues("Content-Encoding").stream()
                .allMatch(coding -> coding.toLowerCase(Locale.ROOT).equals("identity"));
        if (!plain) {
            throw AnswerException.permanent("the server's answer is compressed, which was not asked for."
                    + " Switch compression off for the registry's folder");
        }
        boolean chunked = headers.firstValue("Transfer-Encoding")
                .filter(coding -> coding.toLowerCase(Locale.ROOT).equals("chunked"))
                .isPresent();
        if (length(headers).isEmpty() && !chunked) {
            throw AnswerException.permanent("the server's answer does not say where it ends");
        }
    }
}
