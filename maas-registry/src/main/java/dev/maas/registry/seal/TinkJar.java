package dev.maas.registry.seal;

import dev.maas.InvalidInputException;

/** Tells whether Tink, which only who encrypts needs, is on the class path. */
final class TinkJar {
    private static final String PRIMITIVE = "com.google.crypto.tink.subtle.AesGcmHkdfStreaming";

    private TinkJar() {}

    /**
     * Refuses to go on without Tink.
     *
     * @throws InvalidInputException if it is missing; the message has its coordinates
     */
    static void require() {
        try {
            Class.forName(PRIMITIVE, false, TinkJar.class.getClassLoader());
        } catch (ClassNotFoundException | LinkageError e) {
            throw new InvalidInputException(
                    "Encryption needs Tink: add com.google.crypto.tink:tink (1.24.0 is tested) to the class path", e);
        }
    }
}
