package dev.maas.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ShapeTest {
    @Test
    void aShapeTellsItsAxes() {
        Shape shape = Shape.of(List.of(Dimension.free("batch"), Dimension.fixed(3), Dimension.free()));

        assertThat(shape).hasToString("[batch, 3, ?]");
        assertThat(shape.rank()).isEqualTo(3);
        assertThat(shape.dimension(0).symbol()).isEqualTo("batch");
        assertThat(shape.dimension(1).size()).isEqualTo(3);
        assertThat(shape.sizes()).containsExactly(Dimension.FREE, 3, Dimension.FREE);
        assertThat(shape.isRankKnown()).isTrue();
        assertThat(shape.isFixed()).isFalse();
        assertThat(shape.hasFreeLeadingDimension()).isTrue();
        assertThatThrownBy(() -> shape.dimension(3)).isInstanceOf(IndexOutOfBoundsException.class);
        assertThatThrownBy(() -> shape.dimensions().clear()).isInstanceOf(UnsupportedOperationException.class);
    }

    @Test
    void aShapeDoesNotChangeWithTheListItWasMadeOf() {
        List<Dimension> axes = new ArrayList<>(List.of(Dimension.fixed(3)));
        Shape shape = Shape.of(axes);
        axes.clear();

        assertThat(shape).isEqualTo(Shape.of(3)).hasSameHashCodeAs(Shape.of(3));
    }

    @Test
    void scalarsAndUnknownShapesAreTwoThings() {
        assertThat(Shape.of().rank()).isZero();
        assertThat(Shape.of().isFixed()).isTrue();
        assertThat(Shape.of().hasFreeLeadingDimension()).isFalse();
        assertThat(Shape.of()).hasToString("[]").isNotEqualTo(Shape.unknown());

        assertThat(Shape.unknown()).hasToString("unknown").isEqualTo(Shape.parse("unknown"));
        assertThat(Shape.unknown().isRankKnown()).isFalse();
        assertThat(Shape.unknown().isFixed()).isFalse();
        assertThat(Shape.unknown().hasFreeLeadingDimension()).isFalse();
        assertThatIllegalStateException().isThrownBy(Shape.unknown()::rank).withMessageContaining("unknown");
        assertThatIllegalStateException().isThrownBy(Shape.unknown()::sizes);
        assertThatIllegalStateException().isThrownBy(() -> Shape.unknown().dimension(0));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "[batch, 3]  | 7,3    | true",
                "[batch, 3]  | 0,3    | true",
                "[batch, 3]  | 7,4    | false",
                "[batch, 3]  | 7      | false",
                "[batch, 3]  | 7,3,1  | false",
                "[batch, 3]  | -1,3   | false",
                "[n, n]      | 1,2    | true",
                "[0]         | 0      | true",
                "[0]         | 1      | false",
                "unknown     | 1,2,3  | true",
                "unknown     | 1,-2   | false",
            })
    void aShapeAcceptsSizes(String shape, String sizes, boolean accepted) {
        long[] numbers = java.util.Arrays.stream(sizes.split(","))
                .mapToLong(Long::parseLong)
                .toArray();
        assertThat(Shape.parse(shape).accepts(numbers)).isEqualTo(accepted);
    }

    @Test
    void aScalarsShapeAcceptsNoSizes() {
        assertThat(Shape.of().accepts()).isTrue();
        assertThat(Shape.unknown().accepts()).isTrue();
        assertThat(Shape.of().accepts(1)).isFalse();
        assertThat(Shape.of(1).accepts()).isFalse();
    }

    @Test
    void elementsAreCounted() {
        assertThat(Shape.elementCount()).isOne();
        assertThat(Shape.elementCount(2, 3, 4)).isEqualTo(24);
        assertThat(Shape.elementCount(2, 0, 4)).isZero();
        assertThat(Shape.elementCount(Long.MAX_VALUE, Long.MAX_VALUE, 0)).isZero();
        assertThat(Shape.elementCount(Long.MAX_VALUE)).isEqualTo(Long.MAX_VALUE);
        assertThatThrownBy(() -> Shape.elementCount(1L << 32, 1L << 31)).isInstanceOf(ArithmeticException.class);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Shape.elementCount(0, -1))
                .withMessageContaining("[0, -1]");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "[]",
                "[3]",
                "[batch, 3, 224, ?]",
                "[past_sequence_length + 1]",
                "[4*batch]",
                "[9223372036854775807]",
                "unknown",
                "[\"12\", \"?\", \"a, b\", \" x \", \"[0]\", \"-1\"]",
                "[\"say \\\"hi\\\"\", \"back\\\\slash\"]",
                "[\"line\\u000aend\", \"\\u202eleft\"]",
            })
    void theWrittenFormIsReadAndWrittenAlike(String text) {
        assertThat(Shape.parse(text)).hasToString(text);
    }

    @Test
    void whatIsWrittenByHandMayHaveOtherSpaces() {
        assertThat(Shape.parse("  [batch,3 ,\t\"x\" ] ")).hasToString("[batch, 3, x]");
        assertThat(Shape.parse("[ ]")).isEqualTo(Shape.of());
        assertThat(Shape.parse(" unknown ")).isEqualTo(Shape.unknown());
        assertThat(Shape.parse("[\"\"]")).as("an empty name is none").hasToString("[?]");
        assertThat(Shape.parse("[007]")).isEqualTo(Shape.of(7));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "[",
                "]",
                "3",
                "batch",
                "[3",
                "3]",
                "[,]",
                "[3,]",
                "[,3]",
                "[3,,4]",
                "[-1]",
                "[-2, 3]",
                "[+3]",
                "[9223372036854775808]",
                "[[3]]",
                "[a\"b]",
                "[\"a]",
                "[\"a\" b]",
                "[\"a\"\"b\"]",
                "[\"a\\\"]",
                "[\"a\\n\"]",
                "[\"a\\u12\"]",
                "[\"a\\u12g4\"]",
                "[\"a\\u123",
                "[a\nb]",
                "Unknown",
            })
    void otherTextIsNoShape(String text) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Shape.parse(text))
                .isExactlyInstanceOf(IllegalArgumentException.class)
                .satisfies(e -> assertThat(e.getMessage()).doesNotContain("input string"));
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5})
    void anyShapeComesBackFromItsText(long seed) {
        Random random = new Random(seed);
        for (int round = 0; round < 1_000; round++) {
            List<Dimension> axes = new ArrayList<>();
            for (int rank = random.nextInt(5); rank > 0; rank--) {
                axes.add(anyDimension(random));
            }
            Shape shape = Shape.of(axes);
            String text = shape.toString();

            assertThat(Shape.parse(text)).as(text).isEqualTo(shape);
            assertThat(text.chars().noneMatch(Character::isISOControl))
                    .as("fit for a log")
                    .isTrue();
        }
    }

    private static Dimension anyDimension(Random random) {
        return switch (random.nextInt(4)) {
            case 0 -> Dimension.fixed(random.nextLong() & Long.MAX_VALUE);
            case 1 -> Dimension.free();
            case 2 -> Dimension.free("axis_" + random.nextInt(10));
            default -> Dimension.free(anySymbol(random));
        };
    }

    /** Short, and mostly of characters that mean something in the written form. */
    private static String anySymbol(Random random) {
        String special = "\"\\,[]?-+ 0129u\t\n\u0000\u0085\u202e\u2028\ud83d\ude00\ud800x";
        StringBuilder symbol = new StringBuilder();
        for (int length = random.nextInt(6); length > 0; length--) {
            symbol.append(
                    random.nextInt(10) == 0
                            ? (char) random.nextInt(1 << 16)
                            : special.charAt(random.nextInt(special.length())));
        }
        return symbol.toString();
    }

    @Test
    void dimensionsAreFixedOrFree() {
        assertThat(Dimension.fixed(0)).hasToString("0").isEqualTo(new Dimension(0, null));
        assertThat(Dimension.fixed(0).isFree()).isFalse();
        assertThat(Dimension.free()).hasToString("?").isEqualTo(new Dimension(-1, null));
        assertThat(Dimension.free().isFree()).isTrue();
        assertThat(Dimension.free("batch")).hasToString("batch").isNotEqualTo(Dimension.free());
        assertThat(Dimension.free("")).isEqualTo(Dimension.free());
        assertThat(new Dimension(3, "")).isEqualTo(Dimension.fixed(3));
        assertThat(Dimension.free("7")).hasToString("\"7\"").isNotEqualTo(Dimension.fixed(7));
    }

    @Test
    void whatIsNeitherFixedNorFreeIsRefused() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Dimension.fixed(-1))
                .withMessageContaining("got -1");
        assertThatIllegalArgumentException().isThrownBy(() -> Dimension.fixed(-2));
        assertThatIllegalArgumentException().isThrownBy(() -> new Dimension(-2, null));
        assertThatIllegalArgumentException().isThrownBy(() -> Shape.of(1, -2));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new Dimension(3, "batch"))
                .withMessageContaining("'batch'");
    }
}
