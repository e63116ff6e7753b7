package dev.maas.registry.store.oci;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * One way to sign in that a registry offers, as {@code WWW-Authenticate} tells it (RFC 9110, section 11.6.1). Immutable.
 *
 * @param scheme its scheme in lower case
 * @param parameters its parameters by their names in lower case
 */
record OciChallenge(String scheme, Map<String, String> parameters) {
    /** A parameter, or else the name of a scheme. */
    private static final Pattern PART = Pattern.compile(
            "\\G[\\s,]*([A-Za-z0-9!#$%&'*+.^_`|~-]{1,100})(?:\\s*=\\s*(?:\"((?:[^\"\\\\]|\\\\.){0,4000})\"|([^\\s,\"]{0,4000})))?");

    static List<OciChallenge> parse(List<String> headers) {
        List<OciChallenge> challenges = new ArrayList<>();
        for (String header : headers) {
            @Nullable OciChallenge current = null;
            Matcher part = PART.matcher(header);
            while (part.find()) {
                String name = part.group(1).toLowerCase(Locale.ROOT);
                @Nullable String quoted = part.group(2);
                @Nullable String value = quoted == null ? part.group(3) : quoted.replaceAll("\\\\(.)", "$1");
                if (value == null) {
                    current = new OciChallenge(name, new TreeMap<>());
                    challenges.add(current);
                } else if (current != null) {
                    current.parameters.putIfAbsent(name, value);
                }
            }
        }
        return challenges;
    }

    static Optional<OciChallenge> find(List<OciChallenge> challenges, String scheme) {
        return challenges.stream()
                .filter(challenge -> challenge.scheme.equals(scheme))
                .findFirst();
    }

    Optional<String> parameter(String name) {
        return Optional.ofNullable(parameters.get(name)).filter(text -> !text.isEmpty());
    }
}
