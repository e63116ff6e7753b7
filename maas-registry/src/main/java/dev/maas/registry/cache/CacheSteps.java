package dev.maas.registry.cache;

/** Hears of each step by which a cache changes its folder; a test ends the process at one of them. */
interface CacheSteps {
    /** Hears nothing. */
    CacheSteps NONE = step -> {};

    /** Is called when the named step has been done. */
    void done(String step);
}
