package dev.maas;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.function.LongSupplier;

/**
 * How much a package may bring, so that nobody fills a disk or a memory with a small file. The defaults leave room for the largest real
 * models.
 *
 * <p>Immutable and safe for use by any thread.
 *
 * @param files the files of a package
 * @param fileBytes one file, in bytes
 * @param packageBytes all files together, in bytes
 * @param ratio how many bytes an archive may unpack to for each of its own; what an archive unpacks to below 16 MiB is not held
 *     against it
 */
public record PackageLimits(int files, long fileBytes, long packageBytes, int ratio) {
    private static final long UNPACKED_FREELY = 16L << 20;
    private static final PackageLimits DEFAULTS = new PackageLimits(10_000, 1L << 40, 1L << 40, 200);

    /**
     * Checks the limits; {@link #defaults()} and the methods that change one are easier to read.
     *
     * @throws InvalidInputException if one is below 1
     */
    public PackageLimits {
        requirePositive("files", files);
        requirePositive("fileBytes", fileBytes);
        requirePositive("packageBytes", packageBytes);
        requirePositive("ratio", ratio);
    }

    private static void requirePositive(String name, long value) {
        if (value < 1) {
            throw new InvalidInputException("A package's limit for " + name + " is 1 or more; got " + value);
        }
    }

    /** Returns the limits that hold unless others are given: 10,000 files, 1 TiB for each and all, and a ratio of 200. */
    public static PackageLimits defaults() {
        return DEFAULTS;
    }

    /** Returns these limits with another for {@link #files()}. */
    public PackageLimits withFiles(int limit) {
        return new PackageLimits(limit, fileBytes, packageBytes, ratio);
    }

    /** Returns these limits with another for {@link #fileBytes()}. */
    public PackageLimits withFileBytes(long limit) {
        return new PackageLimits(files, limit, packageBytes, ratio);
    }

    /** Returns these limits with another for {@link #packageBytes()}. */
    public PackageLimits withPackageBytes(long limit) {
        return new PackageLimits(files, fileBytes, limit, ratio);
    }

    /** Returns these limits with another for {@link #ratio()}. */
    public PackageLimits withRatio(int limit) {
        return new PackageLimits(files, fileBytes, packageBytes, limit);
    }

    /** Returns a tally of nothing so far. */
    public Tally tally() {
        return new Tally(this);
    }

    /**
     * What one package has brought so far, held against its limits as it grows: never by what an archive's table of contents claims. Not
     * safe for use by several threads.
     *
     * <p>The methods throw {@link ModelLoadException} where a limit is passed; the message names the limit.
     */
    public static final class Tally {
        private final PackageLimits limits;
        private int files;
        private String file = "";
        private long fileBytes;
        private long packageBytes;

        private Tally(PackageLimits limits) {
            this.limits = limits;
        }

        /** Counts one more file, of which nothing was read yet. */
        public void file(String name) {
            if (++files > limits.files) {
                throw new ModelLoadException("The package has more than " + limits.files
                        + " files, which is the limit. Raise PackageLimits.files only if you trust who made it");
            }
            file = name;
            fileBytes = 0;
        }

        /** Counts so many more bytes of the present file. */
        public void bytes(long count) {
            fileBytes = sum(fileBytes, count);
            packageBytes = sum(packageBytes, count);
            if (fileBytes > limits.fileBytes) {
                throw new ModelLoadException("The file '" + PackageFiles.shown(file) + "' of the package has more than "
                        + limits.fileBytes
                        + " bytes, which is the limit. Raise PackageLimits.fileBytes only if you trust who made it");
            }
            if (packageBytes > limits.packageBytes) {
                throw new ModelLoadException("The package has more than " + limits.packageBytes
                        + " bytes, which is the limit. Raise PackageLimits.packageBytes only if you trust who made it");
            }
        }

        private static long sum(long first, long second) {
            return first > Long.MAX_VALUE - second ? Long.MAX_VALUE : first + second;
        }

        /** Holds all bytes counted so far against the bytes of the archive that they came from. */
        public void unpackedFrom(long packed) {
            boolean held = packageBytes > UNPACKED_FREELY;
            if (held && packageBytes / limits.ratio > packed) {
                throw new ModelLoadException("The file '" + PackageFiles.shown(file) + "' unpacks to more than "
                        + limits.ratio + " bytes for each byte of its archive, which is the limit. Raise"
                        + " PackageLimits.ratio only if you trust who made it");
            }
        }

        /**
         * Returns a file of an archive that is counted as it is read; closing it closes the stream given.
         *
         * @param unpacked its bytes
         * @param packed how many bytes of the archive were read so far
         */
        public InputStream counted(InputStream unpacked, LongSupplier packed) {
            return new CountedStream(unpacked, this, packed);
        }
    }

    /** Counts what is read. What is skipped is read, since unpacking costs the same. */
    private static final class CountedStream extends FilterInputStream {
        private final Tally tally;
        private final LongSupplier packed;

        CountedStream(InputStream in, Tally tally, LongSupplier packed) {
            super(in);
            this.tally = tally;
            this.packed = packed;
        }

        @Override
        public int read() throws IOException {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
        }

        @Override
        public int read(byte[] bytes, int offset, int length) throws IOException {
            int count = in.read(bytes, offset, length);
            if (count > 0) {
                tally.bytes(count);
                tally.unpackedFrom(packed.getAsLong());
            }
            return count;
        }

        @Override
        public long skip(long count) throws IOException {
            byte[] skipped = new byte[(int) Math.min(Math.max(count, 0), 8192)];
            return count <= 0 ? 0 : Math.max(0, read(skipped, 0, skipped.length));
        }

        @Override
        public boolean markSupported() {
            return false;
        }
    }
}
