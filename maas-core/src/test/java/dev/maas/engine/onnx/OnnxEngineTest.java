package dev.maas.engine.onnx;

import dev.maas.engine.EngineContract;
import dev.maas.engine.EngineProvider;

class OnnxEngineTest extends EngineContract {
    @Override
    protected EngineProvider provider() {
        return new OnnxEngineProvider();
    }
}
