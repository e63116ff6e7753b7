package dev.maas;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class VersionUpdateTest {
    @Test
    void anEditCollectsWhatIsToChangeAndLeavesTheOrderItCameFromAlone() {
        VersionUpdate empty = VersionUpdate.edit("spam", 7);
        VersionUpdate full = empty.tag("good")
                .withoutTag("new")
                .property("owner", "risk")
                .withoutProperty("old")
                .description("better")
                .by("ann")
                .because("reviewed");
        assertThat(full.action()).isEqualTo(VersionUpdate.Action.EDIT);
        assertThat(full.name()).isEqualTo("spam");
        assertThat(full.version()).isEqualTo(7);
        assertThat(full.addedTags()).containsExactly("good");
        assertThat(full.removedTags()).containsExactly("new");
        assertThat(full.properties()).isEqualTo(Map.of("owner", Optional.of("risk"), "old", Optional.empty()));
        assertThat(full.description()).contains("better");
        assertThat(full.who()).contains("ann");
        assertThat(full.why()).isEqualTo("reviewed");
        assertThat(empty.addedTags()).isEmpty();
        assertThat(empty.properties()).isEmpty();
        assertThat(empty.who()).isEmpty();
    }

    @Test
    void theLastWordOnATagCounts() {
        assertThat(VersionUpdate.edit("spam", 1).tag("x").withoutTag("x").addedTags())
                .isEmpty();
        assertThat(VersionUpdate.edit("spam", 1).withoutTag("x").tag("x").removedTags())
                .isEmpty();
    }

    @Test
    void onlyAnEditChangesWhatIsSaid() {
        VersionUpdate yank = VersionUpdate.yank("spam", 1);
        assertThatThrownBy(() -> yank.tag("x"))
                .isInstanceOf(InvalidInputException.class)
                .hasMessageContaining("YANK");
        assertThatThrownBy(() -> yank.description("x")).isInstanceOf(InvalidInputException.class);
        assertThatThrownBy(() -> VersionUpdate.edit("spam", 1).tag(" ")).isInstanceOf(InvalidInputException.class);
        assertThatThrownBy(() -> VersionUpdate.delete("../x", 1)).isInstanceOf(InvalidInputException.class);
        assertThatThrownBy(() -> VersionUpdate.restore("spam", 0)).isInstanceOf(InvalidInputException.class);
        assertThat(VersionUpdate.unyank("spam", 1).action()).isEqualTo(VersionUpdate.Action.UNYANK);
    }
}
