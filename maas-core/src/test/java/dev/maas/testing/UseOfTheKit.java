package dev.maas.testing;

import dev.maas.Predictor;

/** Uses the kit in a JVM that somebody watches. */
final class UseOfTheKit {
    private UseOfTheKit() {}

    @SuppressWarnings("SystemOut") // Whoever started this JVM reads it.
    public static void main(String[] arguments) {
        try (TestService models = TestService.create()) {
            models.publish("m", TestModel.ofFloats(1, 1, row -> row));
            Predictor<Float, Float> predictor = models.service().predictor("m", Float.class, Float.class);
            if (predictor.predict(1f) == 1f) {
                models.publish("m", TestModel.ofFloats(1, 1, row -> new float[] {2 * row[0]}));
                models.swap();
            }
            if (predictor.predict(1f) == 2f) {
                System.out.println("the kit was used");
            }
        }
    }
}
