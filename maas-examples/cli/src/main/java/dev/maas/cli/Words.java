package dev.maas.cli;

/** Small matters of English. The method is pure. */
final class Words {
    private Words() {}

    /** Returns a number with what it counts: {@code 1 file}, {@code 2 files}. */
    static String count(long count, String noun) {
        return count + " " + noun + (count == 1 ? "" : "s");
    }
}
