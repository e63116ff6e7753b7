package dev.maas.gate;

import static dev.maas.gate.RawModel.FLOAT;
import static dev.maas.gate.RawModel.graphAttribute;
import static dev.maas.gate.RawModel.node;
import static dev.maas.gate.RawModel.tensor;
import static dev.maas.gate.RawModel.tensorType;
import static dev.maas.gate.RawModel.value;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.maas.ModelLoadException;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Recurrent operators on inputs that would end the process. */
class RecurrentInputsTest {
    private static final WireWriter OPEN = new WireWriter().message(1, new WireWriter().integer(1, FLOAT));

    private final ModelGate gate = new ModelGate();

    private static RawModel recurrent(String operator, WireWriter x, WireWriter w, WireWriter r) {
        return new RawModel()
                .node(node(operator, List.of("x", "w", "r"), List.of("y")))
                .input(value("x", x))
                .input(value("w", w))
                .input(value("r", r))
                .output(value("y", tensorType(FLOAT, 2, 1, 1, 5)));
    }

    @ParameterizedTest
    @ValueSource(strings = {"LSTM", "GRU", "RNN"})
    void threeDimensionsPass(String operator) {
        WireWriter three = tensorType(FLOAT, 2, "n", RawModel.FREE);
        assertThatCode(() ->
                        gate.inspect(recurrent(operator, three, three, three).source()))
                .doesNotThrowAnyException();
    }

    @ParameterizedTest
    @CsvSource({"LSTM,x", "LSTM,w", "LSTM,r", "GRU,x", "RNN,x"})
    void anInputOfTwoDimensionsIsRefused(String operator, String bad) {
        WireWriter three = tensorType(FLOAT, 2, 3, 4);
        WireWriter two = tensorType(FLOAT, 2, 3);
        RawModel model = recurrent(
                operator, bad.equals("x") ? two : three, bad.equals("w") ? two : three, bad.equals("r") ? two : three);
        assertThatThrownBy(() -> gate.inspect(model.source()))
                .isInstanceOf(ModelLoadException.class)
                .hasMessageContaining("a node of type " + operator)
                .hasMessageContaining("'" + bad + "' of 3 dimensions; it has 2");
    }

    @Test
    void anInputThatLeavesItsShapeOpenIsRefused() {
        WireWriter three = tensorType(FLOAT, 2, 3, 4);
        assertThatThrownBy(
                        () -> gate.inspect(recurrent("GRU", OPEN, three, three).source()))
                .isInstanceOf(ModelLoadException.class)
                .hasMessageContaining("the graph does not say how many its input has");
    }

    @Test
    void weightsOfTwoDimensionsAreRefusedWhereverTheyStandInTheFile() {
        RawModel model = new RawModel()
                .initializer(tensor("w", FLOAT, 0, 3))
                .node(node("LSTM", List.of("x", "w", "r"), List.of("y")))
                .initializer(tensor("r", FLOAT, 1, 0, 5))
                .input(value("x", tensorType(FLOAT, 2, 1, 3)))
                .output(value("y", tensorType(FLOAT, 2, 1, 1, 5)));
        assertThatThrownBy(() -> gate.inspect(model.source()))
                .isInstanceOf(ModelLoadException.class)
                .hasMessageContaining("'w' of 3 dimensions; it has 2");
    }

    @Test
    void aBodyMayLeaveTheShapesOfItsOwnInputsOpen() {
        WireWriter three = tensorType(FLOAT, 2, 3, 4);
        RawModel body = recurrent("LSTM", OPEN, three, three);
        RawModel model =
                RawModel.add().node(node("Scan", List.of("x"), List.of("z"), graphAttribute("body", body.graph())));
        assertThatCode(() -> gate.inspect(model.source())).doesNotThrowAnyException();
    }
}
