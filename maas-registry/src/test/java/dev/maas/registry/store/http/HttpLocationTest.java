package dev.maas.registry.store.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.maas.InvalidInputException;
import dev.maas.RegistryException;
import dev.maas.registry.Registries;
import java.net.URI;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class HttpLocationTest {
    @ParameterizedTest
    @CsvSource({
        "http://host, http://host/blobs/k, http store 'host'",
        "https://host/, https://host/blobs/k, http store 'host'",
        "HTTPS://host:8443/a/b, https://host:8443/a/b/blobs/k, http store 'host:8443/a/b'",
        "http://[::1]:80/a/, http://[::1]:80/a/blobs/k, http store '[::1]:80/a'",
        "http://host/my%20models/%C3%A4~x, http://host/my%20models/%C3%A4~x/blobs/k, http store 'host/my%20models/%C3%A4~x'",
        "http://host/ä, http://host/%C3%A4/blobs/k, http store 'host/%C3%A4'",
    })
    void anObjectLiesUnderItsKeyAsThePathIsWritten(String location, String object, String name) {
        HttpLocation parsed = HttpLocation.parse(URI.create(location));
        assertThat(parsed.of("blobs/k")).isEqualTo(URI.create(object));
        assertThat(parsed.name()).isEqualTo(name);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "ftp://host/a",
                "http:host",
                "http:///a",
                "http://host/a?x=y",
                "http://host/a#x",
                "http://host/a//b",
                "http://host/a/../b",
                "http://host/./b",
                "http://host/%2e%2E/b",
                "http://host/.%2e/b",
                "http://host/a%2fb",
                "http://host/a%5Cb",
                "http://host/a%00b"
            })
    void otherFormsAreRefused(String location) {
        assertThatThrownBy(() -> HttpLocation.parse(URI.create(location)))
                .isInstanceOf(InvalidInputException.class)
                .hasMessageContaining("https://host/folder");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "http://user:not-to-be-seen@host/a",
                "https://not-to-be-seen@host/a",
                "http://user:not-to-be-seen@host:x/a",
                "https://user:not to-be-seen@host/a"
            })
    void credentialsInTheUriAreRefusedAndNotRepeated(String location) {
        assertThatThrownBy(() -> Registries.open(location))
                .isInstanceOf(InvalidInputException.class)
                .satisfies(failure -> {
                    for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
                        assertThat(String.valueOf(cause)).doesNotContain("to-be-seen");
                    }
                });
    }

    @ParameterizedTest
    @ValueSource(strings = {"http", "https"})
    void aServerThatIsNotThereIsToldOf(String scheme) {
        // Nobody listens on the port of the discard protocol.
        assertThatThrownBy(() -> HttpStoreProvider.open(
                        HttpLocation.parse(URI.create(scheme + "://127.0.0.1:9/models")), TestHttp.QUICK, null, null))
                .isInstanceOf(RegistryException.class)
                .hasMessageContaining("http store '127.0.0.1:9/models'")
                .hasMessageContaining("'head.json'")
                .hasMessageContaining("Look at the address and the network");
    }

    @Test
    void bothSchemesAreFoundByTheirProviders() {
        for (String scheme : new String[] {"http", "https"}) {
            assertThatThrownBy(() -> Registries.open(scheme + "://host/a?x=y"))
                    .isInstanceOf(InvalidInputException.class)
                    .hasMessageContaining("neither query nor fragment");
        }
    }
}
