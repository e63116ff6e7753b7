package dev.maas.cli;

import dev.maas.InvalidInputException;
import dev.maas.ModelNotFoundException;
import dev.maas.ModelRef;
import dev.maas.ModelRegistry;
import dev.maas.ModelVersion;
import dev.maas.Page;
import dev.maas.Predictor;
import dev.maas.Translator;
import dev.maas.serving.ModelService;
import dev.maas.serving.ServiceHealth;
import dev.maas.tensor.Outputs;
import dev.maas.tensor.Signature;
import dev.maas.tensor.Tensor;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The models that a server answers for: those that it was started with, each under its name, or all of a registry.
 *
 * <p>A model that was asked for stays loaded. Safe for use by any thread.
 */
final class ServedModels {
    private static final int VERSIONS_TOLD = 100;

    /** Tensors go in and out as they are. */
    private static final Translator<Map<String, Tensor>, Outputs> RAW = new Translator<>() {
        @Override
        public Map<String, Tensor> toTensors(Map<String, Tensor> input) {
            return input;
        }

        @Override
        public Outputs fromOutputs(Outputs outputs) {
            return outputs;
        }
    };

    private final ModelRegistry registry;
    private final ModelService service;
    private final Map<String, ModelRef> chosen;
    private final Map<ModelRef, Predictor<Map<String, Tensor>, Outputs>> predictors = new ConcurrentHashMap<>();

    /**
     * Serves models.
     *
     * @param refs what to serve; empty for all that the registry has
     */
    ServedModels(ModelRegistry registry, ModelService service, List<ModelRef> refs) {
        this.registry = registry;
        this.service = service;
        this.chosen = new LinkedHashMap<>();
        for (ModelRef ref : refs) {
            if (chosen.put(ref.name(), ref) != null) {
                throw new UsageException(
                        "'" + ref.name() + "' is named twice; each model is served under its name once");
            }
        }
    }

    /** Loads what the server was started with. */
    void load() {
        chosen.values().forEach(ref -> service.load(ref.toString()));
    }

    /**
     * Returns the reference for a model's name as a request has it.
     *
     * @param version the version's number, if the request names one
     * @throws ModelNotFoundException if it is not served here
     */
    ModelRef ref(String name, Optional<String> version) {
        ModelRef ref = chosen.isEmpty() ? parse(name) : chosen.get(name);
        if (ref == null) {
            throw new ModelNotFoundException("No model '" + name + "' is served here; there are " + chosen.keySet());
        }
        if (version.isEmpty()) {
            return ref;
        }
        if (!version.get().matches("[1-9][0-9]{0,8}")) {
            throw new ModelNotFoundException(
                    "Versions are numbered from 1; there is no version '" + version.get() + "'");
        }
        return ModelRef.of(ref.name(), Integer.parseInt(version.get()));
    }

    private static ModelRef parse(String name) {
        try {
            return ModelRef.parse(name);
        } catch (InvalidInputException e) {
            throw new ModelNotFoundException(String.valueOf(e.getMessage()), e);
        }
    }

    ModelVersion resolve(ModelRef ref) {
        return registry.resolve(ref);
    }

    /** Returns the numbers of a model's newest versions. */
    List<String> versions(String name) {
        return registry.versions(name, Page.Request.first(VERSIONS_TOLD)).items().stream()
                .map(version -> String.valueOf(version.number()))
                .toList();
    }

    Signature signature(ModelRef ref) {
        return service.signature(ref.toString());
    }

    Outputs predict(ModelRef ref, Map<String, Tensor> inputs) {
        return predictors
                .computeIfAbsent(ref, key -> service.predictor(key.toString(), RAW))
                .predict(inputs);
    }

    boolean isReady() {
        return service.health().ready();
    }

    /** Returns whether a model can be called; one that is not loaded yet will be by the first call. */
    boolean isReady(ModelRef ref) {
        return service.health().models().stream()
                .filter(model -> model.ref().equals(ref))
                .noneMatch(model -> model.state() == ServiceHealth.State.FAILED);
    }
}
