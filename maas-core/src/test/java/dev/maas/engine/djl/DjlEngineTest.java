package dev.maas.engine.djl;

import dev.maas.engine.EngineContract;
import dev.maas.engine.EngineOptions;
import dev.maas.engine.EngineProvider;
import dev.maas.tensor.ElementType;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

class DjlEngineTest extends EngineContract {
    @Override
    protected EngineProvider provider() {
        return new DjlEngineProvider();
    }

    @Override
    protected Set<ElementType> carriedTypes() {
        Set<ElementType> types = EnumSet.copyOf(super.carriedTypes());
        types.remove(ElementType.INT16);
        return types;
    }

    @Override
    protected boolean givesSequences() {
        return false;
    }

    @Override
    protected boolean givesStringMatrices() {
        return false;
    }

    @Override
    protected boolean carriesEmoji() {
        return false;
    }

    @Override
    protected boolean canInterrupt() {
        return false;
    }

    @Override
    protected List<EngineOptions> honouredOptions() {
        EngineOptions defaults = EngineOptions.defaults();
        return List.of(defaults.withThreads(1), defaults.withOptimization(EngineOptions.Optimization.NONE));
    }

    @Override
    protected List<EngineOptions> refusedOptions() {
        EngineOptions defaults = EngineOptions.defaults();
        return List.of(
                defaults.withMemoryArena(false), defaults.withMemoryPattern(false), defaults.withDeterministic(true));
    }
}
