package dev.maas.registry.store.s3;

import dev.maas.InvalidInputException;
import dev.maas.registry.store.ObjectInfo;
import dev.maas.registry.store.ObjectKeys;
import dev.maas.registry.store.ObjectListing;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.s3.model.CommonPrefix;
import software.amazon.awssdk.services.s3.model.ListObjectsV2Response;
import software.amazon.awssdk.services.s3.model.S3Object;

/**
 * Lists keys. What other programs put into the bucket, such as the empty objects by which consoles show folders, and the store's own scratch, is
 * passed over. Safe for use by any thread.
 */
final class S3Lister {
    private static final int PAGE = 1_000;

    private final S3Bucket bucket;

    S3Lister(S3Bucket bucket) {
        this.bucket = bucket;
    }

    ObjectListing list(String prefix, @Nullable String after, int limit) {
        List<ObjectInfo> found = new ArrayList<>();
        @Nullable String from = after;
        while (true) {
            ListObjectsV2Response page = bucket.list(prefix, from, null, Math.min(PAGE, limit - found.size()));
            for (S3Object object : page.contents()) {
                from = key(object.key());
                if (isKey(from)) {
                    found.add(info(from, object));
                }
            }
            boolean more = page.isTruncated() && !page.contents().isEmpty();
            if (!more || found.size() == limit) {
                return new ObjectListing(found, more);
            }
        }
    }

    private String key(String full) {
        return full.substring(bucket.prefix().length());
    }

    private static ObjectInfo info(String key, S3Object object) {
        return new ObjectInfo(key, object.size(), S3Bucket.seconds(object.lastModified()));
    }

    private static boolean isKey(String key) {
        try {
            ObjectKeys.require(key);
            return true;
        } catch (InvalidInputException e) {
            return false;
        }
    }

    List<String> folders(String prefix, @Nullable String after, int limit) {
        List<String> names = new ArrayList<>();
        // '0' is the character after '/': the first key behind all of a folder's.
        @Nullable String from = after == null ? null : prefix + after + "0";
        while (true) {
            ListObjectsV2Response page = bucket.list(prefix, from, "/", PAGE);
            for (CommonPrefix folder : page.commonPrefixes()) {
                String path = key(folder.prefix());
                String name = path.substring(prefix.length(), path.length() - 1);
                if (isKey(prefix + name)) {
                    names.add(name);
                }
                if (names.size() == limit) {
                    return names;
                }
            }
            @Nullable String last = lastOf(page);
            if (!page.isTruncated() || last == null) {
                return names;
            }
            from = last;
        }
    }

    /** Returns where the next page begins: behind the last object or folder of this one. */
    private @Nullable String lastOf(ListObjectsV2Response page) {
        @Nullable String last = null;
        if (!page.contents().isEmpty()) {
            last = key(page.contents().get(page.contents().size() - 1).key());
        }
        if (!page.commonPrefixes().isEmpty()) {
            String path = key(
                    page.commonPrefixes().get(page.commonPrefixes().size() - 1).prefix());
            String behind = path.substring(0, path.length() - 1) + "0";
            last = last == null || behind.compareTo(last) > 0 ? behind : last;
        }
        return last;
    }

    /** Goes through what was put to try the server out and not removed. */
    void forEachProbe(Consumer<ObjectInfo> action) {
        @Nullable String after = null;
        boolean more = true;
        while (more) {
            ListObjectsV2Response page = bucket.list(S3Store.PROBES, after, null, PAGE);
            for (S3Object object : page.contents()) {
                after = key(object.key());
                action.accept(info(after, object));
            }
            more = page.isTruncated() && !page.contents().isEmpty();
        }
    }
}
