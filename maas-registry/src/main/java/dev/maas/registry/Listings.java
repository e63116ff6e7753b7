package dev.maas.registry;

import dev.maas.IntegrityException;
import dev.maas.InvalidInputException;
import dev.maas.ModelQuery;
import dev.maas.ModelVersion;
import dev.maas.Page;
import dev.maas.RegistryEvent;
import dev.maas.registry.format.Sha256;
import dev.maas.registry.store.ObjectStore;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** The paged listings of a registry. Has no state of its own; safe for use by any thread. */
final class Listings {
    private static final Pattern NUMBER = Pattern.compile("[1-9][0-9]{0,17}");
    private static final Pattern NAME = Pattern.compile("[a-z0-9][a-z0-9._-]{0,63}");

    private final ObjectStore store;
    private final LogReader logs;
    private final Function<String, ModelLog> models;

    Listings(ObjectStore store, LogReader logs, Function<String, ModelLog> models) {
        this.store = store;
        this.logs = logs;
        this.models = models;
    }

    Page<String> models(Page.Request request) {
        @Nullable String after = request.after();
        if (after != null && !NAME.matcher(after).matches()) {
            throw badToken(after);
        }
        List<String> names = store.folders(Keys.MODELS, after, request.limit());
        return names.size() < request.limit()
                ? new Page<>(names, Optional.empty())
                : new Page<>(names, Optional.of(names.get(names.size() - 1)));
    }

    private static InvalidInputException badToken(String token) {
        return new InvalidInputException("A listing goes on after the 'next' of the page before; got '"
                + token.substring(0, Math.min(token.length(), 80)).replaceAll("\\p{Cntrl}", "?") + "'");
    }

    private static long number(@Nullable String token, long first) {
        if (token == null) {
            return first;
        }
        if (!NUMBER.matcher(token).matches()) {
            throw badToken(token);
        }
        return Long.parseLong(token) - 1;
    }

    /** Lists the versions that are there, newest first; a token is the number of the last one listed. */
    static Page<ModelVersion> versions(ModelState state, Page.Request request) {
        List<ModelVersion> found = new ArrayList<>();
        long newest = Math.min(
                number(request.after(), Long.MAX_VALUE), state.versions().size());
        for (int number = (int) newest; number >= 1; number--) {
            VersionState version = state.versions().get(number - 1);
            if (version.isThere()) {
                if (found.size() == request.limit()) {
                    return new Page<>(found, last(found));
                }
                found.add(version.version);
            }
        }
        return new Page<>(found, Optional.empty());
    }

    private static Optional<String> last(List<ModelVersion> found) {
        return Optional.of(Integer.toString(found.get(found.size() - 1).number()));
    }

    /**
     * Lists the events of a model, newest first. The chain is held together across the page from the newest entry, whose digest is known;
     * a token is the last sequence listed and the digest of the entry before it.
     */
    Page<RegistryEvent> history(String model, Page.Request request) {
        long sequence;
        String hex;
        @Nullable String after = request.after();
        if (after == null) {
            record Head(long sequence, String hex) {}
            Head head = models.apply(model).readNow(state -> new Head(state.sequence(), state.head()));
            sequence = head.sequence;
            hex = head.hex;
        } else {
            int colon = after.indexOf(':');
            if (colon < 0 || !Sha256.isHex(after.substring(colon + 1))) {
                throw badToken(after);
            }
            sequence = number(after.substring(0, colon), 0);
            hex = after.substring(colon + 1);
        }
        List<RegistryEvent> events = new ArrayList<>();
        while (sequence >= 1 && events.size() < request.limit()) {
            LogEntry entry = entry(model, sequence, hex);
            events.add(entry.event());
            hex = entry.previous();
            sequence--;
        }
        return new Page<>(events, sequence < 1 ? Optional.empty() : Optional.of((sequence + 1) + ":" + hex));
    }

    private LogEntry entry(String model, long sequence, String hex) {
        LogReader.Read read = logs.entry(model, sequence)
                .orElseThrow(() -> new IntegrityException(
                        store.name() + ": '" + Keys.log(model, sequence) + "' is missing from the log"));
        if (!read.hex().equals(hex)) {
            throw new IntegrityException(store.name() + ": '" + Keys.log(model, sequence)
                    + "' is not the entry that the one behind it was written after");
        }
        return read.entry();
    }

    /** Searches models by name; a token is the last version listed, {@code name:number}. */
    Page<ModelVersion> search(ModelQuery query, Page.Request request) {
        @Nullable String token = request.after();
        int colon = token == null ? -1 : token.indexOf(':');
        if (token != null
                && (colon < 1 || !NAME.matcher(token.substring(0, colon)).matches())) {
            throw badToken(token);
        }
        @Nullable String name = token == null ? null : token.substring(0, colon);
        List<ModelVersion> found = new ArrayList<>();
        if (name != null && token != null) {
            search(name, query, number(token.substring(colon + 1), 0), request.limit(), found);
        }
        while (found.size() <= request.limit()) {
            List<String> names = store.folders(Keys.MODELS, name, ObjectStore.LARGEST_LISTING);
            if (names.isEmpty()) {
                return new Page<>(found, Optional.empty());
            }
            for (String next : names) {
                name = next;
                search(next, query, Long.MAX_VALUE, request.limit(), found);
            }
        }
        List<ModelVersion> page = found.subList(0, request.limit());
        ModelVersion last = page.get(page.size() - 1);
        return new Page<>(page, Optional.of(last.name() + ":" + last.number()));
    }

    /** Adds a model's versions up to that number, newest first, until there is one more than the limit. */
    private void search(String name, ModelQuery query, long newest, int limit, List<ModelVersion> found) {
        if (found.size() > limit
                || !query.matchesName(name)
                || !NAME.matcher(name).matches()) {
            return;
        }
        models.apply(name).read(state -> {
            if (query.isNewestOnly()) {
                state.newest()
                        .map(version -> version.version)
                        .filter(version -> version.number() <= newest && query.matches(version))
                        .ifPresent(found::add);
                return found;
            }
            for (int i = (int) Math.min(newest, state.versions().size()) - 1; i >= 0 && found.size() <= limit; i--) {
                VersionState version = state.versions().get(i);
                if (version.isThere() && query.matches(version.version)) {
                    found.add(version.version);
                }
            }
            return found;
        });
    }
}
