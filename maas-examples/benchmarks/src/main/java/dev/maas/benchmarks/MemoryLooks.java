package dev.maas.benchmarks;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.ToLongFunction;

/** The native memory of the process, looked at again and again. Not safe for use by several threads at once. */
final class MemoryLooks {
    private final ErrorTexts texts;
    private final List<Look> looks = new ArrayList<>();

    MemoryLooks(ErrorTexts texts) {
        this.texts = texts;
    }

    /**
     * One look.
     *
     * @param resident what the process has to itself
     * @param heap what the allocator gave out and holds, where it can tell
     * @param texts what the runtime's Java API never frees
     */
    private record Look(long resident, Optional<NativeHeap> heap, long texts) {}

    /** Collects garbage, which frees direct buffers, and looks. */
    void look() throws IOException {
        Memory.heapBytes();
        looks.add(new Look(Memory.anonymousBytes(), NativeHeap.look(), texts.bytes()));
    }

    /**
     * What more is in use at the end than at the beginning, without the texts of errors; empty where the allocator cannot tell. The first
     * quarter of the looks does not count, as what is allocated once takes a while to be all there.
     */
    OptionalLong unexplained() {
        return hasHeap() ? OptionalLong.of(growth(look -> inUse(look) - look.texts())) : OptionalLong.empty();
    }

    private boolean hasHeap() {
        return looks.stream().allMatch(look -> look.heap().isPresent());
    }

    private static long inUse(Look look) {
        return look.heap().orElseThrow().inUse();
    }

    private static long held(Look look) {
        return look.heap().orElseThrow().held();
    }

    private List<Look> early() {
        return looks.subList(looks.size() / 4, looks.size() / 4 + quarter());
    }

    private List<Look> late() {
        return looks.subList(looks.size() - quarter(), looks.size());
    }

    private int quarter() {
        return Math.max(1, looks.size() / 4);
    }

    /** The difference of the lowest looks in two quarters: the JVM's compilers take some megabytes now and then, and give them back. */
    private long growth(ToLongFunction<Look> what) {
        return lowest(late(), what) - lowest(early(), what);
    }

    private static long lowest(List<Look> some, ToLongFunction<Look> what) {
        return some.stream().mapToLong(what).min().orElseThrow();
    }

    /**
     * Prints all looks and what came of them.
     *
     * @param steps what was done between two looks, if what one step leaves is to be told; else 0
     */
    void print(String figures, int steps) {
        row("memory of the process alone", Look::resident);
        if (hasHeap()) {
            row("held by the C library's allocator", MemoryLooks::held);
            row("in use", MemoryLooks::inUse);
            row("in use, without texts of errors", look -> inUse(look) - look.texts());
        }
        row("texts of errors, never freed by the runtime's Java API", Look::texts);
        Figures.print(figures + ".rss.growth", growth(Look::resident), "bytes");
        if (hasHeap()) {
            Figures.print(figures + ".held.growth", growth(MemoryLooks::held), "bytes");
            Figures.print(figures + ".in_use.growth", growth(MemoryLooks::inUse), "bytes");
        }
        Figures.print(figures + ".texts.growth", growth(Look::texts), "bytes");
        unexplained().ifPresent(bytes -> {
            Figures.print(figures + ".unexplained", bytes, "bytes");
            if (steps != 0) {
                // From the middle of the early looks to that of the late ones.
                int between = looks.size() - quarter() - looks.size() / 4;
                Figures.print(figures + ".unexplained.per_step", bytes / (double) (between * steps), "bytes/step");
            }
        });
    }

    private void row(String what, ToLongFunction<Look> of) {
        Figures.row(
                "%s, in MB: %s",
                what,
                looks.stream()
                        .map(look -> String.format(Locale.ROOT, "%.1f", of.applyAsLong(look) / 1e6))
                        .toList());
    }
}
