package dev.maas.engine.djl;

import ai.djl.BaseModel;
import ai.djl.Device;
import ai.djl.Model;
import ai.djl.engine.Engine;
import ai.djl.engine.EngineProvider;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.nn.AbstractSymbolBlock;
import ai.djl.nn.ParameterList;
import ai.djl.training.ParameterStore;
import ai.djl.util.PairList;
import ai.djl.util.passthrough.PassthroughNDManager;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/**
 * An engine of DJL's without native code, under the name of one whose files the adapter knows. A model's file holds a number, by
 * which the model multiplies its input.
 */
final class FakeXgBoost extends Engine {
    static final FakeXgBoost INSTANCE = new FakeXgBoost();

    private FakeXgBoost() {}

    /** Makes the engine known to DJL, as a jar on the class path would. */
    static void register() {
        Engine.registerEngine(new EngineProvider() {
            @Override
            public String getEngineName() {
                return INSTANCE.getEngineName();
            }

            @Override
            public int getEngineRank() {
                return INSTANCE.getRank();
            }

            @Override
            public Engine getEngine() {
                return INSTANCE;
            }
        });
    }

    @Override
    public Engine getAlternativeEngine() {
        return this;
    }

    @Override
    public String getEngineName() {
        return "XGBoost";
    }

    @Override
    public int getRank() {
        return 10;
    }

    @Override
    public String getVersion() {
        return "1";
    }

    @Override
    public boolean hasCapability(String capability) {
        return false;
    }

    @Override
    public Model newModel(String name, Device device) {
        return new FakeModel(name);
    }

    @Override
    public NDManager newBaseManager() {
        return PassthroughNDManager.INSTANCE;
    }

    @Override
    public NDManager newBaseManager(Device device) {
        return PassthroughNDManager.INSTANCE;
    }

    private static final class FakeModel extends BaseModel {
        FakeModel(String name) {
            super(name);
            manager = PassthroughNDManager.INSTANCE;
        }

        @Override
        public void load(Path file, String prefix, Map<String, ?> options) throws IOException {
            load(Files.readString(file));
        }

        @Override
        public void load(InputStream stream, Map<String, ?> options) throws IOException {
            load(new String(stream.readAllBytes(), StandardCharsets.UTF_8));
        }

        private void load(String text) {
            block = new Multiplier(Float.parseFloat(text));
        }
    }

    private static final class Multiplier extends AbstractSymbolBlock {
        private final float factor;

        Multiplier(float factor) {
            this.factor = factor;
        }

        @Override
        protected NDList forwardInternal(
                ParameterStore parameters, NDList inputs, boolean training, PairList<String, Object> options) {
            NDArray input = inputs.singletonOrThrow();
            ByteBuffer from = input.toByteBuffer().order(ByteOrder.nativeOrder());
            ByteBuffer product = ByteBuffer.allocate(from.remaining()).order(ByteOrder.nativeOrder());
            while (from.hasRemaining()) {
                product.putFloat(from.getFloat() * factor);
            }
            return new NDList(input.getManager().create(product.flip(), input.getShape(), DataType.FLOAT32));
        }

        @Override
        public ParameterList getDirectParameters() {
            return new ParameterList();
        }
    }
}
