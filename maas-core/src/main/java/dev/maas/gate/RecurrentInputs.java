package dev.maas.gate;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What goes into the recurrent operators of one graph: the sequence and the two tensors of weights, which have three dimensions.
 *
 * <p>With onnxruntime 1.28.0 a run of {@code LSTM}, {@code GRU} or {@code RNN} on a sequence of fewer dimensions ends the process, and
 * so does a run of {@code LSTM} on weights of fewer. Where the file leaves the shape of a model's input open, a caller's mistake would
 * do it, so such a model is refused. What other nodes compute is not known here.
 *
 * <p>Source: the operators' descriptions in ONNX's Operators.md, and damaged models that brought the process down.
 */
final class RecurrentInputs {
    private static final Set<String> OPERATORS = Set.of("LSTM", "GRU", "RNN");
    private static final int RANK = 3;
    private static final int CHECKED_INPUTS = 3;
    private static final int OPEN = -1;
    private static final int USE_BYTES = 48;
    private static final int RANK_BYTES = 64;

    private final WireReader reader;
    private final GraphMemory memory;
    private final List<Use> uses = new ArrayList<>();
    private final Map<String, Integer> ranks = new HashMap<>();

    private record Use(String operator, String value) {}

    RecurrentInputs(WireReader reader, GraphMemory memory) {
        this.reader = reader;
        this.memory = memory;
    }

    void node(String domain, String operator, List<String> inputs) {
        if (!(domain.isEmpty() || domain.equals("ai.onnx")) || !OPERATORS.contains(operator)) {
            return;
        }
        for (String value : inputs.subList(0, Math.min(CHECKED_INPUTS, inputs.size()))) {
            memory.take(USE_BYTES);
            uses.add(new Use(operator, value));
        }
    }

    void weight(String name, int rank) {
        memory.take(RANK_BYTES);
        ranks.put(name, rank);
    }

    /** Takes an input of the graph; weights of the same name are but its default. */
    void input(TypeReader.Declared input) {
        memory.take(RANK_BYTES);
        int rank =
                input.type() instanceof ValueType.Dense dense && dense.shape().isRankKnown()
                        ? dense.shape().rank()
                        : OPEN;
        ranks.put(input.name(), rank);
    }

    /** Checks what the graph says of itself, and in a model's own graph also what it leaves to the caller. */
    void check(boolean main) {
        for (Use use : uses) {
            Integer rank = ranks.get(use.value);
            if (rank == null || rank == RANK || (rank == OPEN && !main)) {
                continue;
            }
            throw reader.malformed("a node of type " + use.operator + " takes " + Shown.name(use.value) + " of "
                    + RANK + " dimensions; "
                    + (rank == OPEN ? "the graph does not say how many its input has" : "it has " + rank));
        }
    }
}
