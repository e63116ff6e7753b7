package dev.maas.gate;

import dev.maas.tensor.ElementType;
import dev.maas.tensor.Tensor;
import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;

/**
 * Collects the attributes of one node as far as they say how decision trees hang together, and checks them if the node turns out to
 * be a tree ensemble.
 *
 * <p>These operators are checked, as are {@linkplain RecurrentInputs recurrent ones}, since a runtime trusts what these attributes say. With onnxruntime 1.28.0
 * indices into lists that are too short end the process while {@code TreeEnsemble} is loaded, trees of two thousand levels overflow
 * its stack, and a tree that leads back into itself makes a run go on for ever, which no deadline ends.
 *
 * <p>Source: the operators' descriptions in ONNX's Operators-ml.md, and damaged models that brought the process down.
 */
final class TreeEnsembles {
    private static final String DOMAIN = "ai.onnx.ml";
    private static final String MODES = "nodes_modes";
    private static final String MEMBERS = "membership_values";
    private static final int HEAP_BYTES_PER_FILE_BYTE = 16;

    /** Attributes of which the numbers matter. */
    private static final Set<String> NUMBERS = Set.of(
            "nodes_treeids",
            "nodes_nodeids",
            "nodes_truenodeids",
            "nodes_falsenodeids",
            "nodes_trueleafs",
            "nodes_falseleafs",
            "tree_roots");

    private final WireReader reader;
    private final GateLimits limits;
    private final GraphMemory memory;
    private final Map<String, NumberList> numbers = new HashMap<>();
    private final Map<String, Long> counts = new HashMap<>();
    private Tensor modes = Tensor.of(new byte[0]);
    private Tensor members = Tensor.of(new float[0]);
    private long taken;
    private boolean readable = true;

    TreeEnsembles(WireReader reader, GateLimits limits, GraphMemory memory) {
        this.reader = reader;
        this.limits = limits;
        this.memory = memory;
    }

    /** Returns whether the values of a tensor of that name are wanted, not only how many there are. */
    static boolean wantsValues(String attribute) {
        return attribute.equals(MODES) || attribute.equals(MEMBERS);
    }

    /** Takes the present field, integers of an attribute. */
    void readNumbers(String attribute) throws IOException {
        if (NUMBERS.contains(attribute)) {
            reader.integers(list(attribute)::add);
        } else {
            addCount(attribute, reader.skipIntegers());
        }
    }

    /** Takes the present field, one of an attribute's strings: for the older operators the mode of one node, of which only leaves matter. */
    void readString(String attribute) throws IOException {
        if (attribute.equals(MODES)) {
            list(MODES).add(reader.looseText(Integer.MAX_VALUE).equals("LEAF") ? 1 : 0);
        } else {
            addCount(attribute, 1);
            reader.skip();
        }
    }

    /** Takes the present message, a tensor whose values are wanted. */
    void readValues(String attribute) throws IOException {
        long bytes = HEAP_BYTES_PER_FILE_BYTE * reader.remaining();
        memory.take(bytes);
        taken += bytes;
        Tensor tensor = new TensorDecoder(reader).read();
        if (attribute.equals(MEMBERS) && tensor.elementType().isFloatingPoint()) {
            members = tensor;
        } else if (attribute.equals(MODES) && tensor.elementType() == ElementType.UINT8) {
            modes = tensor;
        }
    }

    /** Takes how many values an attribute has. */
    void addCount(String attribute, long count) {
        readable &= !attribute.isEmpty();
        counts.merge(attribute, count, Long::sum);
    }

    /** Takes note that an attribute of the node is one of the function's around it. */
    void refer() {
        readable = false;
    }

    private NumberList list(String attribute) {
        return numbers.computeIfAbsent(attribute, name -> new NumberList(memory));
    }

    /** Checks the node, now that its operator is known, and forgets it. */
    void check(String domain, String operator) {
        if (domain.equals(DOMAIN) && operator.startsWith("TreeEnsemble")) {
            if (!readable) {
                throw reader.malformed("a " + operator
                        + " takes its trees from the function around it, or names an attribute" + " after its values");
            }
            if (operator.equals("TreeEnsemble")) {
                checkIndexed();
            } else {
                new NumberedTrees(reader, limits, memory, operator)
                        .check(
                                list("nodes_treeids"),
                                list("nodes_nodeids"),
                                list("nodes_truenodeids"),
                                list("nodes_falsenodeids"),
                                list(MODES));
            }
        }
        numbers.values().forEach(NumberList::forget);
        memory.giveBack(taken);
    }

    private void checkIndexed() {
        int nodes = list("nodes_truenodeids").size();
        long leaves = counts.getOrDefault("leaf_targetids", 0L);
        requireCount("nodes_featureids", counts.getOrDefault("nodes_featureids", 0L), nodes);
        requireCount(MODES, modes.elementCount(), nodes);
        requireCount("nodes_splits", counts.getOrDefault("nodes_splits", 0L), nodes);
        requireCount("nodes_hitrates", counts.getOrDefault("nodes_hitrates", (long) nodes), nodes);
        String missing = "nodes_missing_value_tracks_true";
        requireCount(missing, counts.getOrDefault(missing, (long) nodes), nodes);
        requireCount("leaf_weights", counts.getOrDefault("leaf_weights", 0L), leaves);
        IndexedTrees trees = new IndexedTrees(reader, limits, memory, leaves);
        trees.setBranches(
                list("nodes_truenodeids"),
                list("nodes_trueleafs"),
                list("nodes_falsenodeids"),
                list("nodes_falseleafs"));
        trees.checkSets(modes.toBytes(), members.toDoubles());
        trees.checkRoots(list("tree_roots"));
    }

    private void requireCount(String attribute, long count, long wanted) {
        if (count != wanted) {
            throw reader.malformed(
                    "the attribute " + attribute + " of a TreeEnsemble has " + count + " values; expected " + wanted);
        }
    }
}
