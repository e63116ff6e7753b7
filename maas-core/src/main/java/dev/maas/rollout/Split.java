package dev.maas.rollout;

import dev.maas.CallOptions;
import dev.maas.InvalidInputException;
import dev.maas.Predictor;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.LongAdder;

/**
 * Divides calls among predictors by weight.
 *
 * <pre>{@code
 * Predictor<String, Verdict> split = Split.<String, Verdict>builder()
 *         .add("linear", service.predictor("topics:1", String.class, Verdict.class), 0.9)
 *         .add("tree", service.predictor("topics:2", String.class, Verdict.class), 0.1)
 *         .build();
 * split.predict(text, CallOptions.none().withRoutingKey(customer));
 * }</pre>
 *
 * <p>Calls with the same routing key take the same branch, in every process and after a restart, as long as the weights stay the same; if
 * they change, only as many keys move as must. Calls without one are divided at random. A list takes one branch as a whole.
 *
 * <p>Immutable but for its counters, and safe for use by any thread.
 */
public final class Split<I, O> implements Predictor<I, O> {
    private final List<Branch<I, O>> branches;
    private final Buckets buckets;

    private Split(List<Branch<I, O>> branches, Buckets buckets) {
        this.branches = branches;
        this.buckets = buckets;
    }

    private record Branch<I, O>(String name, Predictor<I, O> predictor, double upTo, LongAdder calls) {}

    /** Returns a builder without branches. */
    public static <I, O> Builder<I, O> builder() {
        return new Builder<>();
    }

    private Predictor<I, O> choose(CallOptions options) {
        double point = buckets.point(options);
        Branch<I, O> chosen = branches.get(branches.size() - 1);
        for (Branch<I, O> branch : branches) {
            if (point < branch.upTo) {
                chosen = branch;
                break;
            }
        }
        chosen.calls.increment();
        return chosen.predictor;
    }

    @Override
    public O predict(I input) {
        return predict(input, CallOptions.none());
    }

    @Override
    public O predict(I input, CallOptions options) {
        return choose(options).predict(input, options);
    }

    @Override
    public List<O> predictAll(List<? extends I> inputs, CallOptions options) {
        return choose(options).predictAll(inputs, options);
    }

    @Override
    public CompletableFuture<O> predictAsync(I input, CallOptions options) {
        return choose(options).predictAsync(input, options);
    }

    /** Returns how many calls each branch got so far, by its name. */
    public Map<String, Long> calls() {
        Map<String, Long> calls = new LinkedHashMap<>();
        branches.forEach(branch -> calls.put(branch.name, branch.calls.sum()));
        return Collections.unmodifiableMap(calls);
    }

    @Override
    public String toString() {
        return "Split" + calls();
    }

    /** Puts a split together. Not safe for use by several threads. */
    public static final class Builder<I, O> {
        private final Map<String, Predictor<I, O>> predictors = new LinkedHashMap<>();
        private final List<Double> weights = new ArrayList<>();
        private String salt = "";

        private Builder() {}

        /**
         * Adds a branch.
         *
         * @param name what its calls are counted under
         * @param weight its part of the calls, in the measure of the other weights
         * @throws InvalidInputException if the name was given before, or the weight is negative or no finite number
         */
        public Builder<I, O> add(String name, Predictor<I, O> predictor, double weight) {
            if (!(weight >= 0 && weight <= Double.MAX_VALUE)) {
                throw new InvalidInputException("A weight is a number from 0; got " + weight + " for '" + name + "'");
            }
            if (predictors.putIfAbsent(name, predictor) != null) {
                throw new InvalidInputException("Each branch has a name of its own; got '" + name + "' twice");
            }
            weights.add(weight);
            return this;
        }

        /** Lets routing keys fall otherwise than in splits and canaries with another salt, so that one in another divides all keys. */
        public Builder<I, O> salt(String newSalt) {
            salt = newSalt;
            return this;
        }

        /**
         * Returns the split.
         *
         * @throws InvalidInputException if no branch has any weight
         */
        public Split<I, O> build() {
            double total = weights.stream().mapToDouble(Double::doubleValue).sum();
            if (!(total > 0 && total <= Double.MAX_VALUE)) {
                throw new InvalidInputException("The weights of a split come to a number above 0; got " + weights);
            }
            List<Branch<I, O>> branches = new ArrayList<>();
            double sum = 0;
            int place = 0;
            for (Map.Entry<String, Predictor<I, O>> entry : predictors.entrySet()) {
                double weight = weights.get(place++);
                sum += weight;
                if (weight > 0) {
                    branches.add(new Branch<>(entry.getKey(), entry.getValue(), sum / total, new LongAdder()));
                }
            }
            return new Split<>(List.copyOf(branches), new Buckets(salt));
        }
    }
}
