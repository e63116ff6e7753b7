package dev.maas.gate;

import static dev.maas.gate.RawModel.FLOAT;
import static dev.maas.gate.RawModel.node;
import static dev.maas.gate.RawModel.numbersAttribute;
import static dev.maas.gate.RawModel.tensor;
import static dev.maas.gate.RawModel.tensorAttribute;
import static dev.maas.gate.RawModel.tensorType;
import static dev.maas.gate.RawModel.textsAttribute;
import static dev.maas.gate.RawModel.value;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.maas.ModelLoadException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Decision trees whose parts do not fit together, which a runtime would trust. */
class TreeEnsemblesTest {
    private static final int UINT8 = 2;

    private final ModelGate gate = new ModelGate();

    private void inspect(String operator, Iterable<WireWriter> attributes) {
        List<WireWriter> all = new ArrayList<>();
        attributes.forEach(all::add);
        gate.inspect(new RawModel()
                .node(node("ai.onnx.ml", operator, List.of("x"), List.of("y"), all.toArray(new WireWriter[0])))
                .input(value("x", tensorType(FLOAT, "n", 2)))
                .output(value("y", tensorType(FLOAT, "n", 1)))
                .source());
    }

    private void assertRefused(String operator, Iterable<WireWriter> attributes, String reason) {
        assertThatThrownBy(() -> inspect(operator, attributes))
                .isInstanceOf(ModelLoadException.class)
                .hasMessageContaining(reason);
    }

    // The newer operator.

    /** Two nodes: the first leads to the second and to leaf 0, the second to leaves 1 and 2. */
    private static Map<String, WireWriter> indexed() {
        Map<String, WireWriter> attributes = new LinkedHashMap<>();
        put(attributes, numbers("nodes_featureids", 0, 1));
        put(attributes, numbers("nodes_truenodeids", 1, 1));
        put(attributes, numbers("nodes_trueleafs", 0, 1));
        put(attributes, numbers("nodes_falsenodeids", 0, 2));
        put(attributes, numbers("nodes_falseleafs", 1, 1));
        put(attributes, numbers("leaf_targetids", 0, 0, 0));
        put(attributes, numbers("tree_roots", 0));
        put(attributes, floats("nodes_splits", 0.5f, 0.5f));
        put(attributes, floats("leaf_weights", 1, 2, 3));
        put(attributes, modes(0, 0));
        return attributes;
    }

    private record Named(String name, WireWriter attribute) {}

    private static void put(Map<String, WireWriter> attributes, Named named) {
        attributes.put(named.name, named.attribute);
    }

    private static Named numbers(String name, long... values) {
        return new Named(name, numbersAttribute(name, values));
    }

    private static Named floats(String name, float... values) {
        ByteBuffer bytes = ByteBuffer.allocate(4 * values.length).order(ByteOrder.LITTLE_ENDIAN);
        bytes.asFloatBuffer().put(values);
        return new Named(
                name, tensorAttribute(name, tensor("", FLOAT, values.length).bytes(9, bytes.array())));
    }

    private static Named modes(int... values) {
        byte[] bytes = new byte[values.length];
        IntStream.range(0, values.length).forEach(i -> bytes[i] = (byte) values[i]);
        return new Named(
                "nodes_modes",
                tensorAttribute("nodes_modes", tensor("", UINT8, values.length).bytes(9, bytes)));
    }

    private void assertIndexedRefused(Named changed, String reason) {
        Map<String, WireWriter> attributes = indexed();
        put(attributes, changed);
        assertRefused("TreeEnsemble", attributes.values(), reason);
    }

    @Test
    void soundTreesPass() {
        assertThatCode(() -> inspect("TreeEnsemble", indexed().values())).doesNotThrowAnyException();
        Map<String, WireWriter> member = indexed();
        put(member, modes(6, 6));
        put(member, floats("membership_values", 1, 2, Float.NaN, 3));
        put(member, numbers("nodes_missing_value_tracks_true", 0, 1));
        put(member, floats("nodes_hitrates", 1, 1));
        assertThatCode(() -> inspect("TreeEnsemble", member.values())).doesNotThrowAnyException();
    }

    @Test
    void listsHaveOneEntryForEachNodeOrLeaf() {
        assertIndexedRefused(
                numbers("nodes_featureids", 0), "nodes_featureids of a TreeEnsemble has 1 values; expected 2");
        assertIndexedRefused(numbers("nodes_truenodeids", 1), "has 2 values; expected 1");
        assertIndexedRefused(numbers("nodes_falsenodeids", 1, 1, 1), "have different lengths");
        assertIndexedRefused(numbers("nodes_trueleafs", 0), "have different lengths");
        assertIndexedRefused(numbers("nodes_falseleafs"), "have different lengths");
        assertIndexedRefused(numbers("nodes_missing_value_tracks_true", 0), "has 1 values; expected 2");
        assertIndexedRefused(floats("nodes_splits", 1), "nodes_splits of a TreeEnsemble has 1 values; expected 2");
        assertIndexedRefused(floats("nodes_hitrates", 1, 1, 1), "has 3 values; expected 2");
        assertIndexedRefused(floats("leaf_weights", 1), "leaf_weights of a TreeEnsemble has 1 values; expected 3");
        assertIndexedRefused(modes(0, 0, 0), "nodes_modes of a TreeEnsemble has 3 values; expected 2");
    }

    @Test
    void everyBranchLeadsSomewhere() {
        assertIndexedRefused(numbers("nodes_truenodeids", 2, 1), "refers to number 2 of 2 nodes");
        assertIndexedRefused(numbers("nodes_truenodeids", -1, 1), "refers to number -1 of 2");
        assertIndexedRefused(numbers("nodes_truenodeids", 1L << 32, 1), "refers to number -1 of 2");
        assertIndexedRefused(numbers("nodes_falsenodeids", 0, 3), "refers to number 3 of 3");
        assertIndexedRefused(numbers("tree_roots", 0, 2), "refers to number 2 of 2");
        assertIndexedRefused(numbers("leaf_targetids"), "leaf_weights of a TreeEnsemble has 3 values; expected 0");
    }

    @Test
    void nodesHaveModesThatExist() {
        assertIndexedRefused(modes(0, 7), "a node of mode 7");
        assertIndexedRefused(modes(255, 0), "a node of mode 255");
        assertIndexedRefused(modes(6, 0), "asks for membership in an empty set");
        Map<String, WireWriter> two = indexed();
        put(two, modes(6, 6));
        put(two, floats("membership_values", 1, Float.NaN));
        assertRefused("TreeEnsemble", two.values(), "asks for membership in an empty set");
    }

    @Test
    void treesDoNotLeadBackIntoThemselves() {
        Map<String, WireWriter> circle = indexed();
        put(circle, numbers("nodes_truenodeids", 1, 0));
        put(circle, numbers("nodes_trueleafs", 0, 0));

        assertRefused("TreeEnsemble", circle.values(), "lead back into themselves, or share too many");
    }

    /** The runtime copies what branches share, so that forty nodes could stand for a billion. */
    @Test
    void treesDoNotShareTooManyBranches() {
        int nodes = 40;
        Map<String, WireWriter> shared = new LinkedHashMap<>();
        long[] next =
                LongStream.rangeClosed(1, nodes).map(i -> i < nodes ? i : 0).toArray();
        long[] leaf =
                LongStream.rangeClosed(1, nodes).map(i -> i < nodes ? 0 : 1).toArray();
        put(shared, numbers("nodes_featureids", new long[nodes]));
        put(shared, numbers("nodes_truenodeids", next));
        put(shared, numbers("nodes_trueleafs", leaf));
        put(shared, numbers("nodes_falsenodeids", next));
        put(shared, numbers("nodes_falseleafs", leaf));
        put(shared, numbers("leaf_targetids", new long[nodes]));
        put(shared, numbers("tree_roots", 0));
        put(shared, floats("nodes_splits", new float[nodes]));
        put(shared, floats("leaf_weights", new float[nodes]));
        put(shared, modes(new int[nodes]));

        assertRefused("TreeEnsemble", shared.values(), "share too many branches");
    }

    @Test
    void newerTreesAreNoDeeperThanAStack() {
        for (int depth : new int[] {500, 501}) {
            Map<String, WireWriter> chain = new LinkedHashMap<>();
            put(chain, numbers("nodes_featureids", new long[depth]));
            put(
                    chain,
                    numbers(
                            "nodes_truenodeids",
                            LongStream.range(0, depth).map(i -> (i + 1) % depth).toArray()));
            put(
                    chain,
                    numbers(
                            "nodes_trueleafs",
                            LongStream.range(0, depth).map(i -> (i + 1) / depth).toArray()));
            put(chain, numbers("nodes_falsenodeids", LongStream.range(0, depth).toArray()));
            put(
                    chain,
                    numbers(
                            "nodes_falseleafs",
                            LongStream.range(0, depth).map(i -> 1).toArray()));
            put(chain, numbers("leaf_targetids", new long[depth]));
            put(chain, numbers("tree_roots", 0));
            put(chain, floats("nodes_splits", new float[depth]));
            put(chain, floats("leaf_weights", new float[depth]));
            put(chain, modes(new int[depth]));

            if (depth == 500) {
                assertThatCode(() -> inspect("TreeEnsemble", chain.values())).doesNotThrowAnyException();
            } else {
                assertRefused("TreeEnsemble", chain.values(), "more than 500 levels");
            }
        }
    }

    @Test
    void aTreeThatIsOneLeafHasALeafOfItsRootsNumber() {
        Map<String, WireWriter> single = new LinkedHashMap<>();
        put(single, numbers("nodes_featureids", 0, 0));
        put(single, numbers("nodes_truenodeids", 0, 0));
        put(single, numbers("nodes_trueleafs", 1, 1));
        put(single, numbers("nodes_falsenodeids", 0, 0));
        put(single, numbers("nodes_falseleafs", 1, 1));
        put(single, numbers("leaf_targetids", 0));
        put(single, numbers("tree_roots", 1));
        put(single, floats("nodes_splits", 0, 0));
        put(single, floats("leaf_weights", 1));
        put(single, modes(0, 0));

        assertRefused("TreeEnsemble", single.values(), "refers to number 1 of 1");
        put(single, numbers("tree_roots", 0));
        assertThatCode(() -> inspect("TreeEnsemble", single.values())).doesNotThrowAnyException();
    }

    // The older operators.

    private static List<WireWriter> numbered(
            long[] trees, long[] ids, long[] whenTrue, long[] whenFalse, String... modes) {
        return List.of(
                numbersAttribute("nodes_treeids", trees),
                numbersAttribute("nodes_nodeids", ids),
                numbersAttribute("nodes_truenodeids", whenTrue),
                numbersAttribute("nodes_falsenodeids", whenFalse),
                textsAttribute("nodes_modes", modes));
    }

    private static long[] of(long... values) {
        return values;
    }

    @ParameterizedTest
    @CsvSource({"TreeEnsembleClassifier", "TreeEnsembleRegressor"})
    void olderTreesAreNumberedInAnyOrder(String operator) {
        String branch = "BRANCH_LEQ";
        List<WireWriter> downwards = numbered(
                of(0, 0, 0, 1), of(0, 1, 2, 0), of(1, 0, 0, 0), of(2, 0, 0, 0), branch, "LEAF", "LEAF", "LEAF");
        List<WireWriter> upwards = numbered(of(7, 7, 7), of(2, 1, 0), of(0, 0, 0), of(1, 0, 0), branch, "LEAF", "LEAF");
        List<WireWriter> mixed = numbered(
                of(0, 0, 0, 0, 0),
                of(4, 3, 2, 1, 0),
                of(3, 0, 1, 0, 0),
                of(2, 0, 0, 0, 0),
                branch,
                "LEAF",
                branch,
                "LEAF",
                "LEAF");

        assertThatCode(() -> inspect(operator, downwards)).doesNotThrowAnyException();
        assertThatCode(() -> inspect(operator, upwards)).doesNotThrowAnyException();
        assertThatCode(() -> inspect(operator, mixed)).doesNotThrowAnyException();
    }

    @ParameterizedTest
    @CsvSource({"TreeEnsembleClassifier", "TreeEnsembleRegressor"})
    void olderTreesDoNotLeadBackIntoThemselves(String operator) {
        String branch = "BRANCH_LEQ";
        List<WireWriter> itself = numbered(of(0, 0), of(0, 1), of(0, 0), of(1, 0), branch, "LEAF");
        List<WireWriter> circle = numbered(
                of(0, 0, 0, 0), of(0, 1, 2, 3), of(1, 2, 1, 0), of(3, 3, 3, 0), branch, branch, branch, "LEAF");
        List<WireWriter> unsorted = numbered(
                of(0, 0, 0, 0), of(3, 2, 1, 0), of(0, 1, 2, 1), of(0, 3, 3, 3), "LEAF", branch, branch, branch);

        for (List<WireWriter> attributes : List.of(itself, circle, unsorted)) {
            assertRefused(operator, attributes, "a tree of a " + operator + " leads back into itself");
        }
    }

    @Test
    void olderTreesHaveListsOfOneLength() {
        assertRefused(
                "TreeEnsembleRegressor",
                numbered(of(0, 0), of(0, 1), of(1, 0), of(1), "BRANCH_LEQ", "LEAF"),
                "the nodes_ attributes of a TreeEnsembleRegressor have different lengths");
    }

    @Test
    void treesAreNoDeeperThanAStack() {
        for (int depth : new int[] {499, 500, 100_000}) {
            int nodes = 2 * depth + 1;
            List<String> modes = new ArrayList<>(Collections.nCopies(nodes, "LEAF"));
            long[] whenTrue = new long[nodes];
            long[] whenFalse = new long[nodes];
            for (int i = 0; i < depth; i++) {
                modes.set(2 * i, "BRANCH_LT");
                whenTrue[2 * i] = 2L * i + 1;
                whenFalse[2 * i] = 2L * i + 2;
            }
            long[] ids = LongStream.range(0, nodes).toArray();
            List<WireWriter> chain = numbered(new long[nodes], ids, whenTrue, whenFalse, modes.toArray(new String[0]));

            if (depth < 500) {
                assertThatCode(() -> inspect("TreeEnsembleRegressor", chain)).doesNotThrowAnyException();
            } else {
                assertRefused("TreeEnsembleRegressor", chain, "more than 500 levels");
            }
        }
    }

    // How attributes may be written.

    @Test
    void treesCannotHideBehindAnotherOrderOfFields() {
        WireWriter late = new WireWriter().integer(8, 5).text(1, "nodes_truenodeids");
        Map<String, WireWriter> attributes = indexed();
        attributes.put("nodes_truenodeids", late);

        assertRefused("TreeEnsemble", attributes.values(), "names an attribute after its values");
    }

    @Test
    void treesCannotHideBehindASecondAttributeOfThatName() {
        List<WireWriter> attributes = new ArrayList<>(indexed().values());
        attributes.add(numbersAttribute("tree_roots", 99));

        assertRefused("TreeEnsemble", attributes, "two attributes of that name");
    }

    @Test
    void treesCannotHideBehindAFunctionsAttribute() {
        Map<String, WireWriter> attributes = indexed();
        attributes.put("tree_roots", new WireWriter().text(1, "tree_roots").text(21, "outer"));

        assertRefused("TreeEnsemble", attributes.values(), "takes its trees from the function around it");
    }

    @Test
    void otherOperatorsUseTheseNamesAsTheyLike() {
        List<WireWriter> attributes = List.of(numbersAttribute("tree_roots", 99), numbersAttribute("nodes_treeids", 1));

        assertThatCode(() -> inspect("Scaler", attributes)).doesNotThrowAnyException();
    }
}
