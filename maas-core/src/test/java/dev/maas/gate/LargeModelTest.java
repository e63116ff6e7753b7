package dev.maas.gate;

import static dev.maas.gate.RawModel.FLOAT;
import static dev.maas.gate.RawModel.tensor;
import static dev.maas.gate.RawModel.tensorType;
import static dev.maas.gate.RawModel.value;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.maas.ModelLoadException;
import dev.maas.ModelSource;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Models larger than memory: the test's heap has one gigabyte. */
class LargeModelTest {
    private static final long GIGABYTE = 1L << 30;

    /** A model with weights of that many zero bytes, which exist only while they are read. */
    private static final class Zeros implements ModelSource {
        private final byte[] head;
        private final long zeros;
        private final byte[] tail;
        private final boolean skips;
        private long read;

        Zeros(long zeros, boolean skips) {
            this.zeros = zeros;
            this.skips = skips;
            // raw_data comes last in its tensor, the tensor last in its graph; the model goes on after it.
            byte[] weight = tensor("w", FLOAT, zeros / 4).toBytes();
            byte[] rawTag = lengthOf(9, zeros);
            long tensorBytes = weight.length + rawTag.length + zeros;
            byte[] graph = RawModel.add().graph().toBytes();
            byte[] initializerTag = lengthOf(5, tensorBytes);
            ByteArrayOutputStream out = new ByteArrayOutputStream();
            out.writeBytes(new WireWriter().integer(1, 8).toBytes());
            out.writeBytes(lengthOf(7, graph.length + initializerTag.length + tensorBytes));
            out.writeBytes(graph);
            out.writeBytes(initializerTag);
            out.writeBytes(weight);
            out.writeBytes(rawTag);
            this.head = out.toByteArray();
            this.tail =
                    new WireWriter().message(8, RawModel.operatorSet("", 17)).toBytes();
        }

        private static byte[] lengthOf(int field, long length) {
            // An integer field is written as its tag and the number; only the wire type in the tag differs.
            byte[] bytes = new WireWriter().integer(field, length).toBytes();
            bytes[0] |= 2;
            return bytes;
        }

        @Override
        public String entry() {
            return "model.onnx";
        }

        @Override
        public Set<String> files() {
            return Set.of("model.onnx");
        }

        @Override
        public long size(String file) {
            return head.length + zeros + tail.length;
        }

        @Override
        public InputStream open(String file) {
            InputStream middle = new InputStream() {
                private long left = zeros;

                @Override
                public int read() {
                    return left-- > 0 ? 0 : -1;
                }

                @Override
                public int read(byte[] target, int offset, int length) {
                    int count = (int) Math.min(left, length);
                    left -= count;
                    read += count;
                    return count == 0 && length > 0 ? -1 : count;
                }

                @Override
                public long skip(long count) throws IOException {
                    if (!skips) {
                        return super.skip(count);
                    }
                    long skipped = Math.min(left, count);
                    left -= skipped;
                    return skipped;
                }
            };
            return new Parts(List.of(new ByteArrayInputStream(head), middle, new ByteArrayInputStream(tail)));
        }

        @Override
        public Optional<Path> path(String file) {
            return Optional.empty();
        }

        @Override
        public Optional<Path> folder() {
            return Optional.empty();
        }
    }

    /** Like {@link SequenceInputStream}, but it lets each part skip. */
    private static final class Parts extends InputStream {
        private final List<InputStream> parts;
        private int present;

        Parts(List<InputStream> parts) {
            this.parts = parts;
        }

        @Override
        public int read() throws IOException {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
        }

        @Override
        public int read(byte[] target, int offset, int length) throws IOException {
            while (present < parts.size()) {
                int count = parts.get(present).read(target, offset, length);
                if (count > 0) {
                    return count;
                }
                present++;
            }
            return -1;
        }

        @Override
        public long skip(long count) throws IOException {
            return present < parts.size() ? parts.get(present).skip(count) : 0;
        }
    }

    private static final GateLimits LARGE =
            GateLimits.builder().modelBytes(64 * GIGABYTE).build();

    @Test
    @Timeout(value = 10, unit = TimeUnit.SECONDS)
    void weightsArePassedOverWithoutBeingRead() {
        Zeros source = new Zeros(10 * GIGABYTE, true);

        OnnxModel model = new ModelGate(LARGE).inspect(source).onnx().orElseThrow();

        assertThat(model.initializerBytes()).isEqualTo(10 * GIGABYTE);
        assertThat(model.operatorSets()).containsKey("ai.onnx");
        assertThat(source.read).isLessThan(1 << 20);
    }

    @Test
    void weightsThatCannotBeSkippedAreReadInPieces() {
        OnnxModel model = new ModelGate()
                .inspect(new Zeros(GIGABYTE + GIGABYTE / 2, false))
                .onnx()
                .orElseThrow();

        assertThat(model.initializerBytes()).isEqualTo(GIGABYTE + GIGABYTE / 2);
    }

    @Test
    void whatProtobufCannotHoldIsRefusedAtOnce() {
        assertThatThrownBy(() -> new ModelGate().inspect(new Zeros(2 * GIGABYTE, true)))
                .isInstanceOf(ModelLoadException.class)
                .hasMessageContaining("the gate's limit is 2147483647");
    }

    @Test
    @Timeout(value = 30, unit = TimeUnit.SECONDS)
    void aGraphOfManyNodesTakesLittleTime() {
        RawModel model =
                new RawModel().input(value("x", tensorType(FLOAT, 1))).output(value("t9999", tensorType(FLOAT, 1)));
        for (int i = 0; i < 100_000; i++) {
            model.node(RawModel.node("Add", List.of(i == 0 ? "x" : "t" + (i - 1), "x"), List.of("t" + i)));
        }

        assertThat(new ModelGate().inspect(model.source()).onnx().orElseThrow().nodes())
                .isEqualTo(100_000);
    }

    /** Every edge of the nodes left over would be walked for every node left over, were the search for the circle naive. */
    @Test
    @Timeout(value = 30, unit = TimeUnit.SECONDS)
    void aCircleIsFoundInTimeLinearInTheGraph() {
        RawModel model = new RawModel();
        List<String> many = Collections.nCopies(100_000, "start");
        model.node(RawModel.node("Source", List.of(), List.of("start")));
        model.node(RawModel.node("Hub", List.of("c999"), List.of("c0")));
        for (int i = 1; i < 1000; i++) {
            model.node(RawModel.node(
                    "Link", i == 500 ? concat(many, "c" + (i - 1)) : List.of("c" + (i - 1)), List.of("c" + i)));
        }
        model.output(value("c1", tensorType(FLOAT, 1)));

        assertThatThrownBy(() -> new ModelGate().inspect(model.source())).hasMessageContaining("a graph has no cycles");
    }

    private static List<String> concat(List<String> list, String last) {
        List<String> all = new java.util.ArrayList<>(list);
        all.add(last);
        return all;
    }
}
