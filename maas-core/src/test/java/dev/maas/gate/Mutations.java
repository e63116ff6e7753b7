package dev.maas.gate;

import java.util.Arrays;
import java.util.SplittableRandom;

/** Ways to damage bytes. */
public final class Mutations {
    private static final byte[] EDGES = {0, 1, 2, 0x7f, (byte) 0x80, (byte) 0xff, 8, 0x0a, 0x12};

    private Mutations() {}

    /** Returns a copy with one damage, or several up to that many. */
    public static byte[] of(byte[] original, SplittableRandom random, int most) {
        byte[] bytes = original.clone();
        int count = 1 + random.nextInt(most);
        for (int i = 0; i < count && bytes.length > 1; i++) {
            bytes = once(bytes, random);
        }
        return bytes;
    }

    private static byte[] once(byte[] bytes, SplittableRandom random) {
        int at = random.nextInt(bytes.length);
        int other = random.nextInt(bytes.length);
        int from = Math.min(at, other);
        int to = Math.max(at, other);
        switch (random.nextInt(7)) {
            case 0 -> bytes[at] ^= (byte) (1 << random.nextInt(8));
            case 1 -> bytes[at] = EDGES[random.nextInt(EDGES.length)];
            case 2 -> bytes[at] = (byte) random.nextInt();
            case 3 -> {
                return Arrays.copyOf(bytes, Math.max(1, at));
            }
            case 4 -> {
                return replaced(bytes, from, Math.min(to, from + 16), new byte[0]);
            }
            case 5 -> {
                return replaced(bytes, at, at, Arrays.copyOfRange(bytes, from, Math.min(to, from + 64)));
            }
            default -> {
                byte[] noise = new byte[1 + random.nextInt(10)];
                random.nextBytes(noise);
                return replaced(bytes, at, at, noise);
            }
        }
        return bytes;
    }

    private static byte[] replaced(byte[] bytes, int from, int to, byte[] by) {
        byte[] result = new byte[bytes.length - (to - from) + by.length];
        System.arraycopy(bytes, 0, result, 0, from);
        System.arraycopy(by, 0, result, from, by.length);
        System.arraycopy(bytes, to, result, from + by.length, bytes.length - to);
        return result;
    }
}
