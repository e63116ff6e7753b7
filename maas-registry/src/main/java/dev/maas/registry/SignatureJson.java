package dev.maas.registry;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonPrimitive;
import dev.maas.registry.format.Fields;
import dev.maas.tensor.Dimension;
import dev.maas.tensor.ElementType;
import dev.maas.tensor.MapSpec;
import dev.maas.tensor.SequenceSpec;
import dev.maas.tensor.Shape;
import dev.maas.tensor.Signature;
import dev.maas.tensor.TensorSpec;
import dev.maas.tensor.ValueSpec;
import java.util.ArrayList;
import java.util.List;

/**
 * The written form of a {@link Signature}. A shape is a list with a number for a fixed dimension, a text for a named one and null for a
 * free one, since names may hold any character; an unknown shape is left out.
 */
final class SignatureJson {
    private SignatureJson() {}

    static JsonObject write(Signature signature) {
        JsonObject json = new JsonObject();
        json.add("inputs", list(signature.inputs()));
        json.add("outputs", list(signature.outputs()));
        return json;
    }

    private static JsonArray list(List<? extends ValueSpec> specs) {
        JsonArray array = new JsonArray();
        specs.forEach(spec -> array.add(value(spec)));
        return array;
    }

    private static JsonObject value(ValueSpec spec) {
        JsonObject json = new JsonObject();
        json.addProperty("name", spec.name());
        if (spec instanceof TensorSpec tensor) {
            json.addProperty("type", tensor.elementType().toString());
            if (tensor.shape().isRankKnown()) {
                json.add("shape", shape(tensor.shape()));
            }
        } else if (spec instanceof SequenceSpec sequence) {
            json.add("sequenceOf", value(sequence.element()));
        } else if (spec instanceof MapSpec map) {
            json.addProperty("mapFrom", map.keyType().toString());
            json.addProperty("mapTo", map.valueType().toString());
        }
        return json;
    }

    private static JsonArray shape(Shape shape) {
        JsonArray array = new JsonArray();
        for (Dimension dimension : shape.dimensions()) {
            if (dimension.isFree()) {
                array.add(dimension.symbol());
            } else {
                array.add(dimension.size());
            }
        }
        return array;
    }

    static Signature read(Fields fields) {
        List<TensorSpec> inputs = new ArrayList<>();
        for (Fields input : fields.objects("inputs")) {
            inputs.add(tensor(input));
        }
        return Signature.of(
                inputs,
                fields.objects("outputs").stream().map(SignatureJson::value).toList());
    }

    private static ValueSpec value(Fields fields) {
        if (fields.has("sequenceOf")) {
            return new SequenceSpec(fields.string("name"), value(fields.object("sequenceOf")));
        }
        if (fields.has("mapFrom")) {
            return new MapSpec(
                    fields.string("name"),
                    ElementType.parse(fields.string("mapFrom")),
                    ElementType.parse(fields.string("mapTo")));
        }
        return tensor(fields);
    }

    private static TensorSpec tensor(Fields fields) {
        Shape shape = fields.has("shape") ? shape(fields) : Shape.unknown();
        return new TensorSpec(fields.string("name"), ElementType.parse(fields.string("type")), shape);
    }

    private static Shape shape(Fields fields) {
        List<Dimension> dimensions = new ArrayList<>();
        for (JsonElement element : fields.array("shape")) {
            if (element.isJsonNull()) {
                dimensions.add(Dimension.free());
            } else if (element instanceof JsonPrimitive primitive && primitive.isString()) {
                dimensions.add(Dimension.free(primitive.getAsString()));
            } else if (element instanceof JsonPrimitive primitive && primitive.isNumber()) {
                dimensions.add(Dimension.fixed(primitive.getAsLong()));
            } else {
                throw fields.wrong("shape", "has something else than sizes and names");
            }
        }
        return Shape.of(dimensions);
    }
}
