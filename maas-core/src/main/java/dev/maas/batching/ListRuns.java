package dev.maas.batching;

import dev.maas.InvalidInputException;
import dev.maas.bind.Binding;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Runs the values of one list: cut into pieces of like shapes, as large as the model profits from, of which the calling thread runs
 * one after the other, while free slots run others.
 *
 * <p>Made for one list and used by one thread.
 */
final class ListRuns<I, O> {
    private final Binding<I, O> binding;
    private final List<? extends I> inputs;
    private final @Nullable Object[] results;
    private final Deque<CompletableFuture<?>> underWay = new ArrayDeque<>();

    ListRuns(Binding<I, O> binding, List<? extends I> inputs) {
        this.binding = binding;
        this.inputs = inputs;
        this.results = new Object[inputs.size()];
    }

    /** The places of the list whose values have the same shapes. */
    private static final class Group {
        private final long[][] shapes;
        private final List<Integer> places = new ArrayList<>();

        Group(long[][] shapes) {
            this.shapes = shapes;
        }
    }

    /**
     * Runs all of it.
     *
     * @param helpers how many pieces may run in other threads at a time
     * @param pieceSize the rows that a piece of given shapes should have at present
     * @param here runs a piece in the calling thread
     * @param elsewhere starts a piece in another thread
     */
    List<O> run(
            int helpers,
            Function<long[][], Integer> pieceSize,
            Function<Call.Rows, @Nullable RuntimeException> here,
            Function<Call.Rows, CompletableFuture<?>> elsewhere) {
        try {
            for (Group group : groups()) {
                int done = 0;
                while (done < group.places.size()) {
                    done = runPiece(group, done, helpers, pieceSize.apply(group.shapes), here, elsewhere);
                }
            }
            while (!underWay.isEmpty()) {
                join(underWay.removeFirst());
            }
        } finally {
            underWay.forEach(piece -> piece.cancel(true));
        }
        @SuppressWarnings("unchecked") // Only the binding's own results are in the array.
        List<O> typed = (List<O>) Arrays.asList(results);
        return Collections.unmodifiableList(typed);
    }

    private int runPiece(
            Group group,
            int from,
            int helpers,
            int size,
            Function<Call.Rows, @Nullable RuntimeException> here,
            Function<Call.Rows, CompletableFuture<?>> elsewhere) {
        int to = Math.min(group.places.size(), from + size);
        int[] places = group.places.subList(from, to).stream()
                .mapToInt(Integer::intValue)
                .toArray();
        ListRows<I, O> piece = new ListRows<>(binding, inputs, places, group.shapes, results);
        while (!underWay.isEmpty() && underWay.getFirst().isDone()) {
            join(underWay.removeFirst());
        }
        if (to < group.places.size() && underWay.size() < helpers) {
            underWay.addLast(elsewhere.apply(piece));
        } else {
            RuntimeException failure = here.apply(piece);
            if (failure != null) {
                throw failure;
            }
        }
        return to;
    }

    private static void join(CompletableFuture<?> piece) {
        try {
            piece.join();
        } catch (CompletionException e) {
            throw e.getCause() instanceof RuntimeException cause ? cause : e;
        }
    }

    private List<Group> groups() {
        List<Group> groups = new ArrayList<>();
        for (int place = 0; place < inputs.size(); place++) {
            long[][] shapes = shapesAt(place);
            Group group = find(groups, shapes);
            if (group == null) {
                group = new Group(shapes);
                groups.add(group);
            }
            group.places.add(place);
        }
        return groups;
    }

    private long[][] shapesAt(int place) {
        try {
            return binding.shapes(inputs.get(place));
        } catch (InvalidInputException e) {
            throw at(place, e);
        }
    }

    static InvalidInputException at(int place, InvalidInputException cause) {
        return new InvalidInputException("Input " + place + " of the list: " + cause.getMessage(), cause);
    }

    private @Nullable Group find(List<Group> groups, long[][] shapes) {
        // Newest first: neighbours in a list are often alike.
        for (int i = groups.size() - 1; i >= 0; i--) {
            Group group = groups.get(i);
            if (group.shapes == shapes || Arrays.deepEquals(group.shapes, shapes)) {
                return group;
            }
        }
        return null;
    }
}
