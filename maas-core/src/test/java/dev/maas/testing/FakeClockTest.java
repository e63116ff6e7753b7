package dev.maas.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.maas.InvalidInputException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class FakeClockTest {
    private static final Instant START = Instant.parse("2030-01-01T00:00:00Z");

    private final FakeClock clock = FakeClock.at(START);

    @Test
    void standsStillUntilItIsMoved() {
        assertThat(clock.instant()).isEqualTo(START);
        assertThat(clock.nanoTime()).isZero();
        assertThat(clock.getZone()).isEqualTo(ZoneOffset.UTC);

        assertThat(clock.advance(Duration.ofMillis(1_500))).isEqualTo(START.plusMillis(1_500));
        assertThat(clock.millis()).isEqualTo(START.toEpochMilli() + 1_500);
        assertThat(clock.nanoTime()).isEqualTo(1_500_000_000L);
        assertThat(clock).hasToString("FakeClock[2030-01-01T00:00:01.500Z, Z]");
    }

    @Test
    void canBeSetBackButNotAdvancedBack() {
        clock.set(START.minusSeconds(1));
        assertThat(clock.nanoTime()).isEqualTo(-1_000_000_000L);
        assertThatThrownBy(() -> clock.advance(Duration.ofSeconds(-1)))
                .isInstanceOf(InvalidInputException.class)
                .hasMessageContaining("PT-1S");
        assertThat(clock.instant()).isEqualTo(START.minusSeconds(1));
    }

    @Test
    void showsTheSameTimeInEveryZone() {
        Clock tokyo = clock.withZone(ZoneId.of("Asia/Tokyo"));
        clock.advance(Duration.ofHours(1));
        assertThat(tokyo.instant()).isEqualTo(START.plusSeconds(3_600));
        assertThat(tokyo.getZone()).isEqualTo(ZoneId.of("Asia/Tokyo"));
    }

    @Test
    void losesNoAdvanceOfManyThreads() {
        CompletableFuture.allOf(IntStream.range(0, 8)
                        .mapToObj(thread -> CompletableFuture.runAsync(
                                () -> IntStream.range(0, 1_000).forEach(i -> clock.advance(Duration.ofNanos(1)))))
                        .toArray(CompletableFuture[]::new))
                .join();
        assertThat(clock.nanoTime()).isEqualTo(8_000);
    }
}
