package dev.maas.registry.store.oci;

import java.time.Duration;

/** Numbers by which tests reach what else takes large objects and long waits. */
final class TestOci {
    /** Chunks that cut most objects, pages of few tags, and waits so short that faults do not take long. */
    static final OciTuning SMALL = new OciTuning(
            48 << 10,
            1 << 10,
            7,
            4,
            Duration.ofMillis(1),
            Duration.ofMillis(20),
            Duration.ofSeconds(5),
            Duration.ofSeconds(20));

    private TestOci() {}
}
