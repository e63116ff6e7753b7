package dev.maas.registry.cache;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.maas.IntegrityException;
import dev.maas.registry.store.ExpiringStore;
import java.io.IOException;
import java.lang.reflect.Proxy;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The date until when a store's answers are to be believed, where the disk fails. */
class ExpiryTest {
    private static final Instant OVER = Instant.parse("2020-01-01T00:00:00Z");

    private static ExpiringStore believedUntil(Instant time) {
        return (ExpiringStore) Proxy.newProxyInstance(
                ExpiringStore.class.getClassLoader(),
                new Class<?>[] {ExpiringStore.class},
                (proxy, method, arguments) -> {
                    if (method.getName().equals("believedUntil")) {
                        return time;
                    }
                    throw new UnsupportedOperationException(method.getName());
                });
    }

    @Test
    void aDateThatCouldNotBeWrittenIsWrittenWithTheNextAnswer(@TempDir Path folder) throws IOException {
        CacheFolder cache = CacheFolder.open(folder);
        Mirror mirror = new Mirror(cache, "abc");
        Expiry expiry = new Expiry(mirror, Clock.systemUTC(), false);
        ExpiringStore store = believedUntil(OVER);

        Files.delete(cache.tmp());
        expiry.note(store);
        Files.createDirectories(cache.tmp());
        expiry.note(store);
        mirror.keep("store.json", "{}".getBytes(StandardCharsets.UTF_8));

        assertThat(mirror.date()).contains(OVER);
        assertThatExceptionOfType(IntegrityException.class).isThrownBy(() -> expiry.require("The store"));
    }
}
