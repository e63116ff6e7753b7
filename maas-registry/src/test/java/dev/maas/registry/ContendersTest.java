package dev.maas.registry;

import static org.assertj.core.api.Assertions.assertThat;

import dev.maas.AliasChange;
import dev.maas.ModelVersion;
import dev.maas.Page;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ContendersTest {
    @TempDir
    Path folder;

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void publishersInSeveralProcessesNumberWithoutGapsInOneChain(boolean locked) throws Exception {
        ContendersHarness.contend(folder.resolve("models").toString(), 3, 2, 6, locked);
        try (ManagedRegistry registry = Registries.open(folder.resolve("models"), TestModels.OPTIONS)) {
            List<Integer> numbers = registry.versions("spam", Page.Request.first(1000)).items().stream()
                    .map(ModelVersion::number)
                    .toList();
            assertThat(numbers)
                    .containsExactlyElementsOf(IntStream.rangeClosed(1, 36)
                            .map(i -> 37 - i)
                            .boxed()
                            .toList());
            List<AliasChange> moves = new ArrayList<>(registry.aliasHistory("spam", "champion"));
            for (int i = 0; i + 1 < moves.size(); i++) {
                assertThat(moves.get(i).from())
                        .as("one chain of moves")
                        .isEqualTo(moves.get(i + 1).to());
            }
            assertThat(moves).hasSizeGreaterThanOrEqualTo(36);
        }
    }

    @Test
    void publishersInSeveralProcessesNumberWithoutGapsOnS3() throws Exception {
        try (TestPlaces places = TestPlaces.s3(folder)) {
            String location = places.location("models");
            ContendersHarness.contend(location, 2, 2, 4, false);
            try (ManagedRegistry registry = Registries.open(TestPlaces.open(location), TestModels.OPTIONS)) {
                assertThat(registry.resolve("spam").number()).isEqualTo(16);
                ContendersHarness.requireOneChain(registry, 16);
            }
        }
    }

    @Test
    void writersInSeveralProcessesMoveOneAliasInOneChain() throws Exception {
        AliasHarness.contend(folder.resolve("models").toString(), 3, 8, false);
    }
}
