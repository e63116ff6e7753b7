package dev.maas.registry.seal;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import dev.maas.IntegrityException;
import dev.maas.registry.format.Fields;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;

/**
 * A DSSE envelope, version 1: a payload, its type, and signatures over both. Immutable; the bytes are not copied.
 *
 * <p>What is signed is not the payload but its pre-authentication encoding, so that bytes of one type never pass for another's.
 */
final class Dsse {
    private static final int MOST_SIGNATURES = 64;

    private final String payloadType;
    private final byte[] payload;
    private final List<Entry> signatures;

    /** An envelope with the payload of that type, and signatures over both. */
    Dsse(String payloadType, byte[] payload, List<Entry> signatures) {
        this.payloadType = payloadType;
        this.payload = payload;
        this.signatures = List.copyOf(signatures);
    }

    /** One signature. Immutable; the bytes are not copied. */
    static final class Entry {
        private final String keyId;
        private final byte[] signature;

        /** A signature, with a hint by which key it was made; nothing rests on the hint. */
        Entry(String keyId, byte[] signature) {
            this.keyId = keyId;
            this.signature = signature;
        }

        byte[] signature() {
            return signature;
        }
    }

    byte[] payload() {
        return payload;
    }

    List<Entry> signatures() {
        return signatures;
    }

    /** Returns what is signed. */
    static byte[] encode(String payloadType, byte[] payload) {
        byte[] type = payloadType.getBytes(StandardCharsets.UTF_8);
        ByteArrayOutputStream out = new ByteArrayOutputStream(payload.length + type.length + 40);
        out.writeBytes(("DSSEv1 " + type.length + " ").getBytes(StandardCharsets.US_ASCII));
        out.writeBytes(type);
        out.writeBytes((" " + payload.length + " ").getBytes(StandardCharsets.US_ASCII));
        out.writeBytes(payload);
        return out.toByteArray();
    }

    byte[] signedBytes() {
        return encode(payloadType, payload);
    }

    JsonObject json() {
        JsonObject json = new JsonObject();
        json.addProperty("payload", Base64.getEncoder().encodeToString(payload));
        json.addProperty("payloadType", payloadType);
        JsonArray array = new JsonArray();
        for (Entry entry : signatures) {
            JsonObject signature = new JsonObject();
            signature.addProperty("sig", Base64.getEncoder().encodeToString(entry.signature));
            signature.addProperty("keyid", entry.keyId);
            array.add(signature);
        }
        json.add("signatures", array);
        return json;
    }

    /**
     * Reads an envelope that may be hostile.
     *
     * @throws IntegrityException if it is not sound, or its payload is of another type
     */
    static Dsse read(Fields fields, String payloadType) {
        if (!fields.string("payloadType").equals(payloadType)) {
            throw fields.wrong("payloadType", "is not " + payloadType);
        }
        List<Entry> signatures = new ArrayList<>();
        for (Fields signature : fields.objects("signatures")) {
            // Older tools write a null.
            boolean named =
                    signature.has("keyid") && !signature.raw().get("keyid").isJsonNull();
            signatures.add(new Entry(named ? signature.string("keyid") : "", base64(signature, "sig")));
        }
        if (signatures.isEmpty() || signatures.size() > MOST_SIGNATURES) {
            throw fields.wrong(
                    "signatures", "has " + signatures.size() + " entries; 1 to " + MOST_SIGNATURES + " are allowed");
        }
        return new Dsse(payloadType, base64(fields, "payload"), signatures);
    }

    /** Reads bytes in base64 in the one form that their encoder writes. */
    static byte[] base64(Fields fields, String name) {
        String text = fields.string(name);
        try {
            byte[] bytes = Base64.getDecoder().decode(text);
            if (Base64.getEncoder().encodeToString(bytes).equals(text)) {
                return bytes;
            }
        } catch (IllegalArgumentException e) {
            throw new IntegrityException(
                    String.valueOf(fields.wrong(name, "is not base64").getMessage()), e);
        }
        throw fields.wrong(name, "is not base64 as its encoder writes it");
    }
}
