package dev.maas.examples.text;

import dev.maas.InvalidInputException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * A data set of messages with their categories.
 *
 * <p>Immutable and safe for use by any thread. What depends on chance depends on the seed alone.
 */
public final class Messages {
    private static final String SAMPLES = "messages.tsv";

    private final List<Message> all;
    private final List<String> categories;

    private Messages(List<Message> all, List<String> categories) {
        this.all = all;
        this.categories = categories;
    }

    /**
     * Two parts of a data set, with the same categories in the same order.
     *
     * @param train to learn from
     * @param test to measure with
     */
    public record Split(Messages train, Messages test) {}

    /**
     * Returns a data set of these messages.
     *
     * @throws InvalidInputException if they have fewer than two categories, for then there is nothing to learn
     */
    public static Messages of(List<Message> messages) {
        List<String> categories = List.copyOf(
                new TreeSet<>(messages.stream().map(Message::category).toList()));
        if (categories.size() < 2) {
            throw new InvalidInputException("Expected messages of at least 2 categories; got " + categories);
        }
        return new Messages(List.copyOf(messages), categories);
    }

    /**
     * Reads a CSV or TSV file in UTF-8, with or without a first row that names its columns.
     *
     * @throws InvalidInputException if it cannot be read, or is not such a file
     */
    public static Messages read(Path file) {
        String name = String.valueOf(file.getFileName());
        try {
            return of(MessageFile.read(name, Files.readAllBytes(file)));
        } catch (IOException e) {
            throw new InvalidInputException("Cannot read '" + name + "': is it a file that you may read?", e);
        }
    }

    /** Returns the messages to a shop's customer service that come with this example; its README describes them. */
    public static Messages samples() {
        try (InputStream in = Objects.requireNonNull(Messages.class.getResourceAsStream(SAMPLES), SAMPLES)) {
            return of(MessageFile.read(SAMPLES, in.readAllBytes()));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Returns the messages in the order they came. */
    public List<Message> all() {
        return all;
    }

    /** Returns how many messages there are. */
    public int size() {
        return all.size();
    }

    /** Returns the categories in alphabetical order; a class's index is its place here. */
    public List<String> categories() {
        return categories;
    }

    /** Returns the number of a message's category. */
    int classOf(Message message) {
        return Collections.binarySearch(categories, message.category());
    }

    /**
     * Returns these messages with the categories of another set, for a test set in which one is missing.
     *
     * @throws InvalidInputException if one has a category that the other set lacks
     */
    public Messages withCategoriesOf(Messages other) {
        List<String> unknown = categories.stream()
                .filter(name -> !other.categories.contains(name))
                .toList();
        if (!unknown.isEmpty()) {
            throw new InvalidInputException(
                    "Expected only the categories of the training messages; there is none named " + unknown);
        }
        return new Messages(all, other.categories);
    }

    /** Splits the messages so that each category gives the same share to the test part. */
    public Split split(double testShare, long seed) {
        return part(0, testShare, seed);
    }

    /** Returns these messages, or so many of them with the same share of each category if there are more. */
    Messages sample(int atMost, long seed) {
        return size() <= atMost ? this : part(0, atMost / (double) size(), seed).test();
    }

    /** Returns as many splits as there are folds; each message is in the test part of exactly one. */
    List<Split> folds(int count, long seed) {
        List<Split> folds = new ArrayList<>();
        for (int fold = 0; fold < count; fold++) {
            folds.add(part(fold / (double) count, (fold + 1) / (double) count, seed));
        }
        return folds;
    }

    /** Tests with those that stand between two marks, 0 to 1, in their category's shuffled list. */
    private Split part(double from, double to, long seed) {
        List<Message> train = new ArrayList<>();
        List<Message> test = new ArrayList<>();
        Random random = new Random(seed);
        for (List<Message> members : byCategory().values()) {
            Collections.shuffle(members, random);
            int begin = (int) Math.round(from * members.size());
            int end = (int) Math.round(to * members.size());
            test.addAll(members.subList(begin, end));
            train.addAll(members.subList(0, begin));
            train.addAll(members.subList(end, members.size()));
        }
        return new Split(new Messages(List.copyOf(train), categories), new Messages(List.copyOf(test), categories));
    }

    private Map<String, List<Message>> byCategory() {
        Map<String, List<Message>> groups = new TreeMap<>();
        for (Message message : all) {
            groups.computeIfAbsent(message.category(), name -> new ArrayList<>())
                    .add(message);
        }
        return groups;
    }

    /** Returns the SHA-256 of all texts and categories in their order, as {@code sha256:…}. */
    public String digest() {
        try {
            MessageDigest sha = MessageDigest.getInstance("SHA-256");
            for (Message message : all) {
                // Neither holds a tab or line end, so that this is one-to-one.
                sha.update((message.category() + "\t" + message.text() + "\n").getBytes(StandardCharsets.UTF_8));
            }
            return "sha256:" + HexFormat.of().formatHex(sha.digest());
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("Every Java platform has SHA-256", e);
        }
    }
}
