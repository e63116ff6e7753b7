package dev.maas.registry;

import static dev.maas.registry.TestModels.model;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.maas.InvalidInputException;
import dev.maas.RegistryException;
import dev.maas.registry.store.MemoryStoreProvider;
import dev.maas.registry.store.ObjectStore;
import dev.maas.registry.store.ObjectStoreProvider;
import dev.maas.registry.store.TestStores;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RegistriesTest {
    @TempDir
    Path folder;

    @Test
    void aPathAndItsUriAreOneRegistry() {
        Path models = folder.resolve("a b/models");
        String id;
        try (ManagedRegistry registry = Registries.open(models)) {
            id = registry.id();
            assertThat(registry.storeName()).isEqualTo("file store 'models'");
            assertThat(registry).hasToString("registry in file store 'models'");
        }
        for (ManagedRegistry registry : List.of(
                Registries.open(models.toString()),
                Registries.open(models.toUri()),
                Registries.open(models.toUri().toString()))) {
            assertThat(registry.id()).isEqualTo(id);
            registry.close();
        }
    }

    @Test
    void registriesInMemoryShareNothing() {
        try (ManagedRegistry one = Registries.open("memory:/");
                ManagedRegistry two = Registries.open("memory:/")) {
            assertThat(one.id()).isNotEqualTo(two.id());
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"gopher://x/y", "memory:name", "file://host/x", "file:relative", "file:///x?y=z", "s3:bad uri"})
    void locationsThatNobodyUnderstandsAreRefused(String location) {
        assertThatThrownBy(() -> Registries.open(location)).isInstanceOf(InvalidInputException.class);
    }

    @Test
    void anUnknownSchemeListsTheKnownOnes() {
        assertThatThrownBy(() -> Registries.open("gopher://x/y"))
                .hasMessageContaining("gopher")
                .hasMessageContaining("file")
                .hasMessageContaining("memory");
    }

    private static ObjectStoreProvider lacking() {
        return new ObjectStoreProvider() {
            @Override
            public String scheme() {
                return "s3";
            }

            @Override
            public Optional<String> unavailable() {
                return Optional.of("add software.amazon.awssdk:s3 to the class path");
            }

            @Override
            public ObjectStore open(URI location) {
                throw new IllegalStateException("It was unavailable");
            }
        };
    }

    @Test
    void aMissingOptionalPartIsNamedByItsCoordinates() {
        assertThatThrownBy(() -> Registries.provider(URI.create("s3://bucket"), List.of(lacking())))
                .isInstanceOf(InvalidInputException.class)
                .hasMessageContaining("software.amazon.awssdk:s3");
    }

    @Test
    void twoStoresForOneSchemeAreAnErrorThatNamesBoth() {
        List<ObjectStoreProvider> two = List.of(new MemoryStoreProvider(), new MemoryStoreProvider());
        assertThatThrownBy(() -> Registries.provider(URI.create("memory:/"), two))
                .isInstanceOf(InvalidInputException.class)
                .hasMessageContaining(MemoryStoreProvider.class.getName());
    }

    @Test
    void whoPublishesIsTheUserUnlessSomebodyIsNamed() {
        try (ManagedRegistry registry =
                Registries.open(folder, RegistryOptions.defaults().inspectors(List.of()))) {
            assertThat(registry.publish(model("spam", "a")).publisher()).isEqualTo(System.getProperty("user.name"));
        }
    }

    @Test
    void aReadOnlyFolderWithoutRegistryIsNone() {
        ObjectStore store = TestStores.readOnly(folder.resolve("x"));
        assertThatThrownBy(() -> Registries.open(store, TestModels.OPTIONS))
                .isInstanceOf(RegistryException.class)
                .hasMessageContaining("holds no registry");
    }

    @Test
    void optionsKeepWhatTheyAreGivenAndRefuseWhatCannotBe() {
        RegistryOptions options = RegistryOptions.defaults()
                .who("ann")
                .maxStaleness(Duration.ofSeconds(1))
                .pollInterval(Duration.ofSeconds(2))
                .grace(Duration.ofHours(3))
                .retention(Duration.ofDays(4));
        assertThat(options.who()).contains("ann");
        assertThat(options.maxStaleness()).isEqualTo(Duration.ofSeconds(1));
        assertThat(options.pollInterval()).isEqualTo(Duration.ofSeconds(2));
        assertThat(options.grace()).isEqualTo(Duration.ofHours(3));
        assertThat(options.retention()).isEqualTo(Duration.ofDays(4));
        Duration negative = Duration.ofSeconds(-1);
        assertThatThrownBy(() -> options.maxStaleness(negative)).isInstanceOf(InvalidInputException.class);
        assertThatThrownBy(() -> options.grace(negative)).isInstanceOf(InvalidInputException.class);
        assertThatThrownBy(() -> options.retention(negative)).isInstanceOf(InvalidInputException.class);
        assertThatThrownBy(() -> options.pollInterval(Duration.ZERO)).isInstanceOf(InvalidInputException.class);
        assertThatThrownBy(() -> options.who(" ")).isInstanceOf(InvalidInputException.class);
        assertThatThrownBy(() -> options.who("a\nb")).isInstanceOf(InvalidInputException.class);
    }
}
