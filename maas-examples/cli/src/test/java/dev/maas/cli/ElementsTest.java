package dev.maas.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.gson.JsonArray;
import dev.maas.InvalidInputException;
import dev.maas.tensor.ElementType;
import dev.maas.tensor.Tensor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ElementsTest {
    private static Tensor read(ElementType type, String json) {
        Elements elements = new Elements(type, "The input 'x'");
        long[] shape = NestedJson.addAll(JsonText.parse(json, "The test"), elements, "The test");
        return elements.toTensor(shape);
    }

    private static JsonArray write(Tensor tensor) {
        return Elements.toJson(tensor, 0, tensor.elementCount());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "float32; [1.5, -0.0, 3.4028235E38, 1.4E-45]",
                "float32; [\"NaN\", \"Infinity\", \"-Infinity\"]",
                "float64; [1.5, 1.7976931348623157E308, 4.9E-324, \"NaN\"]",
                "float16; [65504.0, -1.5, \"Infinity\"]",
                "bfloat16; [1.0, -2.5, \"NaN\"]",
                "int8; [-128, 127]",
                "int16; [-32768, 32767]",
                "int32; [-2147483648, 2147483647]",
                "int64; [-9223372036854775808, 9223372036854775807]",
                "uint8; [0, 255]",
                "uint16; [0, 65535]",
                "uint32; [0, 4294967295]",
                "uint64; [0, 9223372036854775808, 18446744073709551615]",
                "bool; [true, false]",
                "string; [\"\", \"NaN\", \"\\u0000\", \"\\ud83d\\ude00\", \"<b>\"]",
                "float32; []",
            })
    void whatIsWrittenIsWhatWasRead(String type, String json) {
        Tensor tensor = read(ElementType.parse(type), json);

        Tensor again = read(ElementType.parse(type), JsonText.compact(write(tensor)));
        assertThat(again).isEqualTo(tensor);
        if (!type.equals("string")) {
            assertThat(JsonText.compact(write(tensor))).isEqualTo(json.replace(" ", ""));
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "float32; [1e39]; does not hold 1E+39",
                "float32; [\"nan\"]; got \"nan\"",
                "float32; [\"1.5\"]; got \"1.5\"",
                "float32; [null]; got null",
                "float32; [true]; got true",
                "float32; [{}]; got an object",
                "float64; [1e309]; does not hold",
                "float16; [65520]; does not hold 65520",
                "bfloat16; [3.4e38]; does not hold",
                "int8; [128]; does not hold 128",
                "int8; [-129]; does not hold -129",
                "int32; [1.5]; got 1.5",
                "int32; [\"NaN\"]; got \"NaN\"",
                "int32; [2147483648]; does not hold",
                "int64; [9223372036854775808]; does not hold",
                "int64; [1e19]; does not hold",
                "uint8; [-1]; does not hold -1",
                "uint8; [256]; does not hold 256",
                "uint64; [-1]; does not hold -1",
                "uint64; [18446744073709551616]; does not hold",
                "bool; [1]; got 1",
                "bool; [\"true\"]; got \"true\"",
                "string; [1]; got 1",
                "string; [[\"a\"], \"b\"]; not regular",
                "int32; [[1, 2], [3]]; not regular",
            })
    void whatTheTypeDoesNotHoldIsRefused(String type, String json, String message) {
        assertThatThrownBy(() -> read(ElementType.parse(type), json))
                .isInstanceOf(InvalidInputException.class)
                .hasMessageContaining(message);
    }

    @Test
    void wholeNumbersMayBeWrittenAsDoubles() {
        assertThat(read(ElementType.INT32, "[3.0, 3e2, -1E1]")).isEqualTo(Tensor.of(new int[] {3, 300, -10}));
        assertThatThrownBy(() -> read(ElementType.INT64, "[1e17]")).hasMessageContaining("does not hold");
    }

    @ParameterizedTest
    @CsvSource({
        "int64, 12x",
        "int64, ''",
        "float32, ''",
        "float32, 0x1p3",
        "float32, 1f",
        "bool, yes",
        "float32, Infinite"
    })
    void aCellOfTheWrongTypeIsRefusedWithItsPlace(String type, String cell) {
        Elements elements = new Elements(ElementType.parse(type), "The input 'x'");

        assertThatThrownBy(() -> elements.addText(cell, "line 7, column 'x'"))
                .isInstanceOf(InvalidInputException.class)
                .hasMessageContaining("takes " + type)
                .hasMessageEndingWith("on line 7, column 'x'");
    }

    @Test
    void cellsMayHaveBlanksAroundNumbersAndKeepThemInTexts() {
        Elements numbers = new Elements(ElementType.FLOAT32, "x");
        numbers.addText(" 1.5 ", "");
        numbers.addText("-Infinity", "");
        Elements texts = new Elements(ElementType.STRING, "x");
        texts.addText(" a ", "");
        Elements truths = new Elements(ElementType.BOOL, "x");
        truths.addText("TRUE", "");
        truths.addText("0", "");

        assertThat(numbers.toTensor(2)).isEqualTo(Tensor.of(new float[] {1.5f, Float.NEGATIVE_INFINITY}));
        assertThat(texts.toTensor(1)).isEqualTo(Tensor.of(new String[] {" a "}));
        assertThat(truths.toTensor(2)).isEqualTo(Tensor.of(new boolean[] {true, false}));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "[NaN]",
                "[Infinity]",
                "[01]",
                "[1,]",
                "{\"a\": 1, \"a\": 2}",
                "[1] 2",
                "'a'",
                "[",
                "",
                "// comment",
                "[\"a\nb\"]",
                "[1.]",
                "[+1]",
                "[TRUE]",
            })
    void whatIsNotJsonIsRefused(String text) {
        assertThatThrownBy(() -> JsonText.parse(text, "The test"))
                .isInstanceOf(InvalidInputException.class)
                .hasMessageStartingWith("The test ")
                .hasMessageNotContaining("\n")
                .hasMessageNotContaining("http");
    }

    @Test
    void whatCostsMoreThanItsBytesIsRefused() {
        assertThatThrownBy(() -> JsonText.parse("[".repeat(100) + "]".repeat(100), "The test"))
                .hasMessageContaining("deeper than 64");
        assertThatThrownBy(() -> JsonText.parse("[" + "1".repeat(100) + "]", "The test"))
                .hasMessageContaining("a number of 100 characters");
        assertThatThrownBy(() -> read(ElementType.INT32, "[1e999999999]")).isInstanceOf(InvalidInputException.class);
        assertThatThrownBy(() -> read(ElementType.FLOAT64, "[1e999999999]")).isInstanceOf(InvalidInputException.class);
    }
}
