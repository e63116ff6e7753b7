package dev.maas.cli;

/** Small matters of English. The methods are pure. */
final class Words {
    private Words() {}

    /** Returns a number with what it counts: {@code 1 file}, {@code 2 files}. */
    static String count(long count, String noun) {
        return count(count, noun, noun + "s");
    }

    /** Returns a number with what it counts, where that has a plural of its own. */
    static String count(long count, String noun, String plural) {
        return count + " " + (count == 1 ? noun : plural);
    }
}
