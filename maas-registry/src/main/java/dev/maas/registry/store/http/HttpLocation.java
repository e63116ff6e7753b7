package dev.maas.registry.store.http;

import dev.maas.InvalidInputException;
import java.net.URI;
import java.util.Locale;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Where a store lies, as its URI says.
 *
 * @param base the folder's URI in ASCII, with {@code /} at its end
 */
record HttpLocation(URI base) {
    /** A part of a path in ASCII as RFC 3986 has it; neither a dot, nor what some servers take for one or for a slash. */
    private static final Pattern PART = Pattern.compile(
            "(?!(?:\\.|%2[eE]){1,2}$)(?:[A-Za-z0-9._~!$&'()*+,;=:@-]|%(?!00|2[fF]|5[cC])[0-9A-Fa-f]{2})+");

    static HttpLocation parse(URI location) {
        String scheme = String.valueOf(location.getScheme()).toLowerCase(Locale.ROOT);
        if (!scheme.equals("http") && !scheme.equals("https")) {
            throw wrong("its scheme is neither");
        }
        String authority = String.valueOf(location.getRawAuthority());
        if (authority.contains("@")) {
            throw wrong("credentials do not belong into a URI. Open the store by HttpStoreProvider.open(URI, Supplier),"
                    + " which asks for them");
        }
        if (location.getHost() == null) {
            throw wrong("it lacks a host");
        }
        if (location.getRawQuery() != null || location.getRawFragment() != null) {
            throw wrong("it has no options, so neither query nor fragment");
        }
        String path = path(URI.create(location.toASCIIString()).getRawPath());
        return new HttpLocation(URI.create(scheme + "://" + authority + path));
    }

    private static String path(@Nullable String raw) {
        if (raw == null || raw.isEmpty() || raw.equals("/")) {
            return "/";
        }
        String trimmed = raw.endsWith("/") ? raw.substring(0, raw.length() - 1) : raw;
        for (String part : trimmed.substring(1).split("/", -1)) {
            if (!PART.matcher(part).matches()) {
                throw wrong("its path has an empty part, a dot, or an encoded slash");
            }
        }
        return trimmed + "/";
    }

    private static InvalidInputException wrong(String how) {
        return new InvalidInputException(
                "A registry behind a web server is written like http://host/folder or https://host/folder: " + how);
    }

    /** Returns the URI of an object. Keys have no character that a URI writes in another way. */
    URI of(String key) {
        return URI.create(base + key);
    }

    /** What messages call the store. */
    String name() {
        String path = base.getRawPath();
        return "http store '" + base.getRawAuthority() + path.substring(0, path.length() - 1) + "'";
    }
}
