package dev.maas.registry;

import static org.assertj.core.api.Assertions.assertThat;

import dev.maas.registry.TestModels.FakeClock;
import dev.maas.registry.store.ObjectStore;
import dev.maas.registry.store.TestStores;
import java.time.Duration;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class HeldBlobsTest {
    private final FakeClock clock = new FakeClock();
    private final ObjectStore store = TestStores.memory(clock);
    private final RegistryOptions options = TestModels.OPTIONS.clock(clock).grace(Duration.ofHours(1));
    private final Leases leases = new Leases(new StoreReader(store), options);

    private static Set<String> hexes(int count) {
        return IntStream.range(0, count)
                .mapToObj(i -> String.format(Locale.ROOT, "%064x", i))
                .collect(Collectors.toSet());
    }

    @Test
    void whoRefreshesHoldsThemForLongerThanALease() {
        Set<String> hexes = hexes(3);
        try (HeldBlobs held = new HeldBlobs(leases, options, hexes)) {
            for (int i = 0; i < 10; i++) {
                clock.advance(Duration.ofMinutes(31));
                held.refresh();
                assertThat(leases.leased(clock.instant())).isEqualTo(hexes);
            }
            assertThat(store.list(Keys.LEASES, null, 100).objects())
                    .as("who listed the old ones can still read them")
                    .hasSize(11);
            clock.advance(Duration.ofHours(2));
            assertThat(leases.leased(clock.instant()))
                    .as("who stands still loses them")
                    .isEmpty();
        }
        assertThat(store.list(Keys.LEASES, null, 100).objects()).isEmpty();
    }

    @Test
    void moreThanOneLeaseTakesAreHeldBySeveral() {
        Set<String> hexes = hexes(45_000);
        try (HeldBlobs held = new HeldBlobs(leases, options, hexes)) {
            held.refresh();
            assertThat(leases.leased(clock.instant())).isEqualTo(hexes);
            assertThat(store.list(Keys.LEASES, null, 100).objects()).hasSize(3);
        }
        assertThat(store.list(Keys.LEASES, null, 100).objects()).isEmpty();
    }
}
