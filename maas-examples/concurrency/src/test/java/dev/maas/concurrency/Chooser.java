package dev.maas.concurrency;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** Decides who goes on where more than one thread can. */
interface Chooser {
    /**
     * Picks one of so many threads.
     *
     * @param forced whether the thread that took the last step cannot go on; it is number 0 otherwise
     */
    int choose(int threads, boolean forced);

    /** Makes the choices of an earlier schedule again. */
    static Chooser replaying(List<Integer> choices) {
        List<Integer> left = new ArrayList<>(choices);
        return (threads, forced) -> left.isEmpty() ? 0 : left.remove(0);
    }

    /** Lets a thread go on for eight steps in the mean. */
    static Chooser random(long seed) {
        Random random = new Random(seed);
        return (threads, forced) -> forced || random.nextInt(8) == 0 ? random.nextInt(threads) : 0;
    }

    /** Makes all choices there are, one schedule after the other, depth first. */
    final class Exhaustive implements Chooser {
        private final List<Integer> chosen = new ArrayList<>();
        private final List<Integer> outOf = new ArrayList<>();
        private int position;

        @Override
        public int choose(int threads, boolean forced) {
            if (position == chosen.size()) {
                chosen.add(0);
                outOf.add(threads);
            } else if (outOf.get(position) != threads) {
                throw new IllegalStateException("The scenario is not deterministic: at choice " + position + ", "
                        + threads + " threads could go on, and " + outOf.get(position) + " before");
            }
            return chosen.get(position++);
        }

        /** Moves on to the next schedule; false if there is none. */
        boolean advance() {
            position = 0;
            for (int last = chosen.size() - 1; last >= 0; last--) {
                if (chosen.get(last) + 1 < outOf.get(last)) {
                    chosen.set(last, chosen.get(last) + 1);
                    return true;
                }
                chosen.remove(last);
                outOf.remove(last);
            }
            return false;
        }
    }
}
