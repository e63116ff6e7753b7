package dev.maas.examples.text;

/** Hears how far a training has come. Calls never overlap, but may come from several threads. */
@FunctionalInterface
public interface Progress {
    /** Says that so many of so many equal parts of the work are done. */
    void advanced(int done, int total);
}
