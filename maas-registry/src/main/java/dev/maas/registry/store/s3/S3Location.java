package dev.maas.registry.store.s3;

import dev.maas.InvalidInputException;
import java.net.URI;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Where a store lies, as its URI says.
 *
 * @param bucket the bucket
 * @param prefix what stands before each key: empty, or with {@code /} at its end
 * @param endpoint the server; empty for Amazon's
 * @param region the region that was named
 * @param pathStyle whether the bucket stands in the path
 */
record S3Location(String bucket, String prefix, Optional<URI> endpoint, Optional<String> region, boolean pathStyle) {
    private static final Pattern BUCKET = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{1,254}");
    private static final Pattern PART = Pattern.compile("(?!\\.{1,2}(?:/|$))[A-Za-z0-9!_.*'()-]{1,200}");
    private static final Pattern REGION = Pattern.compile("[a-z0-9-]{1,64}");

    /** Buckets of this kind list their keys in no order. */
    private static final String DIRECTORY_BUCKET = "--x-s3";

    static S3Location parse(URI location) {
        @Nullable String authority = location.getRawAuthority();
        if (authority == null || location.getRawFragment() != null) {
            throw wrong("it lacks a bucket, or has a fragment");
        }
        if (authority.contains("@")) {
            throw wrong("credentials do not belong into a URI; the AWS SDK finds them in the environment or a profile");
        }
        if (!BUCKET.matcher(authority).matches() || authority.contains("..")) {
            throw wrong("'" + printable(authority) + "' is no bucket's name");
        }
        if (authority.endsWith(DIRECTORY_BUCKET)) {
            throw wrong(
                    "'" + authority + "' is a directory bucket, which lists its keys in no order. Use a general one");
        }
        Map<String, String> options = options(location.getRawQuery());
        Optional<URI> endpoint = Optional.ofNullable(options.remove("endpoint")).map(S3Location::endpoint);
        Optional<String> region = Optional.ofNullable(options.remove("region"));
        region.filter(name -> !REGION.matcher(name).matches()).ifPresent(name -> {
            throw wrong("'" + printable(name) + "' is no region's name");
        });
        @Nullable String pathStyle = options.remove("path-style");
        if (!options.isEmpty()) {
            throw wrong("it knows endpoint, region and path-style, not "
                    + printable(options.keySet().toString()));
        }
        boolean inPath = pathStyle == null ? endpoint.isPresent() || authority.contains(".") : flag(pathStyle);
        return new S3Location(authority, prefix(location.getRawPath()), endpoint, region, inPath);
    }

    private static String prefix(@Nullable String path) {
        if (path == null || path.isEmpty() || path.equals("/")) {
            return "";
        }
        String trimmed = path.substring(1, path.endsWith("/") ? path.length() - 1 : path.length());
        for (String part : trimmed.split("/", -1)) {
            if (!PART.matcher(part).matches()) {
                throw wrong("the prefix '" + printable(trimmed)
                        + "' has other parts than letters, digits and !_.*'()- with '/' between them");
            }
        }
        return trimmed + "/";
    }

    private static Map<String, String> options(@Nullable String query) {
        Map<String, String> options = new TreeMap<>();
        if (query != null) {
            for (String option : query.split("&", -1)) {
                int equals = option.indexOf('=');
                if (equals < 1) {
                    throw wrong("an option is written name=value");
                }
                String name = option.substring(0, equals);
                if (options.put(name, decode(option.substring(equals + 1))) != null) {
                    throw wrong("'" + printable(name) + "' comes twice");
                }
            }
        }
        return options;
    }

    private static String decode(String text) {
        return URLDecoder.decode(text.replace("+", "%2B"), StandardCharsets.UTF_8);
    }

    private static boolean flag(String text) {
        if (!text.equals("true") && !text.equals("false")) {
            throw wrong("path-style is true or false, not '" + printable(text) + "'");
        }
        return text.equals("true");
    }

    private static URI endpoint(String text) {
        try {
            URI uri = URI.create(text);
            boolean sound = ("http".equalsIgnoreCase(uri.getScheme()) || "https".equalsIgnoreCase(uri.getScheme()))
                    && uri.getHost() != null
                    && uri.getRawUserInfo() == null
                    && uri.getRawQuery() == null
                    && uri.getRawFragment() == null;
            if (sound) {
                return uri;
            }
        } catch (IllegalArgumentException e) {
            // Its message repeats the text, which may hold a password.
            throw wrong("its endpoint is no URI");
        }
        throw wrong("an endpoint is written like https://s3.example.com:9000, without user or query");
    }

    private static InvalidInputException wrong(String how) {
        return new InvalidInputException(
                "A store on S3 is written like s3://bucket/prefix?endpoint=https://host&region=eu-west-1&path-style=true: "
                        + how);
    }

    private static String printable(String text) {
        String shown = text.replaceAll("\\p{Cntrl}", "?");
        return shown.length() <= 100 ? shown : shown.substring(0, 100) + "…";
    }

    /** What messages call the store. */
    String name() {
        String path = prefix.isEmpty() ? bucket : bucket + "/" + prefix.substring(0, prefix.length() - 1);
        return "s3 store '" + path + "'";
    }
}
