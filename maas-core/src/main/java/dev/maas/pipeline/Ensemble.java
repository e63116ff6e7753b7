package dev.maas.pipeline;

import dev.maas.EngineException;
import dev.maas.InvalidInputException;
import dev.maas.tensor.Dimension;
import dev.maas.tensor.ElementType;
import dev.maas.tensor.Shape;
import dev.maas.tensor.Tensor;
import dev.maas.tensor.TensorSpec;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** What makes one tensor of several of the same type and shape, element by element. Pure; reads direct memory in place. */
final class Ensemble {
    private Ensemble() {}

    /** The shape that all members have, or an error that names the first that has another. */
    static Shape commonShape(String place, List<Port> members) {
        if (members.size() < 2) {
            throw new InvalidInputException(place + ": an ensemble has two members or more; got " + members);
        }
        Port first = members.get(0);
        Shape common = first.spec().shape();
        for (Port member : members) {
            boolean sameType = member.spec().elementType() == first.spec().elementType();
            if (!sameType || !canBeSame(common, member.spec().shape())) {
                throw new InvalidInputException(place + ": the members of an ensemble have one type and shape; got '"
                        + first + "' and '" + member + "'");
            }
            common = narrower(common, member.spec().shape());
        }
        return common;
    }

    private static boolean canBeSame(Shape one, Shape other) {
        if (!one.isRankKnown() || !other.isRankKnown()) {
            return true;
        }
        boolean same = one.rank() == other.rank();
        for (int axis = 0; same && axis < one.rank(); axis++) {
            Dimension mine = one.dimension(axis);
            Dimension theirs = other.dimension(axis);
            same = mine.isFree() || theirs.isFree() || mine.size() == theirs.size();
        }
        return same;
    }

    private static Shape narrower(Shape one, Shape other) {
        if (!one.isRankKnown() || !other.isRankKnown()) {
            return one.isRankKnown() ? one : other;
        }
        List<Dimension> dimensions = new ArrayList<>();
        for (int axis = 0; axis < one.rank(); axis++) {
            dimensions.add(
                    one.dimension(axis).isFree() && !other.dimension(axis).isFree()
                            ? other.dimension(axis)
                            : one.dimension(axis));
        }
        return Shape.of(dimensions);
    }

    static void requireMean(String place, TensorSpec spec) {
        if (spec.elementType() != ElementType.FLOAT32 && spec.elementType() != ElementType.FLOAT64) {
            throw new InvalidInputException(place + ": a mean is of " + ElementType.FLOAT32 + " or "
                    + ElementType.FLOAT64 + "; got '" + spec + "'. Labels are put to the vote");
        }
    }

    static void requireVote(String place, TensorSpec spec) {
        if (spec.elementType().isFloatingPoint()) {
            throw new InvalidInputException(place + ": a vote is on labels: integers, booleans or strings; got '" + spec
                    + "'. Scores are averaged");
        }
    }

    /** The mean of each element. */
    static Tensor mean(String place, List<Tensor> members) {
        requireSameShape(place, members);
        Tensor first = members.get(0);
        boolean wide = first.elementType() == ElementType.FLOAT64;
        double[] sums = new double[(int) first.elementCount()];
        for (Tensor member : members) {
            ByteBuffer values = member.buffer();
            for (int i = 0; i < sums.length; i++) {
                sums[i] += wide ? values.getDouble(i * Double.BYTES) : values.getFloat(i * Float.BYTES);
            }
        }
        ByteBuffer means = ByteBuffer.allocate((int) first.byteSize()).order(ByteOrder.nativeOrder());
        for (double sum : sums) {
            double mean = sum / members.size();
            if (wide) {
                means.putDouble(mean);
            } else {
                means.putFloat((float) mean);
            }
        }
        return Tensor.wrap(first.elementType(), means.flip(), first.shape());
    }

    /** What most members say of each element; of labels with equally many votes, the one that an earlier member gave. */
    static Tensor vote(String place, List<Tensor> members) {
        requireSameShape(place, members);
        Tensor first = members.get(0);
        int count = (int) first.elementCount();
        int[] winners = new int[count];
        for (int i = 0; i < count; i++) {
            winners[i] = winner(members, i);
        }
        if (first.elementType() == ElementType.STRING) {
            String[] labels = new String[count];
            for (int i = 0; i < count; i++) {
                labels[i] = (String) members.get(winners[i]).element(i);
            }
            return Tensor.of(labels, first.shape());
        }
        int size = first.elementType().byteSize();
        ByteBuffer labels = ByteBuffer.allocate(count * size).order(ByteOrder.nativeOrder());
        List<ByteBuffer> values = members.stream().map(Tensor::buffer).toList();
        for (int i = 0; i < count; i++) {
            labels.put(i * size, values.get(winners[i]), i * size, size);
        }
        return Tensor.wrap(first.elementType(), labels, first.shape());
    }

    private static int winner(List<Tensor> members, int element) {
        Map<Object, Integer> votes = new HashMap<>();
        for (Tensor member : members) {
            votes.merge(member.element(element), 1, Integer::sum);
        }
        int winner = 0;
        for (int i = 1; i < members.size(); i++) {
            if (votes(votes, members.get(i), element) > votes(votes, members.get(winner), element)) {
                winner = i;
            }
        }
        return winner;
    }

    private static int votes(Map<Object, Integer> votes, Tensor member, int element) {
        return votes.getOrDefault(member.element(element), 0);
    }

    private static void requireSameShape(String place, List<Tensor> members) {
        long[] shape = members.get(0).shape();
        for (Tensor member : members) {
            if (!Arrays.equals(member.shape(), shape)) {
                throw new EngineException(place + ": the members of an ensemble give tensors of one shape; got "
                        + Arrays.toString(shape) + " and " + Arrays.toString(member.shape())
                        + ". Declare fixed dimensions to find that out when the pipeline is built");
            }
        }
    }
}
