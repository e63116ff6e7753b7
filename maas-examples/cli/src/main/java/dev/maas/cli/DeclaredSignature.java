package dev.maas.cli;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import dev.maas.InvalidInputException;
import dev.maas.tensor.Dimension;
import dev.maas.tensor.ElementType;
import dev.maas.tensor.Shape;
import dev.maas.tensor.Signature;
import dev.maas.tensor.TensorSpec;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Reads the signature of a model whose own file does not tell it: {@code inputs} and {@code outputs} of names, datatypes and shapes, as the Open
 * Inference Protocol and 'maas inspect --json' write them. The method has no state and is safe for use by any thread.
 */
final class DeclaredSignature {
    /** What commands say of the option. */
    static final String DESCRIPTION =
            "What a model takes and gives, if its file does not tell: JSON with inputs and outputs, each a list of"
                    + " {name, datatype, shape}, where a size may be a number, a name, or -1.";

    private static final String FORM = "expected {\"inputs\": [{\"name\": \"x\", \"datatype\": \"FP32\", \"shape\":"
            + " [\"batch\", 4]}], \"outputs\": [...]}";

    private final String what;

    private DeclaredSignature(String what) {
        this.what = what;
    }

    /**
     * Reads a file.
     *
     * @throws InvalidInputException if it cannot be read, or is something else
     */
    static Signature read(Path file) {
        String what = "The signature in '" + file.getFileName() + "'";
        try {
            return new DeclaredSignature(what).read(JsonText.parse(Files.readString(file), what));
        } catch (IOException e) {
            throw new InvalidInputException(
                    "The file of the signature, '" + file.getFileName() + "', cannot be read", e);
        }
    }

    private Signature read(JsonElement document) {
        JsonObject signature = object(document);
        try {
            return Signature.of(tensors(signature, "inputs"), tensors(signature, "outputs"));
        } catch (IllegalArgumentException e) {
            throw new InvalidInputException(what + " is not sound: " + e.getMessage(), e);
        }
    }

    private List<TensorSpec> tensors(JsonObject signature, String member) {
        List<TensorSpec> tensors = new ArrayList<>();
        for (JsonElement element : array(signature.get(member), member)) {
            JsonObject tensor = object(element);
            ElementType type = Datatypes.parse(text(tensor, "datatype"));
            tensors.add(new TensorSpec(text(tensor, "name"), type, shape(tensor)));
        }
        return tensors;
    }

    private Shape shape(JsonObject tensor) {
        List<Dimension> sizes = new ArrayList<>();
        for (JsonElement size : array(tensor.get("shape"), "shape")) {
            sizes.add(dimension(size));
        }
        return Shape.of(sizes);
    }

    private Dimension dimension(JsonElement size) {
        if (!size.isJsonPrimitive()) {
            throw wrong("a size is a number or a name");
        }
        String text = size.getAsString();
        if (size.getAsJsonPrimitive().isString()) {
            return Dimension.free(text);
        }
        if (!text.matches("-1|[0-9]{1,18}")) {
            throw wrong("a size is a whole number, or -1 where it is free; got " + text);
        }
        return text.equals("-1") ? Dimension.free() : Dimension.fixed(Long.parseLong(text));
    }

    private JsonObject object(JsonElement element) {
        if (!element.isJsonObject()) {
            throw wrong("an object is missing");
        }
        return element.getAsJsonObject();
    }

    private JsonArray array(@Nullable JsonElement element, String member) {
        if (element == null || !element.isJsonArray()) {
            throw wrong("there is no list '" + member + "'");
        }
        return element.getAsJsonArray();
    }

    private String text(JsonObject object, String member) {
        return Optional.ofNullable(object.get(member))
                .filter(element -> element.isJsonPrimitive()
                        && element.getAsJsonPrimitive().isString())
                .map(JsonElement::getAsString)
                .orElseThrow(() -> wrong("there is no text '" + member + "'"));
    }

    private InvalidInputException wrong(String how) {
        return new InvalidInputException(what + " is not sound: " + how + "; " + FORM);
    }
}
