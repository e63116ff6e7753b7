package dev.maas.registry;

import dev.maas.ModelPackage;
import dev.maas.tensor.ElementType;
import dev.maas.tensor.Shape;
import dev.maas.tensor.Signature;
import dev.maas.tensor.TensorSpec;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.List;

/** Packages that registries take, and a clock that tests set. */
final class TestModels {
    static final Signature SIGNATURE = Signature.of(
            List.of(new TensorSpec("text", ElementType.STRING, Shape.parse("[batch]"))),
            List.of(new TensorSpec("label", ElementType.STRING, Shape.parse("[batch]"))));

    /** No inspectors: the packages of these tests bring their signature, and their bytes are no models. */
    static final RegistryOptions OPTIONS =
            RegistryOptions.defaults().who("tester").inspectors(List.of());

    private TestModels() {}

    static ModelPackage model(String name, String content) {
        return ModelPackage.of(content.getBytes(StandardCharsets.UTF_8))
                .name(name)
                .signature(SIGNATURE);
    }

    /** A clock that stands until it is moved. */
    static final class FakeClock extends Clock {
        private volatile Instant now = Instant.parse("2026-01-01T00:00:00Z");

        synchronized void advance(Duration time) {
            now = now.plus(time);
        }

        @Override
        public ZoneId getZone() {
            return ZoneOffset.UTC;
        }

        @Override
        public Clock withZone(ZoneId zone) {
            return this;
        }

        @Override
        public Instant instant() {
            return now;
        }
    }
}
