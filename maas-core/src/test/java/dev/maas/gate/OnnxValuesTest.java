package dev.maas.gate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.maas.ModelLoadException;
import dev.maas.tensor.ElementType;
import dev.maas.tensor.MapSpec;
import dev.maas.tensor.SequenceSpec;
import dev.maas.tensor.Shape;
import dev.maas.tensor.Tensor;
import dev.maas.tensor.TensorSpec;
import dev.maas.tensor.ValueSpec;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class OnnxValuesTest {
    private static OnnxModel.Value declared(ValueSpec spec) {
        return new OnnxModel.Value("v", "some type", false, Optional.of(spec));
    }

    private static TensorSpec tensorOf(ElementType type) {
        return new TensorSpec("v", type, Shape.unknown());
    }

    private static Object there(ValueSpec spec, Object value) {
        return OnnxValues.read("v.pb", OnnxValues.write(declared(spec), value), declared(spec));
    }

    private static Tensor read(WireWriter message) {
        return (Tensor) OnnxValues.read("v.pb", message.toBytes(), declared(tensorOf(ElementType.FLOAT32)));
    }

    @ParameterizedTest
    @EnumSource(ElementType.class)
    void tensorsOfEveryTypeComeBack(ElementType type) {
        Tensor tensor = example(type);

        assertThat(there(tensorOf(type), tensor)).isEqualTo(tensor);
    }

    private static Tensor example(ElementType type) {
        if (type == ElementType.STRING) {
            return Tensor.of(new String[] {"", "größe", "大😀"}, 3, 1);
        }
        ByteBuffer bytes = ByteBuffer.allocate(6 * type.byteSize()).order(ByteOrder.nativeOrder());
        for (int i = 0; i < bytes.capacity(); i++) {
            bytes.put(i, type == ElementType.BOOL ? (byte) (i % 2) : (byte) (37 * i - 100));
        }
        return Tensor.of(type, bytes, 2, 3);
    }

    @Test
    void scalarsAndEmptyTensorsComeBack() {
        assertThat(there(tensorOf(ElementType.INT64), Tensor.scalar(-5L))).isEqualTo(Tensor.scalar(-5L));
        Tensor empty = Tensor.of(new float[0], 2, 0, 3);
        assertThat(there(tensorOf(ElementType.FLOAT32), empty)).isEqualTo(empty);
    }

    @Test
    void sequencesAndMapsComeBack() {
        ValueSpec tensors = new SequenceSpec("v", tensorOf(ElementType.INT64));
        List<Tensor> list = List.of(Tensor.of(new long[] {1, 2}), Tensor.of(new long[0]));
        assertThat(there(tensors, list)).isEqualTo(list);
        assertThat(there(tensors, List.of())).isEqualTo(List.of());

        ValueSpec numbered = new SequenceSpec("v", new MapSpec("", ElementType.INT64, ElementType.FLOAT32));
        List<Map<Long, Float>> maps = List.of(Map.of(0L, 0.25f, 7L, 0.75f), Map.of());
        assertThat(there(numbered, maps)).isEqualTo(maps);

        ValueSpec named = new MapSpec("v", ElementType.STRING, ElementType.STRING);
        assertThat(there(named, Map.of("a", "b"))).isEqualTo(Map.of("a", "b"));

        ValueSpec nested = new SequenceSpec("v", tensors);
        assertThat(there(nested, List.of(list, list))).isEqualTo(List.of(list, list));
    }

    @Test
    void optionalValuesComeBackAsWhatTheyHold() {
        OnnxModel.Value declared = new OnnxModel.Value(
                "v",
                "optional(seq(tensor(int64)))",
                false,
                Optional.of(new SequenceSpec("v", tensorOf(ElementType.INT64))));
        List<Tensor> list = List.of(Tensor.scalar(3L));

        assertThat(OnnxValues.read("v.pb", OnnxValues.write(declared, list), declared))
                .isEqualTo(list);
        assertThatThrownBy(() ->
                        OnnxValues.read("v.pb", new WireWriter().integer(2, 1).toBytes(), declared))
                .isInstanceOf(ModelLoadException.class)
                .hasMessageContaining("it is absent");
    }

    /** Maas writes raw data; other writers leave values in the field of their type, alone or packed. */
    @ParameterizedTest
    @CsvSource({
        "080310012208 0000803f 00000040, false, ",
        "08021001 2208 0000803f 00000040, true, 'float32[2] {1.0, 2.0}'",
        "08021006 2a0b feffffffffffffffff01 07, true, 'int32[2] {-2, 7}'",
        "08021003 2a0b feffffffffffffffff01 07, true, 'int8[2] {-2, 7}'",
        "08021004 2a04 ffff03 07, true, 'uint16[2] {65535, 7}'",
        "08021009 2a02 0001, true, 'bool[2] {false, true}'",
        "0802100a 2a05 8078 808001, true, 'float16[2] {1.0, 2.0}'",
        "08011007 380b, true, int64[1] {11}",
        "0802100d 5a0b ffffffffffffffffff01 07, true, 'uint64[2] {18446744073709551615, 7}'",
        "0801100b 5208 000000000000f03f, true, float64[1] {1.0}",
        "1001 25 0000803f, true, float32[] {1.0}",
        "08021008 3201 61 3200, true, 'string[2] {a, }'",
    })
    void readsValuesInTypedFields(String hex, boolean sound, String text) {
        byte[] bytes = HexFormat.of().parseHex(hex.replace(" ", ""));
        OnnxModel.Value declared = declared(tensorOf(ElementType.FLOAT32));
        if (sound) {
            assertThat(OnnxValues.read("v.pb", bytes, declared)).hasToString(text);
        } else {
            assertThatThrownBy(() -> OnnxValues.read("v.pb", bytes, declared)).isInstanceOf(ModelLoadException.class);
        }
    }

    @Test
    void unsoundTensorsAreRefused() {
        WireWriter shape = new WireWriter().integer(1, 2);
        assertRefused(new WireWriter().integer(1, -1).integer(2, 1), "its dimensions are");
        assertRefused(new WireWriter().integer(1, 2).integer(2, 99), "the unknown type 99");
        assertRefused(new WireWriter().integer(1, 2).integer(2, 17).bytes(9, new byte[2]), "float8e4m3fn, which maas");
        assertRefused(
                new WireWriter().integer(1, 2).integer(2, 1).bytes(9, new byte[7]),
                "2 elements of 4 bytes; got 7 bytes");
        assertRefused(
                new WireWriter()
                        .integer(1, 1L << 62)
                        .integer(1, 4)
                        .integer(2, 1)
                        .bytes(9, new byte[8]),
                "more elements than any tensor");
        assertRefused(new WireWriter().integer(2, 1).integer(14, 1), "in another file");
        assertRefused(new WireWriter().integer(2, 1).integer(5, 7), "has its values in int32_data");
        assertRefused(new WireWriter().integer(2, 1).integer(5, 7).integer(7, 7), "in int32_data and in int64_data");
        assertRefused(shape.integer(2, 8).text(6, "one"), "holds 2 elements; got 1");
    }

    private static void assertRefused(WireWriter message, String reason) {
        assertThatThrownBy(() -> read(message))
                .isInstanceOf(ModelLoadException.class)
                .hasMessageContaining("'v.pb' is not a sound some type")
                .hasMessageContaining(reason);
    }

    @Test
    void mapsHaveAValueForEachKey() {
        OnnxModel.Value declared = declared(new MapSpec("v", ElementType.INT64, ElementType.FLOAT32));
        WireWriter values = new WireWriter()
                .message(3, new WireWriter().integer(1, 1).integer(2, 1).bytes(9, new byte[4]));
        byte[] bytes =
                new WireWriter().integer(3, 1).integer(3, 2).message(5, values).toBytes();

        assertThatThrownBy(() -> OnnxValues.read("v.pb", bytes, declared))
                .hasMessageContaining("a map has 2 keys and 1 values");
    }

    @Test
    void valuesOfAnotherTypeAreNotWritten() {
        OnnxModel.Value declared = declared(tensorOf(ElementType.INT64));

        assertThatThrownBy(() -> OnnxValues.write(declared, Tensor.scalar(1f)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("Expected int64[unknown rank]; got float32[] {1.0}");
        assertThatThrownBy(() -> OnnxValues.write(declared, List.of())).isInstanceOf(IllegalArgumentException.class);
    }
}
