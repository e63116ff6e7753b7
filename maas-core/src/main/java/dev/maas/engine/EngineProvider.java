package dev.maas.engine;

import java.util.Set;

/**
 * Makes an {@link Engine}; the entry of the SPI.
 *
 * <p>Providers are found by {@link java.util.ServiceLoader} and told apart by {@link #name()}: two with the same name are an
 * error that names both. A name that somebody chose wins; otherwise the available provider with the highest
 * {@link #preference()} among those that read the model's format. Implementations are safe for use by any thread, and their
 * constructors load no native code.
 */
public interface EngineProvider {
    /** Returns the engine's name, in lower case, such as {@code onnxruntime}. It never changes. */
    String name();

    /**
     * Returns whether the engine can be opened here, and if not, why and what to add. Must be quick and load no native code.
     */
    Availability availability();

    /** Returns the formats that the engine reads, by the lower-case extension of the entry file, such as {@code onnx}. */
    Set<String> formats();

    /** Returns a rank among the engines that read the same format; the higher wins. */
    int preference();

    /**
     * Opens the engine.
     *
     * @throws dev.maas.InvalidInputException if the engine cannot honour one of the options; it never ignores one
     * @throws dev.maas.ModelLoadException if the engine does not start on this machine
     */
    Engine open(EngineOptions options);

    /**
     * Whether an engine can be opened here.
     *
     * @param available whether it can
     * @param reason if not, why, with the Maven coordinates of what is missing; otherwise empty
     */
    record Availability(boolean available, String reason) {
        private static final Availability YES = new Availability(true, "");

        /** Returns that the engine can be opened. */
        public static Availability yes() {
            return YES;
        }

        /** Returns that it cannot, and why. */
        public static Availability no(String reason) {
            return new Availability(false, reason);
        }
    }
}
