package dev.maas.examples.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtSession;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledIfSystemProperty;

/** Trains on somebody else's data: questions to a bank's customer service, 77 intents. */
@DisabledIfSystemProperty(named = "maas.tests.again", matches = "true", disabledReason = "it ran on the other JDK")
class Banking77Test {
    private static final Path FOLDER =
            Path.of(System.getProperty("maas.shared", "shared"), "conformance", "textdata", "banking77");

    /** A multinomial naive Bayes gets 0.859 of the test set right. */
    private static final double GOAL = 0.87;

    @Test
    void beatsNaiveBayesAndIsServedAsMeasured() throws Exception {
        assumeTrue(Files.isDirectory(FOLDER), "banking77 is not here; this test needs conformance/textdata/banking77");
        Messages train = Messages.read(FOLDER.resolve("train.csv"));
        Messages test = Messages.read(FOLDER.resolve("test.csv")).withCategoriesOf(train);
        assertThat(train.size()).isEqualTo(10_003);
        assertThat(test.size()).isEqualTo(3_080);
        assertThat(train.categories()).hasSize(77);

        long begin = System.nanoTime();
        TextClassifier classifier = TextTrainer.thorough().seed(1).train(train).classifier();
        double seconds = (System.nanoTime() - begin) / 1e9;
        Evaluation evaluation = Evaluation.of(classifier, test);
        byte[] model = classifier.toOnnx();
        System.out.printf("figure banking77.accuracy %.4f share%n", evaluation.accuracy());
        System.out.printf("figure banking77.training %.1f s%n", seconds);
        System.out.printf("figure banking77.model %d B%n", model.length);

        assertThat(evaluation.accuracy()).isGreaterThanOrEqualTo(GOAL);
        assertThat(right(model, test)).isEqualTo(evaluation.right());
    }

    private static int right(byte[] model, Messages test) throws Exception {
        OrtEnvironment environment = OrtEnvironment.getEnvironment();
        String[] texts = test.all().stream().map(Message::text).toArray(String[]::new);
        try (OrtSession session = environment.createSession(model);
                OnnxTensor input = OnnxTensor.createTensor(environment, texts, new long[] {texts.length});
                OrtSession.Result result = session.run(Map.of("text", input))) {
            String[] labels = (String[]) result.get("label").orElseThrow().getValue();
            int right = 0;
            for (int i = 0; i < labels.length; i++) {
                right += labels[i].equals(test.all().get(i).category()) ? 1 : 0;
            }
            return right;
        }
    }
}
