package dev.maas.gate;

import java.util.Arrays;

/** A growing list of {@code int}s whose memory is counted. Numbers out of range become -1, which refers to nothing. */
final class NumberList {
    private final GraphMemory memory;
    private int[] values = new int[0];
    private int size;

    NumberList(GraphMemory memory) {
        this.memory = memory;
    }

    void add(long value) {
        if (size == values.length) {
            int length = Math.max(8, size + (size >> 1));
            memory.take(Integer.BYTES * ((long) length - size));
            values = Arrays.copyOf(values, length);
        }
        values[size++] = value == (int) value ? (int) value : -1;
    }

    int get(int index) {
        return values[index];
    }

    int removeLast() {
        return values[--size];
    }

    int size() {
        return size;
    }

    boolean isEmpty() {
        return size == 0;
    }

    /** Counts the list's memory no more. */
    void forget() {
        memory.giveBack((long) Integer.BYTES * values.length);
        values = new int[0];
        size = 0;
    }
}
