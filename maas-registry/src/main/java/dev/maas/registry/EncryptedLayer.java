package dev.maas.registry;

import com.google.gson.JsonObject;
import dev.maas.IntegrityException;
import dev.maas.InvalidInputException;
import dev.maas.registry.format.CanonicalJson;
import dev.maas.registry.format.Fields;
import dev.maas.registry.format.Sha256;
import dev.maas.registry.format.StrictJson;
import dev.maas.registry.seal.BlobCipher;
import dev.maas.registry.seal.WrappedKey;
import java.util.Base64;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What a manifest says of an encrypted file besides what it says of any. Immutable.
 *
 * <p>In the words of ocicrypt, which encrypts the layers of images: the media type ends with {@value #SUFFIX}, one annotation has the wrapped
 * key and another the algorithm, each as JSON in base64. Its own ciphers authenticate a layer only at its end, so that the algorithm is
 * another, and its tools copy our layers without opening them.
 *
 * <p>The digest of the content is nowhere: it would tell everybody who has a file whether this is it. What stands in its place is an HMAC
 * of that digest under the data key, so that two files of one content differ, and only who can decrypt them can tell that they are the
 * same.
 *
 * @param key the data key, wrapped
 * @param fingerprint the HMAC of the content's digest, in hexadecimal
 */
record EncryptedLayer(WrappedKey key, String fingerprint) {
    static final String SUFFIX = "+encrypted";
    static final String KEYS = "org.opencontainers.image.enc.keys.provider.maas";
    static final String OPTIONS = "org.opencontainers.image.enc.pubopts";

    private static final String KEY_ID = "kid";
    private static final String WRAPPED = "wrapped_data";
    private static final int LONGEST = 1 << 16;

    /** Returns what encryption and wrapped key are bound to, so that neither can be taken for another file's. */
    static byte[] context(String model, String factsHex, String file) {
        JsonObject json = new JsonObject();
        json.addProperty("cipher", BlobCipher.NAME);
        json.addProperty("facts", Sha256.PREFIX + factsHex);
        json.addProperty("file", file);
        json.addProperty("model", model);
        return CanonicalJson.bytes(json);
    }

    /** Returns the descriptor of a file that was encrypted. */
    Manifest.Descriptor descriptor(String file, String plainType, String hex, long size) {
        Manifest.Descriptor plain = Manifest.Descriptor.file(file, plainType + SUFFIX, hex, size);
        Map<String, String> annotations = new HashMap<>(plain.annotations());
        annotations.put(KEYS, base64(CanonicalJson.bytes(packet(key))));
        JsonObject options = new JsonObject();
        options.addProperty("cipher", BlobCipher.NAME);
        options.addProperty("hmac", base64(HexFormat.of().parseHex(fingerprint)));
        annotations.put(OPTIONS, base64(CanonicalJson.bytes(options)));
        return new Manifest.Descriptor(plain.mediaType(), hex, size, annotations);
    }

    /** Writes a wrapped key. */
    static JsonObject packet(WrappedKey key) {
        JsonObject json = new JsonObject();
        json.addProperty(KEY_ID, key.keyId());
        json.addProperty(WRAPPED, base64(key.bytes()));
        return json;
    }

    /**
     * Reads a wrapped key.
     *
     * @throws IntegrityException if it is not sound
     */
    static WrappedKey key(Fields packet) {
        byte[] wrapped = bytes(packet.string(WRAPPED))
                .orElseThrow(() -> packet.wrong(WRAPPED, "is not base64 as its encoder writes it"));
        try {
            return new WrappedKey(packet.string(KEY_ID), wrapped);
        } catch (InvalidInputException e) {
            throw new IntegrityException(
                    String.valueOf(packet.wrong(KEY_ID, "does not go: " + e.getMessage())
                            .getMessage()),
                    e);
        }
    }

    /** Returns whether a layer is encrypted. */
    static boolean isEncrypted(Manifest.Descriptor layer) {
        return layer.mediaType().endsWith(SUFFIX);
    }

    /**
     * Reads what a layer says of its encryption; empty if it is not encrypted.
     *
     * @throws IntegrityException if it contradicts itself, or is encrypted in a way that is not known
     */
    static Optional<EncryptedLayer> find(Manifest.Descriptor layer, String what) {
        boolean annotated =
                layer.annotations().containsKey(KEYS) || layer.annotations().containsKey(OPTIONS);
        if (!isEncrypted(layer) && annotated) {
            throw new IntegrityException(what + " has a layer that says how it is encrypted, and is of the type "
                    + shown(layer.mediaType()) + ", which is not encrypted");
        }
        if (!isEncrypted(layer)) {
            return Optional.empty();
        }
        String where = what + ", the encrypted layer " + shown(layer.file().orElse("without a name"));
        BlobCipher.plainSize(layer.size(), where);
        Fields options = json(layer, OPTIONS, where);
        if (!options.string("cipher").equals(BlobCipher.NAME)) {
            throw options.wrong(
                    "cipher",
                    "is " + shown(options.string("cipher"))
                            + ", which this version of maas does not know. Update maas to read it");
        }
        byte[] hmac = bytes(options.string("hmac")).orElse(new byte[0]);
        if (hmac.length != 32) {
            throw options.wrong("hmac", "is not 32 bytes in base64");
        }
        return Optional.of(
                new EncryptedLayer(key(json(layer, KEYS, where)), HexFormat.of().formatHex(hmac)));
    }

    private static Fields json(Manifest.Descriptor layer, String annotation, String where) {
        String what = where + ", '" + annotation + "'";
        @Nullable String text = layer.annotations().get(annotation);
        if (text == null) {
            throw new IntegrityException(what + " is missing");
        }
        byte[] json = bytes(text).orElseThrow(() -> new IntegrityException(what + " is not base64, or too long"));
        return new Fields(StrictJson.object(json, what), what);
    }

    private static String base64(byte[] bytes) {
        return Base64.getEncoder().encodeToString(bytes);
    }

    /** Reads base64 in the one form that its encoder writes. */
    private static Optional<byte[]> bytes(String base64) {
        try {
            byte[] bytes = base64.length() > LONGEST
                    ? new byte[0]
                    : Base64.getDecoder().decode(base64);
            return base64(bytes).equals(base64) && bytes.length > 0 ? Optional.of(bytes) : Optional.empty();
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    private static String shown(String text) {
        String printable = text.replaceAll("\\p{Cntrl}", "?");
        return "'" + (printable.length() <= 80 ? printable : printable.substring(0, 80) + "…") + "'";
    }
}
