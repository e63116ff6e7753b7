package dev.maas.registry.store.oci;

import dev.maas.InvalidInputException;
import java.net.URI;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Where a store lies, as its URI says.
 *
 * @param host the host, with its port if one is named
 * @param repository the repository
 * @param plainHttp whether it is spoken to without encryption
 * @param singleWriter whether the caller says that nobody else writes
 * @param dockerCredentials whether user and password come from Docker's configuration
 */
record OciLocation(String host, String repository, boolean plainHttp, boolean singleWriter, boolean dockerCredentials) {
    /** The specification's form. */
    private static final Pattern REPOSITORY =
            Pattern.compile("[a-z0-9]+(?:(?:\\.|_|__|-+)[a-z0-9]+)*(?:/[a-z0-9]+(?:(?:\\.|_|__|-+)[a-z0-9]+)*)*");

    private static final int LONGEST_REPOSITORY = 255;
    private static final Pattern HOST =
            Pattern.compile("(?:[A-Za-z0-9.-]{1,253}|\\[[0-9A-Fa-f:.]{2,45}])(?::[0-9]{1,5})?");
    private static final Pattern LOOPBACK = Pattern.compile("localhost|127(?:\\.[0-9]{1,3}){3}|\\[::1]");

    static OciLocation parse(URI location) {
        @Nullable String authority = location.getRawAuthority();
        if (authority == null || location.getRawFragment() != null) {
            throw wrong("it lacks a host, or has a fragment");
        }
        if (authority.contains("@")) {
            throw wrong(
                    "credentials do not belong into a URI; credentials=docker takes them from Docker's configuration");
        }
        if (!HOST.matcher(authority).matches()) {
            throw wrong("'" + printable(authority) + "' is no host");
        }
        String path = location.getRawPath() == null ? "" : location.getRawPath();
        String repository = path.replaceAll("^/|/$", "");
        if (repository.length() > LONGEST_REPOSITORY
                || !REPOSITORY.matcher(repository).matches()) {
            throw wrong(
                    "'" + printable(repository)
                            + "' is no repository: parts of a-z and 0-9, with single '.', '_' or '-' in them and '/' between them");
        }
        String host = authority.toLowerCase(Locale.ROOT);
        Map<String, String> options = options(location.getRawQuery());
        boolean plain = flag(options, "plain-http", isLoopback(host));
        boolean single = flag(options, "single-writer", false);
        @Nullable String credentials = options.remove("credentials");
        if (credentials != null && !credentials.equals("docker")) {
            throw wrong("credentials is docker, or left out");
        }
        if (!options.isEmpty()) {
            throw wrong("it knows plain-http, single-writer and credentials, not "
                    + printable(options.keySet().toString()));
        }
        return new OciLocation(host, repository, plain, single, credentials != null);
    }

    static boolean isLoopback(String host) {
        return LOOPBACK.matcher(host.replaceFirst(":[0-9]+$", "")).matches();
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
                String value = URLDecoder.decode(option.substring(equals + 1), StandardCharsets.UTF_8);
                if (options.put(name, value) != null) {
                    throw wrong("'" + printable(name) + "' comes twice");
                }
            }
        }
        return options;
    }

    private static boolean flag(Map<String, String> options, String name, boolean otherwise) {
        @Nullable String text = options.remove(name);
        if (text == null) {
            return otherwise;
        }
        if (!text.equals("true") && !text.equals("false")) {
            throw wrong(name + " is true or false, not '" + printable(text) + "'");
        }
        return text.equals("true");
    }

    private static InvalidInputException wrong(String how) {
        return new InvalidInputException("A store in an OCI registry is written like"
                + " oci://host:5000/repository/path?single-writer=true&plain-http=false&credentials=docker: " + how);
    }

    private static String printable(String text) {
        String shown = text.replaceAll("\\p{Cntrl}", "?");
        return shown.length() <= 100 ? shown : shown.substring(0, 100) + "…";
    }

    /** Returns where the repository's resources lie; it ends with {@code /}. */
    URI root() {
        return URI.create((plainHttp ? "http://" : "https://") + host + "/v2/" + repository + "/");
    }

    /** What messages call the store. */
    String name() {
        return "oci store '" + host + "/" + repository + "'";
    }
}
