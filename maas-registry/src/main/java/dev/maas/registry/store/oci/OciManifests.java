package dev.maas.registry.store.oci;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import dev.maas.IntegrityException;
import dev.maas.registry.format.Sha256;
import dev.maas.registry.format.StrictJson;
import dev.maas.registry.store.WrongBytesException;
import java.io.IOException;
import java.net.URI;
import java.time.Instant;
import java.util.LinkedHashSet;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** The manifests and tags of a repository. Safe for use by any thread. */
final class OciManifests {
    /** What the specification has registries take at least. */
    static final int LARGEST = 4 << 20;

    private static final int LARGEST_PAGE = 64 << 20;
    private static final int MOST_PAGES = 100_000;
    private static final String ACCEPT = OciEntry.MANIFEST_TYPE + ", " + OciEntry.INDEX_TYPE;
    private static final Pattern NEXT = Pattern.compile("<([^<>]+)>\\s*;[^,<]*\\brel\\s*=\\s*\"?next\"?");

    private final OciHttp http;
    private final OciTuning tuning;

    /** What was put last by its digest: it is what gets its names next. */
    private volatile @Nullable Found lastPut;

    OciManifests(OciHttp http, OciTuning tuning) {
        this.http = http;
        this.tuning = tuning;
    }

    /** A manifest as it was read: its bytes, their digest, and what it says that it is. */
    static final class Found {
        private final byte[] bytes;
        private final String hex;
        private final String mediaType;

        Found(byte[] bytes, String hex, String mediaType) {
            this.bytes = bytes;
            this.hex = hex;
            this.mediaType = mediaType;
        }

        /** Returns the bytes; they are not copied. */
        byte[] bytes() {
            return bytes;
        }

        String hex() {
            return hex;
        }

        String mediaType() {
            return mediaType;
        }
    }

    /**
     * What was found, and when, by the registry's clock.
     *
     * @param found the manifest
     * @param time when the registry answered
     */
    record Look(Optional<Found> found, Instant time) {}

    /**
     * Reads a manifest by its tag, or by its digest, which it then has.
     *
     * @throws WrongBytesException if its bytes are not those of the digest
     */
    Look get(String reference) throws IOException {
        OciCall call =
                OciCall.of("GET", uri(reference), 200, OciRefusal.NOT_FOUND).header("Accept", ACCEPT);
        try (OciAnswer answer = http.send(call)) {
            if (answer.status() == OciRefusal.NOT_FOUND) {
                return new Look(Optional.empty(), answer.time());
            }
            byte[] bytes = answer.bytes(LARGEST);
            String hex = Sha256.hex(bytes);
            requireDigest(hex, reference);
            // What the server says is no proof; but if it contradicts itself, bytes were lost.
            requireDigest(hex, answer.header("Docker-Content-Digest").orElse(""));
            return new Look(Optional.of(new Found(bytes, hex, mediaType(bytes))), answer.time());
        }
    }

    private static void requireDigest(String hex, String reference) throws WrongBytesException {
        if (reference.startsWith(Sha256.PREFIX) && !reference.equals(Sha256.PREFIX + hex)) {
            throw new WrongBytesException("its manifest does not have the digest " + reference);
        }
    }

    private static String mediaType(byte[] bytes) {
        try {
            @Nullable JsonElement type = StrictJson.object(bytes, "A manifest").get("mediaType");
            return type != null && type.isJsonPrimitive() ? type.getAsString() : "";
        } catch (IntegrityException e) {
            // Not ours; whoever looks for an entry finds none.
            return "";
        }
    }

    /** Reads a manifest that must be there. */
    byte[] require(String hex) throws IOException {
        return get(Sha256.PREFIX + hex)
                .found()
                .map(Found::bytes)
                .orElseThrow(() -> new OciException("the registry has lost the manifest " + Sha256.PREFIX + hex));
    }

    /** Returns a manifest that must be there, without a request if it was put last. */
    Found recent(String hex) throws IOException {
        @Nullable Found last = lastPut;
        if (last != null && last.hex.equals(hex)) {
            return last;
        }
        byte[] bytes = require(hex);
        return new Found(bytes, hex, mediaType(bytes));
    }

    /** Puts a manifest under its digest; returns the answer, closed. */
    OciAnswer putByDigest(String hex, byte[] bytes, String mediaType) throws IOException {
        OciAnswer answer = put(Sha256.PREFIX + hex, bytes, mediaType, false);
        lastPut = new Found(bytes, hex, mediaType);
        return answer;
    }

    /**
     * Puts a manifest under a digest or a tag.
     *
     * @param once whether it is sent once only, since it is not the same to send it again later
     * @return the answer, closed
     */
    OciAnswer put(String reference, byte[] bytes, String mediaType, boolean once) throws IOException {
        OciCall call = OciCall.of("PUT", uri(reference), 201, 200, 202).body(bytes, mediaType);
        // Registries whose tags never move may heed it; the others pass over it.
        OciCall sent = once ? call.once().header("If-None-Match", "*") : call;
        try (OciAnswer answer = http.send(sent)) {
            return answer;
        }
    }

    /** Deletes a manifest by its digest, with the tags that point to it; returns whether it was there. */
    boolean delete(String hex) throws IOException {
        try (OciAnswer answer =
                http.send(OciCall.of("DELETE", uri(Sha256.PREFIX + hex), 200, 202, 204, OciRefusal.NOT_FOUND))) {
            return answer.status() != OciRefusal.NOT_FOUND;
        }
    }

    private URI uri(String reference) {
        return http.resource("manifests/" + reference);
    }

    /** Returns all tags, in no order: registries differ in theirs, and some have none. */
    Set<String> tags() throws IOException {
        Set<String> tags = new LinkedHashSet<>();
        @Nullable URI next = http.resource("tags/list?n=" + tuning.pageSize());
        for (int page = 0; next != null; page++) {
            if (page == MOST_PAGES) {
                throw new OciException("the registry lists its tags in more than " + MOST_PAGES + " pages");
            }
            next = page(next, tags);
        }
        return tags;
    }

    /** Adds the tags of a page, and returns where the next one is; null if there is none. */
    private @Nullable URI page(URI uri, Set<String> tags) throws IOException {
        try (OciAnswer answer = http.send(OciCall.of("GET", uri, 200, OciRefusal.NOT_FOUND))) {
            if (answer.status() == OciRefusal.NOT_FOUND) {
                // A repository is made by what is first put into it.
                return null;
            }
            int before = tags.size();
            JsonArray names = names(answer.bytes(LARGEST_PAGE));
            names.forEach(name -> tags.add(name.getAsString()));
            boolean news = tags.size() > before;
            Optional<String> link = answer.headers().allValues("Link").stream()
                    .map(NEXT::matcher)
                    .filter(Matcher::find)
                    .map(matcher -> matcher.group(1))
                    .findFirst();
            if (link.isPresent() && news) {
                return next(uri, link.get());
            }
            // A full page without a link may be the last, or one of a registry that tells of no next.
            return news && names.size() == tuning.pageSize()
                    ? http.resource("tags/list?n=" + tuning.pageSize() + "&last="
                            + names.get(names.size() - 1).getAsString())
                    : null;
        }
    }

    private URI next(URI page, String link) throws IOException {
        try {
            URI next = page.resolve(link);
            // A link that names another host, such as one behind a proxy, is followed on this one.
            return http.resource(next.getRawPath() + (next.getRawQuery() == null ? "" : "?" + next.getRawQuery()));
        } catch (IllegalArgumentException e) {
            throw new OciException("the registry's list of tags goes on at what is no address");
        }
    }

    private static JsonArray names(byte[] bytes) throws IOException {
        try {
            JsonObject json = StrictJson.object(bytes, "A list of tags");
            @Nullable JsonElement tags = json.get("tags");
            if (tags == null || tags.isJsonNull()) {
                return new JsonArray();
            }
            if (tags instanceof JsonArray names
                    && names.asList().stream()
                            .allMatch(name -> name.isJsonPrimitive()
                                    && name.getAsString().matches("[A-Za-z0-9_][A-Za-z0-9._-]{0,127}"))) {
                return names;
            }
        } catch (IntegrityException e) {
            throw new OciException("the registry's list of tags is none", e);
        }
        throw new OciException("the registry's list of tags has something else than tags");
    }
}
