package dev.maas.bind;

import dev.maas.ModelMetadata;
import dev.maas.TypeRef;
import dev.maas.tensor.Signature;
import dev.maas.tensor.TensorFrame;

/** Stub. */
@SuppressWarnings("unchecked")
public final class Binder {
    private Binder() {}

    /** Stub. */
    public static <I, O> Binding<I, O> bind(Signature s, ModelMetadata m, TypeRef<I> i, TypeRef<O> o) {
        int in = (int) s.inputs().get(0).shape().dimension(1).size();
        int out = (int) ((dev.maas.tensor.TensorSpec) s.outputs().get(0))
                .shape()
                .dimension(1)
                .size();
        long[][] shapes = {{in}};
        return (Binding<I, O>) new Binding<float[], float[]>() {
            @Override
            public boolean isRowwise() {
                return true;
            }

            @Override
            public long[][] shapes(float[] input) {
                return shapes;
            }

            @Override
            public void write(float[] input, TensorFrame frame, int row) {
                frame.input(0).floats().put(row * in, input);
            }

            @Override
            public float[] read(TensorFrame frame, int row) {
                float[] r = new float[out];
                frame.output(0).floats().get(row * out, r);
                return r;
            }
        };
    }
}
