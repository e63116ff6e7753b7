package dev.maas.benchmarks;

import dev.maas.testmodels.OnnxModels;
import java.util.List;

/** The models that are measured: perceptrons with one or two hidden layers and weights from a seed. */
public enum Mlp {
    /** 16→32→4: a run of a few microseconds, where all that surrounds it shows. */
    SMALL(16, 32, 4),
    /** 64→128→10. */
    MEDIUM(64, 128, 10),
    /** 768→2048→1024→10: a run of about a tenth of a millisecond, where batches pay. */
    LARGE(768, 2_048, 1_024, 10);

    @SuppressWarnings("ImmutableEnumChecker") // List.of cannot be changed.
    private final List<Integer> widths;

    Mlp(Integer... widths) {
        this.widths = List.of(widths);
    }

    int inputs() {
        return widths.get(0);
    }

    int outputs() {
        return widths.get(widths.size() - 1);
    }

    byte[] onnx() {
        return OnnxModels.mlp(widths.stream().mapToInt(Integer::intValue).toArray());
    }

    /** One row of inputs. */
    float[] row(int seed) {
        float[] row = new float[inputs()];
        for (int i = 0; i < row.length; i++) {
            row[i] = (float) Math.sin(seed + i);
        }
        return row;
    }
}
