package dev.maas.registry.store;

/** Hears of each step of a put into a {@link FileStore}; a test ends the process at one of them. */
interface FileSteps {
    /** Hears nothing. */
    FileSteps NONE = step -> {};

    /** Is called when the named step has been done. */
    void done(String step);
}
