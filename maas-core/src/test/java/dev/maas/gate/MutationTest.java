package dev.maas.gate;

import static dev.maas.gate.RawModel.BOOL;
import static dev.maas.gate.RawModel.FLOAT;
import static dev.maas.gate.RawModel.INT64;
import static dev.maas.gate.RawModel.STRING;
import static dev.maas.gate.RawModel.graphAttribute;
import static dev.maas.gate.RawModel.node;
import static dev.maas.gate.RawModel.tensor;
import static dev.maas.gate.RawModel.tensorAttribute;
import static dev.maas.gate.RawModel.tensorType;
import static dev.maas.gate.RawModel.value;
import static org.assertj.core.api.Assertions.assertThat;

import dev.maas.ModelLoadException;
import dev.maas.ModelSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Damages small models at random, by a fixed seed: whatever comes of it, the gate answers quickly and only as it documents. */
class MutationTest {
    private static final int MUTANTS = 20_000;

    private final ModelGate gate = new ModelGate();

    /** Models with everything in them that the gate looks at. */
    static List<byte[]> originals() {
        WireWriter branch = new RawModel()
                .node(node("Add", List.of("x", "w"), List.of("b")))
                .output(value("b", tensorType(FLOAT, 1)))
                .initializer(tensor("v", INT64, 2).bytes(7, new byte[] {1, 2}))
                .graph();
        WireWriter sparse = new WireWriter()
                .message(1, tensor("s", FLOAT, 1).bytes(9, new byte[4]))
                .message(2, tensor("", INT64, 1).bytes(9, new byte[8]))
                .integer(3, 10);
        WireWriter sequence = new WireWriter().message(4, new WireWriter().message(1, tensorType(FLOAT, "n")));
        RawModel rich = RawModel.withWeight(tensor("w", FLOAT, 1).bytes(9, new byte[4]))
                .node(node("If", List.of("c"), List.of("i"), graphAttribute("then_branch", branch)))
                .node(node("own", "f", List.of("i"), List.of("j")))
                .node(node(
                        "Constant",
                        List.of(),
                        List.of("k"),
                        tensorAttribute(
                                "value", tensor("", STRING, 2).text(6, "a").text(6, "b"))))
                .input(value("c", tensorType(BOOL)))
                .output(value("j", sequence))
                .graphField(15, sparse)
                .graphField(13, value("i", tensorType(FLOAT, 1)))
                .property("k", "v")
                .modelField(25, RawModel.function("own", "f", node("Neg", List.of("a"), List.of("b"))));
        RawModel external = RawModel.withWeight(
                RawModel.externalTensor("w", FLOAT, new long[] {1}, "location", "w.bin", "offset", "0", "length", "4"));
        return List.of(RawModel.add().bytes(), rich.bytes(), external.bytes());
    }

    private static ModelSource source(byte[] model) {
        return ModelSource.of("model.onnx", Map.of("model.onnx", model, "w.bin", new byte[4]));
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    @Timeout(value = 60, unit = TimeUnit.SECONDS)
    void damageIsFoundOrHarmless(long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        List<byte[]> originals = originals();
        int passed = 0;
        int refused = 0;
        for (int i = 0; i < MUTANTS; i++) {
            byte[] mutant = Mutations.of(originals.get(i % originals.size()), random, 4);
            try {
                gate.inspect(source(mutant));
                passed++;
            } catch (ModelLoadException e) {
                assertThat(e.getMessage()).matches("[\\P{Cntrl}]*").hasSizeLessThan(1000);
                refused++;
            }
        }
        // Both happen, or the test tests nothing.
        assertThat(passed).isGreaterThan(MUTANTS / 100);
        assertThat(refused).isGreaterThan(MUTANTS / 2);
    }

    /** Every prefix of a model is cut off somewhere, and said to be. */
    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2})
    void everyPrefixIsRefused(int index) {
        byte[] original = originals().get(index);
        gate.inspect(source(original));
        List<Integer> passed = new ArrayList<>();
        for (int length = 0; length < original.length; length++) {
            try {
                gate.inspect(source(java.util.Arrays.copyOf(original, length)));
                passed.add(length);
            } catch (ModelLoadException expected) {
                assertThat(expected.getMessage()).isNotEmpty();
            }
        }
        // A model may lack what comes after its operator sets: properties and functions.
        assertThat(passed).allMatch(length -> length > original.length - 60);
    }
}
