package dev.maas.registry;

import static dev.maas.registry.TestModels.model;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.maas.IntegrityException;
import dev.maas.Lineage;
import dev.maas.ModelMetadata;
import dev.maas.VersionUpdate;
import dev.maas.registry.format.CanonicalJson;
import dev.maas.registry.format.Sha256;
import dev.maas.registry.format.StrictJson;
import dev.maas.registry.store.ObjectStore;
import dev.maas.registry.store.TestStores;
import dev.maas.registry.store.WrongBytesException;
import dev.maas.tensor.Dimension;
import dev.maas.tensor.ElementType;
import dev.maas.tensor.Shape;
import dev.maas.tensor.Signature;
import dev.maas.tensor.TensorSpec;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What is written reads back as it was. */
class CodecTest {
    private static final String HEX = Sha256.hex(new byte[] {7});

    private static final List<ElementType> TYPES = List.of(ElementType.values());

    private static String text(Random random) {
        String alphabet = "ab \"\\\n\t\u0000\u001f\u007fé€\u2028\uD83D\uDE00{}[]:,/";
        StringBuilder text = new StringBuilder();
        for (int i = random.nextInt(12); i >= 0; i--) {
            int at = alphabet.offsetByCodePoints(0, random.nextInt(alphabet.codePointCount(0, alphabet.length())));
            text.appendCodePoint(alphabet.codePointAt(at));
        }
        return text.toString();
    }

    private static Facts facts(long seed) {
        Random random = new Random(seed);
        List<TensorSpec> inputs = new ArrayList<>();
        for (int i = random.nextInt(4); i >= 0; i--) {
            List<Dimension> dimensions = new ArrayList<>();
            for (int d = random.nextInt(4); d > 0; d--) {
                dimensions.add(
                        switch (random.nextInt(3)) {
                            case 0 -> Dimension.free();
                            case 1 -> Dimension.free("d" + text(random));
                            default -> Dimension.fixed(random.nextInt(1 << 20));
                        });
            }
            ElementType type = TYPES.get(random.nextInt(TYPES.size()));
            Shape shape = random.nextInt(5) == 0 ? Shape.unknown() : Shape.of(dimensions);
            inputs.add(new TensorSpec(i + text(random), type, shape));
        }
        ModelMetadata.Builder metadata = ModelMetadata.builder().description(text(random));
        Lineage lineage = Lineage.unknown();
        for (int i = random.nextInt(4); i > 0; i--) {
            metadata.tag("t" + text(random))
                    .property(text(random), text(random))
                    .columns(text(random), List.of("a" + i, "b" + text(random)));
            double value = Double.longBitsToDouble(random.nextLong());
            lineage = lineage.withMetric(text(random), Double.isFinite(value) ? value : 0.5)
                    .withProducer(text(random))
                    .withParentVersion(i);
        }
        metadata.lineage(lineage);
        if (random.nextBoolean()) {
            metadata.semanticVersion(random.nextInt(9) + ".2.3-rc." + random.nextInt(9))
                    .engine("djl");
        }
        return new Facts("model.onnx", Signature.of(inputs, inputs), metadata.build());
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 100, 200, 300})
    void factsComeBack(int first) {
        for (long seed = first; seed < first + 100; seed++) {
            Facts facts = facts(seed);
            byte[] written = CanonicalJson.bytes(FactsJson.write(facts));
            Facts read = FactsJson.read(StrictJson.object(written, "It"), "It");
            assertThat(read).as("seed %s", seed).isEqualTo(facts);
            assertThat(CanonicalJson.bytes(FactsJson.write(read))).isEqualTo(written);
        }
    }

    static Stream<Change> changes() {
        Facts facts = facts(3);
        String factsHex = Sha256.hex(CanonicalJson.bytes(FactsJson.write(facts)));
        return Stream.of(
                new Change.Publish(
                        7,
                        HEX,
                        123,
                        facts,
                        factsHex,
                        List.of(HEX, HEX),
                        List.of("champion", "x"),
                        List.of(new Change.Attach(7, "a/b", HEX, List.of(HEX)))),
                new Change.Publish(1, HEX, 0, facts, factsHex, List.of(), List.of(), List.of()),
                new Change.Alias("champion", 7),
                new Change.Alias("champion", 0),
                new Change.Tag(7, List.of("a", "b"), Map.of("k", "v"), "text\n\u2028"),
                new Change.Tag(7, List.of(), Map.of(), ""),
                new Change.Life("yank", 7, Optional.empty()),
                new Change.Life("unyank", 7, Optional.empty()),
                new Change.Life("delete", 7, Optional.of(Instant.parse("2026-01-01T00:00:00.123Z"))),
                new Change.Life("restore", 7, Optional.empty()),
                new Change.Life("purge", 7, Optional.empty()),
                new Change.Attach(7, "application/json", HEX, List.of(HEX)));
    }

    @ParameterizedTest
    @MethodSource("changes")
    void entriesComeBackAndEveryFlippedBitShows(Change change) {
        LogEntry entry = new LogEntry(
                "spam",
                9,
                HEX,
                "c0ffee",
                Instant.parse("2026-01-01T00:00:00.001Z"),
                "ann é",
                "because \"of\"",
                Optional.of(new LogEntry.CheckpointRef(8, HEX)),
                change);
        byte[] written = LogJson.write(entry);
        assertThat(LogJson.read(written, "spam", 9)).isEqualTo(entry);
        assertThat(entry.event().sequence()).isEqualTo(9);
        for (int bit = 0; bit < 8 * written.length; bit += 13) {
            byte[] flipped = written.clone();
            flipped[bit / 8] ^= (byte) (1 << (bit % 8));
            assertThatThrownBy(() -> LogJson.read(flipped, "spam", 9))
                    .as("bit %s", bit)
                    .isInstanceOf(IntegrityException.class);
        }
    }

    @Test
    void aCheckpointHoldsAllThatTheLogSays() {
        ObjectStore store = TestStores.memory(Clock.systemUTC());
        try (ManagedRegistry registry = Registries.open(new UnclosedStore(store), TestModels.OPTIONS)) {
            registry.publish(model("spam", "a")
                    .semanticVersion("1.0.0")
                    .columns("text", List.of("c"))
                    .alias("x"));
            registry.publish(model("spam", "b").tag("t").alias("champion"));
            registry.publish(model("spam", "c"));
            registry.publish(model("spam", "d"));
            registry.attach(registry.resolve("spam:1"), "application/json", new byte[] {1});
            registry.update(VersionUpdate.edit("spam", 2).tag("u").property("k", "v"));
            registry.update(VersionUpdate.yank("spam", 3));
            registry.update(VersionUpdate.delete("spam", 4));
            registry.alias("spam", "champion", 1);
        }
        LogReader logs = new LogReader(new StoreReader(store));
        ModelState replayed = logs.replay("spam");

        byte[] written = Checkpoint.write(replayed);
        ModelState read = Checkpoint.read(written, "spam", replayed.sequence());

        assertThat(Checkpoint.write(read)).isEqualTo(written);
        assertThat(read.head()).isEqualTo(replayed.head());
        assertThat(read.aliases()).isEqualTo(replayed.aliases());
        assertThat(read.aliasChanges()).isEqualTo(replayed.aliasChanges());
        for (int number = 1; number <= 4; number++) {
            VersionState before = replayed.version(number).orElseThrow();
            VersionState after = read.version(number).orElseThrow();
            assertThat(after.version).isEqualTo(before.version);
            assertThat(after.factsHex).isEqualTo(before.factsHex);
            assertThat(after.blobs).isEqualTo(before.blobs);
            assertThat(after.attachments).isEqualTo(before.attachments);
            assertThat(after.deletedUntil).isEqualTo(before.deletedUntil);
            assertThat(after.isOffered()).isEqualTo(before.isOffered());
        }
        assertThatThrownBy(() -> Checkpoint.read(written, "ham", replayed.sequence()))
                .isInstanceOf(IntegrityException.class);
        assertThatThrownBy(() -> Checkpoint.read(written, "spam", 3)).isInstanceOf(IntegrityException.class);
    }

    private static InputStream verifying(String actual, String expected) {
        byte[] right = expected.getBytes(StandardCharsets.UTF_8);
        return new VerifyingInputStream(
                new ByteArrayInputStream(actual.getBytes(StandardCharsets.UTF_8)),
                "It",
                right.length,
                Sha256.hex(right));
    }

    @Test
    void aVerifiedStreamDeliversTheRightBytes() throws IOException {
        assertThat(verifying("hello", "hello").readAllBytes()).asString().isEqualTo("hello");
        assertThat(verifying("", "").readAllBytes()).isEmpty();
        try (InputStream skipped = verifying("hello", "hello")) {
            assertThat(skipped.skip(2)).isEqualTo(2);
            assertThat(skipped.readAllBytes()).asString().isEqualTo("llo");
            assertThat(skipped.read()).isEqualTo(-1);
        }
        try (InputStream single = verifying("hi", "hi")) {
            assertThat(single.read()).isEqualTo('h');
            assertThat(single.read()).isEqualTo('i');
            assertThat(single.read()).isEqualTo(-1);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"hellO", "hell", "hello!", "", "hello hello"})
    void aVerifiedStreamNeverDeliversTheLastOfWrongBytes(String wrong) {
        assertThatThrownBy(() -> verifying(wrong, "hello").readAllBytes()).isInstanceOf(WrongBytesException.class);
        InputStream single = verifying(wrong, "hello");
        assertThatThrownBy(() -> {
                    for (int i = 0; i < 6; i++) {
                        single.read();
                    }
                })
                .as("one byte at a time, and one beyond the last")
                .isInstanceOf(IOException.class);
    }

    @Test
    void aBrokenStreamIsNotTakenForWrongBytes() {
        InputStream broken = new VerifyingInputStream(
                new InputStream() {
                    @Override
                    public int read() throws IOException {
                        throw new IOException("cable");
                    }

                    @Override
                    public int read(byte[] bytes, int offset, int length) throws IOException {
                        throw new IOException("cable");
                    }
                },
                "It",
                5,
                HEX);
        assertThatThrownBy(broken::readAllBytes)
                .isInstanceOf(IOException.class)
                .isNotInstanceOf(WrongBytesException.class)
                .hasMessage("cable");
    }
}
