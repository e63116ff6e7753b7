package dev.maas.rollout;

import dev.maas.CallOptions;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;

/** Puts each call at a point from 0 to below 1: by its routing key always at the same, else anywhere. Safe for use by any thread. */
final class Buckets {
    private static final long FNV_BASIS = 0xcbf29ce484222325L;
    private static final long FNV_PRIME = 0x100000001b3L;
    private static final double UNIT = 0x1.0p-53;

    private final long basis;

    /** Makes buckets in which keys lie elsewhere than in those of another salt. */
    Buckets(String salt) {
        this.basis = hash(FNV_BASIS, salt + '\0');
    }

    double point(CallOptions options) {
        Optional<String> key = options.routingKey();
        return key.isPresent() ? point(key.get()) : ThreadLocalRandom.current().nextDouble();
    }

    double point(String key) {
        return (mixed(hash(basis, key)) >>> 11) * UNIT;
    }

    /** FNV-1a over the characters. */
    private static long hash(long basis, String text) {
        long hash = basis;
        for (int i = 0; i < text.length(); i++) {
            hash = (hash ^ text.charAt(i)) * FNV_PRIME;
        }
        return hash;
    }

    /** The finalizer of MurmurHash3: FNV alone leaves the upper bits of similar keys alike. */
    private static long mixed(long hash) {
        long mixed = (hash ^ (hash >>> 33)) * 0xff51afd7ed558ccdL;
        mixed = (mixed ^ (mixed >>> 33)) * 0xc4ceb9fe1a85ec53L;
        return mixed ^ (mixed >>> 33);
    }
}
