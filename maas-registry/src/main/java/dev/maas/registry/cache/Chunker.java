package dev.maas.registry.cache;

/**
 * Cuts a stream of bytes where its content says so, so that an edit moves the cuts near it and no others: FastCDC (Xia et al., USENIX ATC 2016;
 * IEEE TPDS 2020) with normalised chunking. Used by one thread.
 *
 * <p>A cut is where the top bits of a gear hash of the last 64 bytes are zero. More of them must be below the normal size than above it, which
 * keeps the sizes close together; the first bytes of a chunk, which may not end it, are not looked at. The sizes, 18 KiB on average, were chosen
 * by trying: an edit of random bytes costs 32 KiB besides itself on average, and 83 KiB at most of 150. Stricter normalisation and longer
 * first parts make the cuts before and behind an edit meet again later.
 */
final class Chunker {
    static final int SHORTEST = 2 << 10;
    static final int NORMAL = 16 << 10;
    static final int LONGEST = 64 << 10;

    private static final long STRICT = -1L << (64 - 15);
    private static final long LAX = -1L << (64 - 13);
    private static final long[] GEAR = gear();

    private long hash;
    private int length;

    /** Fixed random numbers, by SplitMix64 (Steele et al., OOPSLA 2014): all who publish must cut alike for their chunks to be shared. */
    private static long[] gear() {
        long[] gear = new long[256];
        long state = 0x6d616173L;
        for (int i = 0; i < gear.length; i++) {
            state += 0x9e3779b97f4a7c15L;
            long mixed = (state ^ (state >>> 30)) * 0xbf58476d1ce4e5b9L;
            mixed = (mixed ^ (mixed >>> 27)) * 0x94d049bb133111ebL;
            gear[i] = mixed ^ (mixed >>> 31);
        }
        return gear;
    }

    /**
     * Goes on through bytes up to the end of the chunk.
     *
     * @return the place behind the chunk's last byte, or -1 if the chunk goes on behind these bytes
     */
    int next(byte[] bytes, int from, int to) {
        int place = from + Math.min(to - from, Math.max(0, SHORTEST - 1 - length));
        length += place - from;
        long fingerprint = hash;
        int normal = place + Math.min(to - place, Math.max(0, NORMAL - length));
        int longest = place + Math.min(to - place, LONGEST - length);
        int start = place;
        while (place < normal) {
            fingerprint = (fingerprint << 1) + GEAR[bytes[place++] & 0xFF];
            if ((fingerprint & STRICT) == 0) {
                return cut(place);
            }
        }
        while (place < longest) {
            fingerprint = (fingerprint << 1) + GEAR[bytes[place++] & 0xFF];
            if ((fingerprint & LAX) == 0) {
                return cut(place);
            }
        }
        length += place - start;
        hash = fingerprint;
        return length == LONGEST ? cut(place) : -1;
    }

    private int cut(int place) {
        hash = 0;
        length = 0;
        return place;
    }
}
