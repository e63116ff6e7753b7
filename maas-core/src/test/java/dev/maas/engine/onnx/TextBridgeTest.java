package dev.maas.engine.onnx;

import static dev.maas.engine.onnx.OnnxFixture.run;
import static dev.maas.engine.onnx.OnnxFixture.undeclared;
import static org.assertj.core.api.Assertions.assertThat;

import dev.maas.engine.RunFrame;
import dev.maas.tensor.ElementType;
import dev.maas.tensor.Tensor;
import dev.maas.testmodels.OnnxAttribute;
import dev.maas.testmodels.OnnxGraph;
import dev.maas.testmodels.OnnxModels;
import dev.maas.testmodels.OnnxType;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Text beyond the basic plane reaches the runtime's operators as UTF-8, and comes back whole. */
class TextBridgeTest {
    private static final String SMILE = "\ud83d\ude00";
    private static final OnnxType TEXTS = OnnxType.tensor(ElementType.STRING, "[n]");

    private final OnnxFixture onnx = new OnnxFixture();

    @AfterEach
    void close() {
        onnx.close();
    }

    private static byte[] lookUp() {
        return new OnnxGraph("vocabulary")
                .input("x", TEXTS)
                .node(
                        OnnxGraph.ML_DOMAIN,
                        "LabelEncoder",
                        List.of("x"),
                        List.of("y"),
                        OnnxAttribute.of("keys_strings", new String[] {SMILE, "stra\u00dfe", "a" + SMILE + "b"}),
                        OnnxAttribute.of("values_int64s", new long[] {1, 2, 3}),
                        OnnxAttribute.of("default_int64", -1))
                .output("y", OnnxType.tensor(ElementType.INT64, "[n]"))
                .toModel();
    }

    @Test
    void findsEmojiInAModelsVocabulary() {
        RunFrame frame = onnx.frame(undeclared(lookUp()));

        run(frame, Tensor.of(new String[] {"stra\u00dfe", SMILE, "other", "a" + SMILE + "b", SMILE + SMILE}));

        assertThat(frame.outputValue(0)).isEqualTo(Tensor.of(new long[] {2, 1, -1, 3, -1}));
    }

    @Test
    void lowersAndSplitsTextWithEmoji() {
        byte[] model = new OnnxGraph("tokens")
                .input("x", TEXTS)
                .node(
                        "StringNormalizer",
                        List.of("x"),
                        List.of("lower"),
                        OnnxAttribute.of("case_change_action", "LOWER"),
                        OnnxAttribute.of("locale", "C.UTF-8"))
                .node("StringSplit", List.of("lower"), List.of("y", "count"))
                .output("y", OnnxType.tensor(ElementType.STRING, "[n, words]"))
                .toModel();
        RunFrame frame = onnx.frame(undeclared(model));

        run(frame, Tensor.of(new String[] {"GREAT " + SMILE + " Thanks", "\u00d6l " + SMILE}));

        assertThat(frame.outputValue(0))
                .isEqualTo(Tensor.of(new String[] {"great", SMILE, "thanks", "\u00f6l", SMILE, ""}, 2, 3));
    }

    @Test
    void readsLabelsWithEmojiFromTheModel() {
        String[] labels = {SMILE, "joy " + SMILE + "!", "\u00f0\u00a1\u00a1\u00a1", "\u00f3", "plain"};
        byte[] model = new OnnxGraph("labels")
                .input("x", OnnxType.tensor(ElementType.INT64, "[n]"))
                .node(
                        OnnxGraph.ML_DOMAIN,
                        "LabelEncoder",
                        List.of("x"),
                        List.of("y"),
                        OnnxAttribute.of("keys_int64s", new long[] {0, 1, 2, 3, 4}),
                        OnnxAttribute.of("values_strings", labels))
                .output("y", TEXTS)
                .toModel();
        RunFrame frame = onnx.frame(undeclared(model));

        run(frame, Tensor.of(new long[] {4, 3, 2, 1, 0}));

        assertThat(frame.outputValue(0))
                .isEqualTo(Tensor.of(new String[] {labels[4], labels[3], labels[2], labels[1], labels[0]}));
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void carriesAnyText(long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        RunFrame frame = onnx.frame(undeclared(OnnxModels.identity(ElementType.STRING, "[rows, 2]")));
        for (int round = 0; round < 40; round++) {
            int rows = random.nextInt(1, 5);
            String[] texts = new String[2 * rows];
            for (int i = 0; i < texts.length; i++) {
                texts[i] = text(random);
            }
            Tensor tensor = Tensor.of(texts, rows, 2);

            run(frame, tensor);

            assertThat(frame.outputValue(0)).isEqualTo(tensor);
        }
    }

    /** A few characters from all over Unicode, with many that look like pieces of UTF-8. */
    private static String text(SplittableRandom random) {
        StringBuilder text = new StringBuilder();
        int length = random.nextInt(0, 12);
        while (text.length() < length) {
            int character = switch (random.nextInt(5)) {
                case 0 -> random.nextInt(0x20, 0x7f);
                case 1 -> random.nextInt(0xe0, 0xff);
                case 2 -> random.nextInt(0x10000, 0x110000);
                case 3 -> random.nextInt(0x1f600, 0x1f650);
                default -> random.nextInt(1, 0xd800);
            };
            text.appendCodePoint(character);
        }
        return text.toString();
    }

    @Test
    void turnsHalfACharacterIntoAQuestionMark() {
        RunFrame frame = onnx.frame(undeclared(OnnxModels.identity(ElementType.STRING, "[n]")));

        run(frame, Tensor.of(new String[] {"a\ud83db", "\ude00"}));

        assertThat(frame.outputValue(0)).isEqualTo(Tensor.of(new String[] {"a?b", "?"}));
    }

    @Test
    void carriesEmojiInScalars() {
        RunFrame frame = onnx.frame(undeclared(OnnxModels.identity(ElementType.STRING, "[]")));

        run(frame, Tensor.scalar(SMILE));

        assertThat(frame.outputValue(0)).isEqualTo(Tensor.scalar(SMILE));
    }
}
