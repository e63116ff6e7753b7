package dev.maas.registry.store.oci;

import dev.maas.registry.store.ObjectInfo;
import dev.maas.registry.store.ObjectListing;
import dev.maas.registry.store.RequestThreads;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Lists keys. Registries list tags in different orders, and cannot list from a prefix; so each listing reads all tags and sorts the keys that
 * they tell. Sizes and times take a request for each object of the listing, several at once. Safe for use by any thread.
 */
final class OciLister {
    private final OciEntries entries;
    private final RequestThreads threads;

    OciLister(OciEntries entries, RequestThreads threads) {
        this.entries = entries;
        this.threads = threads;
    }

    ObjectListing list(String prefix, @Nullable String after, int limit) throws IOException {
        List<String> keys = behind(prefix, after).toList();
        List<ObjectInfo> found = new ArrayList<>();
        int next = 0;
        while (next < keys.size() && found.size() < limit) {
            // Entries that were deleted since are passed over, so that more may be needed.
            List<String> part = keys.subList(next, Math.min(keys.size(), next + limit - found.size()));
            found.addAll(infos(part));
            next += part.size();
        }
        return new ObjectListing(found, next < keys.size());
    }

    private Stream<String> behind(String prefix, @Nullable String after) throws IOException {
        return entries.keys().stream()
                .filter(key -> key.startsWith(prefix) && (after == null || key.compareTo(after) > 0))
                .sorted();
    }

    private List<ObjectInfo> infos(List<String> keys) throws IOException {
        List<Future<Optional<ObjectInfo>>> asked = new ArrayList<>();
        for (String key : keys) {
            // What other programs put under a tag that looks like a key's is no object.
            asked.add(threads.submit(() -> entries.findByTag(OciTags.of(key))
                    .map(found -> found.entry().info())));
        }
        List<ObjectInfo> infos = new ArrayList<>();
        for (Future<Optional<ObjectInfo>> each : asked) {
            RequestThreads.get(each).ifPresent(infos::add);
        }
        return infos;
    }

    List<String> folders(String prefix, @Nullable String after, int limit) throws IOException {
        // A folder comes in the order of its keys, which go on with '/'.
        TreeSet<String> names = new TreeSet<>(Comparator.comparing((String name) -> name + "/"));
        behind(prefix, null)
                .map(key -> key.substring(prefix.length()))
                .filter(rest -> rest.indexOf('/') > 0)
                .forEach(rest -> names.add(rest.substring(0, rest.indexOf('/'))));
        return (after == null ? names : names.tailSet(after, false))
                .stream().limit(limit).toList();
    }
}
