package dev.maas.gate;

import dev.maas.ModelLoadException;
import dev.maas.ModelSource;
import dev.maas.PackageFiles;
import java.io.IOException;
import java.util.Collections;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/** The files of a package whose names and sizes are sound, with their sizes in bytes. */
final class PackageSizes {
    private final Map<String, Long> sizes;
    private final long total;

    private PackageSizes(Map<String, Long> sizes, long total) {
        this.sizes = sizes;
        this.total = total;
    }

    /**
     * Checks the files of a source, whatever the format of the model in it.
     *
     * @throws ModelLoadException if a name is unfit, the entry is missing, there are too many files, or they are too large
     */
    static PackageSizes of(ModelSource source, GateLimits limits) {
        Set<String> files = source.files();
        requireAtMost("The package", files.size(), limits.files(), "files");
        PackageFiles.requireNames(files);
        if (!files.contains(source.entry())) {
            throw new ModelLoadException(
                    "The file to load, " + Shown.name(source.entry()) + ", is not among the package's files");
        }
        Map<String, Long> sizes = new TreeMap<>();
        long total = 0;
        for (String file : files) {
            long size = size(source, file);
            total = Math.min(Long.MAX_VALUE - size, total) + size;
            requireAtMost("The package", total, limits.packageBytes(), "bytes");
            sizes.put(file, size);
        }
        return new PackageSizes(Collections.unmodifiableMap(sizes), total);
    }

    private static long size(ModelSource source, String file) {
        try {
            return source.size(file);
        } catch (IOException e) {
            throw new ModelLoadException("The size of " + Shown.name(file) + " cannot be found out", e);
        }
    }

    static void requireAtMost(String what, long value, long limit, String unit) {
        if (value > limit) {
            throw new ModelLoadException(what + " has " + value + " " + unit + "; the gate's limit is " + limit);
        }
    }

    /** Returns whether the package has a file of that name. */
    boolean contains(String file) {
        return sizes.containsKey(file);
    }

    /** Returns the size of a file that is there. */
    long of(String file) {
        Long size = sizes.get(file);
        if (size == null) {
            throw new IllegalArgumentException("The package has no file " + file);
        }
        return size;
    }

    int count() {
        return sizes.size();
    }

    long total() {
        return total;
    }
}
