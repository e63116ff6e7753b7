package dev.maas;

import static org.assertj.core.api.Assertions.assertThat;

import dev.maas.tensor.Signature;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

class ModelQueryTest {
    private static final ModelVersion VERSION = new ModelVersion(
            "spam-eu",
            3,
            "sha256:" + "0".repeat(64),
            Instant.EPOCH,
            "ann",
            1,
            Signature.of(List.of(), List.of()),
            ModelMetadata.builder()
                    .tag("text")
                    .tag("good")
                    .property("team", "risk")
                    .build(),
            false);

    @Test
    void aVersionMeetsAQueryIfItMeetsEveryCondition() {
        assertThat(ModelQuery.all().matches(VERSION)).isTrue();
        assertThat(ModelQuery.all().nameContaining("spam").matches(VERSION)).isTrue();
        assertThat(ModelQuery.all().nameContaining("ham").matches(VERSION)).isFalse();
        assertThat(ModelQuery.all().tag("text").tag("good").matches(VERSION)).isTrue();
        assertThat(ModelQuery.all().tag("text").tag("bad").matches(VERSION)).isFalse();
        assertThat(ModelQuery.all().property("team", "risk").matches(VERSION)).isTrue();
        assertThat(ModelQuery.all().property("team", "other").matches(VERSION)).isFalse();
        assertThat(ModelQuery.all().tag("text").property("owner", "risk").matches(VERSION))
                .isFalse();
    }

    @Test
    void aQueryLeavesTheOneItCameFromAlone() {
        ModelQuery all = ModelQuery.all();
        assertThat(all.newestOnly().isNewestOnly()).isTrue();
        assertThat(all.isNewestOnly()).isFalse();
    }
}
