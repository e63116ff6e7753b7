package dev.maas.examples.text;

import com.oracle.labs.mlrg.olcut.util.Pair;
import java.util.Arrays;
import org.tribuo.math.FeedForwardParameters;
import org.tribuo.math.la.DenseVector;
import org.tribuo.math.la.SGDVector;
import org.tribuo.math.la.Tensor;
import org.tribuo.math.protos.ParametersProto;

/**
 * The weights of a linear model as one vector for each class.
 *
 * <p>Tribuo's own {@code LinearParameters} holds them as a matrix, and for a matrix its {@code AdaGradRDA} (4.3.2) never counts its
 * steps, by which the penalty grows: whatever L2 one asks for has no effect. For vectors it counts, so here they are vectors.
 */
final class ClassWeights implements FeedForwardParameters {
    private static final long serialVersionUID = 1L;

    private Tensor[] vectors;

    ClassWeights(int classes, int columns) {
        vectors = new Tensor[classes];
        Arrays.setAll(vectors, i -> new DenseVector(columns));
    }

    private ClassWeights(Tensor[] vectors) {
        this.vectors = vectors;
    }

    /** Returns a score for each class. */
    @Override
    public DenseVector predict(SGDVector features) {
        double[] scores = new double[vectors.length];
        Arrays.setAll(scores, i -> vector(i).dot(features));
        return DenseVector.createDenseVector(scores);
    }

    @Override
    public Tensor[] gradients(Pair<Double, SGDVector> lossAndSlopes, SGDVector features) {
        Tensor[] gradients = new Tensor[vectors.length];
        Arrays.setAll(gradients, i -> features.scale(lossAndSlopes.getB().get(i)));
        return gradients;
    }

    @Override
    public void update(Tensor[] gradients) {
        for (int i = 0; i < vectors.length; i++) {
            vectors[i].intersectAndAddInPlace(gradients[i]);
        }
    }

    /** Returns the weights of a class. */
    DenseVector vector(int i) {
        return (DenseVector) vectors[i];
    }

    @Override
    public Tensor[] get() {
        return vectors;
    }

    @Override
    public void set(Tensor[] newVectors) {
        vectors = newVectors;
    }

    @Override
    public Tensor[] getEmptyCopy() {
        return Arrays.stream(vectors)
                .map(vector -> new DenseVector(((DenseVector) vector).size()))
                .toArray(Tensor[]::new);
    }

    @Override
    public FeedForwardParameters copy() {
        return new ClassWeights(Arrays.stream(vectors).map(Tensor::copy).toArray(Tensor[]::new));
    }

    @Override
    public Tensor[] merge(Tensor[][] gradients, int size) {
        throw new UnsupportedOperationException("Steps are taken one message at a time");
    }

    @Override
    public ParametersProto serialize() {
        throw new UnsupportedOperationException("Models are stored as ONNX");
    }
}
