package dev.maas.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class OutputsTest {
    private static final Tensor LABEL = Tensor.of(new long[] {1});
    private static final Map<String, Float> SCORES = Map.of("spam", 0.75f);

    private static Outputs classifier() {
        Map<String, Object> values = new LinkedHashMap<>();
        values.put("label", LABEL);
        values.put("scores", List.of(SCORES));
        values.put("best", SCORES);
        return Outputs.of(values);
    }

    @Test
    void valuesAreFoundByNameInTheModelsOrder() {
        Outputs outputs = classifier();

        assertThat(outputs.names()).containsExactly("label", "scores", "best");
        assertThat(outputs.asMap().values()).containsExactly(LABEL, List.of(SCORES), SCORES);
        assertThat(outputs.tensor("label")).isEqualTo(LABEL);
        assertThat(outputs.list("scores")).isEqualTo(List.of(SCORES));
        assertThat(outputs.map("best")).isEqualTo(SCORES);
        assertThat(outputs.get("label")).isEqualTo(LABEL);
    }

    @Test
    void anUnknownNameIsToldWithTheOnesThereAre() {
        for (String name : new String[] {"Label", ""}) {
            assertThatThrownBy(() -> classifier().get(name))
                    .isInstanceOf(NoSuchElementException.class)
                    .hasMessageContaining("'" + name + "'; there are [label, scores, best]");
        }
        assertThatThrownBy(() -> classifier().tensor("none")).isInstanceOf(NoSuchElementException.class);
        assertThatThrownBy(() -> classifier().list("none")).isInstanceOf(NoSuchElementException.class);
        assertThatThrownBy(() -> classifier().map("none")).isInstanceOf(NoSuchElementException.class);
    }

    @Test
    void aValueOfAnotherKindIsToldWithTheWayToReadIt() {
        Outputs outputs = classifier();
        assertThatIllegalStateException()
                .isThrownBy(() -> outputs.tensor("scores"))
                .withMessage("Output 'scores' is no tensor but a sequence; read it with list(…)");
        assertThatIllegalStateException()
                .isThrownBy(() -> outputs.list("best"))
                .withMessage("Output 'best' is no sequence but a map; read it with map(…)");
        assertThatIllegalStateException()
                .isThrownBy(() -> outputs.map("label"))
                .withMessage("Output 'label' is no map but a tensor; read it with tensor(…)");
    }

    @Test
    void outputsDoNotChangeWithWhatTheyWereMadeOf() {
        Map<String, Float> scores = new HashMap<>(SCORES);
        List<Object> list = new ArrayList<>(List.of(scores));
        Map<String, Object> values = new LinkedHashMap<>(Map.of("scores", list));
        Outputs outputs = Outputs.of(values);
        scores.put("ham", 0.25f);
        list.add(LABEL);
        values.clear();

        assertThat(outputs.list("scores")).isEqualTo(List.of(SCORES));
    }

    @Test
    void nothingInOutputsCanBeChanged() {
        Outputs outputs = Outputs.of(Map.of(
                "list", new ArrayList<>(List.of(new ArrayList<>(List.of(LABEL)))), "map", new HashMap<>(SCORES)));

        assertThatThrownBy(() -> outputs.asMap().clear()).isInstanceOf(UnsupportedOperationException.class);
        assertThatThrownBy(() -> outputs.names().clear()).isInstanceOf(UnsupportedOperationException.class);
        assertThatThrownBy(() -> outputs.list("list").clear()).isInstanceOf(UnsupportedOperationException.class);
        assertThatThrownBy(() -> outputs.map("map").clear()).isInstanceOf(UnsupportedOperationException.class);
        List<?> inner = (List<?>) outputs.list("list").get(0);
        assertThatThrownBy(inner::clear).isInstanceOf(UnsupportedOperationException.class);
    }

    @Test
    void mapsKeepTheirOrderAndTheirTypes() {
        Map<Long, Object> classes = new LinkedHashMap<>();
        classes.put(2L, 0.5f);
        classes.put(1L, 0.25);
        classes.put(3L, "text");
        classes.put(0L, true);

        assertThat(Outputs.of(Map.of("map", classes)).map("map")).isEqualTo(classes);
        assertThat(List.copyOf(Outputs.of(Map.of("map", classes)).map("map").keySet()))
                .isEqualTo(List.of(2L, 1L, 3L, 0L));
    }

    static Stream<Arguments> wrong() {
        return Stream.of(
                Arguments.of(1.5f, "is made of a Tensor, a List of these or a Map; got java.lang.Float"),
                Arguments.of(new float[0], "got [F"),
                Arguments.of(List.of("text"), "is made of a Tensor, a List of these or a Map; got java.lang.String"),
                Arguments.of(Arrays.asList(LABEL, null), "got null"),
                Arguments.of(Map.of(1, 0.5f), "keys that are Long or String; got java.lang.Integer"),
                Arguments.of(Map.of("a", LABEL), "boxed scalars; got dev.maas.tensor.Tensor"),
                Arguments.of(Collections.singletonMap("a", null), "boxed scalars; got null"),
                Arguments.of(Collections.singletonMap(null, 1), "Long or String; got null"),
                Arguments.of(List.of(List.of(Map.of("a", 'c'))), "boxed scalars; got java.lang.Character"));
    }

    @ParameterizedTest
    @MethodSource("wrong")
    void aValueOfNoKnownKindIsRefusedWithItsName(Object value, String message) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Outputs.of(Map.of("y", value)))
                .withMessageStartingWith("Output 'y' ")
                .withMessageEndingWith(message);
    }

    @Test
    void aMissingValueIsRefused() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Outputs.of(Collections.singletonMap("y", null)))
                .withMessageContaining("got null");
        assertThatThrownBy(() -> Outputs.of(Collections.singletonMap(null, LABEL)))
                .isInstanceOf(NullPointerException.class);
    }

    @Test
    void equalityIsOfNamesAndValues() {
        assertThat(classifier())
                .isEqualTo(classifier())
                .hasSameHashCodeAs(classifier())
                .isNotEqualTo(Outputs.of(Map.of("label", LABEL)))
                .isNotEqualTo("outputs");
        assertThat(Outputs.of(Map.of("y", LABEL))).hasToString("{y=int64[1] {1}}");
    }
}
