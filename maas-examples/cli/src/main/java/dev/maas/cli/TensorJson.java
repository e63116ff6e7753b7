package dev.maas.cli;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonPrimitive;
import dev.maas.InvalidInputException;
import dev.maas.tensor.ElementType;
import dev.maas.tensor.Outputs;
import dev.maas.tensor.Shape;
import dev.maas.tensor.Signature;
import dev.maas.tensor.Tensor;
import dev.maas.tensor.TensorSpec;
import dev.maas.tensor.ValueSpec;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Converts between tensors and the JSON of the Open Inference Protocol, version 2. How numbers are read and written, those that are not
 * finite among them, is told by {@link Elements}. The methods have no state and are safe for use by any thread.
 */
final class TensorJson {
    private TensorJson() {}

    /**
     * A request to infer. Immutable.
     *
     * @param id what the caller calls it, to be given back
     * @param inputs a tensor for each input, by name
     * @param outputs the outputs that are wanted, in this order; empty for all
     */
    record Request(Optional<String> id, Map<String, Tensor> inputs, List<String> outputs) {}

    /**
     * Reads a request.
     *
     * @throws InvalidInputException if it is not one, or not one for this signature; the message says why
     */
    static Request request(JsonElement document, Signature signature) {
        if (!(document instanceof JsonObject object)) {
            throw new InvalidInputException("A request is a JSON object with \"inputs\"; got something else");
        }
        Map<String, Tensor> inputs = new LinkedHashMap<>();
        for (JsonElement element : array(object, "inputs", "A request")) {
            JsonObject input = object(element, "An input");
            String name = text(input, "name", "An input");
            if (inputs.put(name, tensor(input, name, signature)) != null) {
                throw new InvalidInputException("The input '" + name + "' comes twice");
            }
        }
        return new Request(id(object), inputs, wanted(object, signature));
    }

    private static Optional<String> id(JsonObject request) {
        return request.has("id") ? Optional.of(text(request, "id", "A request")) : Optional.empty();
    }

    private static List<String> wanted(JsonObject request, Signature signature) {
        List<String> names = new ArrayList<>();
        if (request.has("outputs")) {
            for (JsonElement element : array(request, "outputs", "A request")) {
                String name = text(object(element, "A requested output"), "name", "A requested output");
                if (signature.output(name).isEmpty()) {
                    throw new InvalidInputException("There is no output '" + name + "'; there are "
                            + signature.outputs().stream().map(ValueSpec::name).toList());
                }
                names.add(name);
            }
        }
        return names;
    }

    private static Tensor tensor(JsonObject input, String name, Signature signature) {
        String what = "The input '" + name + "'";
        TensorSpec spec = signature
                .input(name)
                .orElseThrow(() -> new InvalidInputException("There is no input '" + name + "'; there are "
                        + signature.inputs().stream().map(ValueSpec::name).toList()));
        ElementType type = Datatypes.parse(text(input, "datatype", what));
        if (type != spec.elementType()) {
            throw new InvalidInputException(
                    what + " is of datatype " + Datatypes.name(spec.elementType()) + "; got " + Datatypes.name(type));
        }
        long[] shape = shape(array(input, "shape", what), what);
        Elements elements = new Elements(type, what);
        long[] written = NestedJson.addAll(array(input, "data", what), elements, "The data of " + lower(what));
        boolean flat = written.length == 1;
        boolean holds = flat ? holds(shape, elements.count()) : Arrays.equals(written, shape);
        if (!holds) {
            throw new InvalidInputException(
                    what + " says it has the shape " + Arrays.toString(shape) + ", and its data has "
                            + (flat ? elements.count() + " elements" : "the shape " + Arrays.toString(written)));
        }
        return elements.toTensor(shape);
    }

    private static String lower(String what) {
        return Character.toLowerCase(what.charAt(0)) + what.substring(1);
    }

    private static boolean holds(long[] shape, long count) {
        try {
            return Shape.elementCount(shape) == count;
        } catch (ArithmeticException e) {
            return false;
        }
    }

    private static long[] shape(JsonArray sizes, String what) {
        long[] shape = new long[sizes.size()];
        for (int axis = 0; axis < shape.length; axis++) {
            String text = sizes.get(axis) instanceof JsonPrimitive size && size.isNumber() ? size.getAsString() : "";
            if (!text.matches("[0-9]{1,18}")) {
                throw new InvalidInputException("The shape of " + lower(what) + " has whole numbers from 0 on; got "
                        + JsonText.compact(sizes.get(axis)));
            }
            shape[axis] = Long.parseLong(text);
        }
        return shape;
    }

    private static JsonArray array(JsonObject object, String key, String what) {
        if (object.get(key) instanceof JsonArray array) {
            return array;
        }
        throw new InvalidInputException(what + " has an array \"" + key + "\"; got "
                + (object.has(key) ? "something else" : "none, but " + object.keySet()));
    }

    private static JsonObject object(JsonElement element, String what) {
        if (element instanceof JsonObject object) {
            return object;
        }
        throw new InvalidInputException(what + " is a JSON object; got something else");
    }

    private static String text(JsonObject object, String key, String what) {
        if (object.get(key) instanceof JsonPrimitive value && value.isString()) {
            return value.getAsString();
        }
        throw new InvalidInputException(what + " has a text \"" + key + "\"; got "
                + (object.has(key) ? "something else" : "none, but " + object.keySet()));
    }

    /** Returns the outputs that JSON of the protocol cannot carry: those that are no tensors. */
    static List<String> uncarried(Signature signature, List<String> wanted) {
        return signature.outputs().stream()
                .filter(output -> wanted.isEmpty() || wanted.contains(output.name()))
                .filter(output -> !(output instanceof TensorSpec))
                .map(ValueSpec::toString)
                .toList();
    }

    /**
     * Writes a response.
     *
     * @param model the model's name
     * @param version the version that answered, where it is known
     */
    static JsonObject response(String model, Optional<String> version, Request request, Outputs outputs) {
        JsonObject response = new JsonObject();
        response.addProperty("model_name", model);
        version.ifPresent(number -> response.addProperty("model_version", number));
        request.id.ifPresent(id -> response.addProperty("id", id));
        JsonArray tensors = new JsonArray();
        Set<String> names = outputs.names();
        for (String name : request.outputs.isEmpty() ? names : request.outputs) {
            tensors.add(output(name, outputs.tensor(name)));
        }
        response.add("outputs", tensors);
        return response;
    }

    private static JsonObject output(String name, Tensor tensor) {
        JsonObject output = new JsonObject();
        output.addProperty("name", name);
        output.addProperty("datatype", Datatypes.name(tensor.elementType()));
        JsonArray shape = new JsonArray();
        for (long size : tensor.shape()) {
            shape.add(size);
        }
        output.add("shape", shape);
        output.add("data", Elements.toJson(tensor, 0, tensor.elementCount()));
        return output;
    }

    /** Returns the metadata of a model, as the protocol has it. */
    static JsonObject metadata(String model, List<String> versions, String platform, Signature signature) {
        JsonObject metadata = new JsonObject();
        metadata.addProperty("name", model);
        metadata.add("versions", VersionJson.texts(versions));
        metadata.addProperty("platform", platform);
        metadata.add("inputs", tensors(signature.inputs()));
        metadata.add("outputs", tensors(signature.outputs()));
        return metadata;
    }

    private static JsonArray tensors(List<? extends ValueSpec> specs) {
        JsonArray tensors = new JsonArray();
        for (ValueSpec spec : specs) {
            if (spec instanceof TensorSpec tensor) {
                JsonObject entry = new JsonObject();
                entry.addProperty("name", tensor.name());
                entry.addProperty("datatype", Datatypes.name(tensor.elementType()));
                JsonElement shape = VersionJson.shape(tensor);
                entry.add("shape", shape.isJsonNull() ? new JsonArray() : shape);
                tensors.add(entry);
            }
        }
        return tensors;
    }
}
