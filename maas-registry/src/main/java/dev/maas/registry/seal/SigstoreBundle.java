package dev.maas.registry.seal;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import dev.maas.IntegrityException;
import dev.maas.registry.format.CanonicalJson;
import dev.maas.registry.format.Fields;
import dev.maas.registry.format.Sha256;
import dev.maas.registry.format.StrictJson;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A Sigstore bundle, version 0.3, with the signature of a model: an envelope, and by what it is verified. Immutable.
 *
 * <p>Bundles that were signed for the public transparency log carry entries of that; they are passed over here, since trust comes from
 * keys and authorities that the reader names.
 *
 * @param envelope the envelope, with one signature
 * @param hint the fingerprint of the public key, if the bundle names one
 * @param certificates the chain of the signer's certificate, that one first; empty if it was signed by a plain key
 */
record SigstoreBundle(Dsse envelope, Optional<String> hint, List<X509Certificate> certificates) {
    static final String MEDIA_TYPE = "application/vnd.dev.sigstore.bundle.v0.3+json";
    static final int LARGEST = 16 << 20;

    private static final int LONGEST_CHAIN = 10;
    private static final String WHAT = "A signature";

    SigstoreBundle {
        certificates = List.copyOf(certificates);
    }

    /** Returns a statement signed, in the form that the reference tool writes. */
    static byte[] sign(ModelStatement statement, Signer signer) {
        byte[] payload = statement.json();
        byte[] signature = signer.sign(Dsse.encode(ModelStatement.PAYLOAD_TYPE, payload));
        Dsse envelope = new Dsse(ModelStatement.PAYLOAD_TYPE, payload, List.of(new Dsse.Entry("", signature)));
        JsonObject key = new JsonObject();
        key.addProperty("hint", signer.fingerprint());
        JsonObject material = new JsonObject();
        material.add("publicKey", key);
        material.add("tlogEntries", new JsonArray());
        JsonObject json = new JsonObject();
        json.addProperty("mediaType", MEDIA_TYPE);
        json.add("verificationMaterial", material);
        json.add("dsseEnvelope", envelope.json());
        return CanonicalJson.bytes(json);
    }

    /**
     * Reads a bundle that may be hostile.
     *
     * @throws IntegrityException if it is not sound, or of a kind that is not supported
     */
    static SigstoreBundle read(byte[] bytes) {
        if (bytes.length > LARGEST) {
            throw new IntegrityException(WHAT + " has " + bytes.length + " bytes; " + LARGEST + " are allowed");
        }
        Fields fields = new Fields(StrictJson.object(bytes, WHAT), WHAT);
        if (!fields.string("mediaType").equals(MEDIA_TYPE)) {
            throw fields.wrong("mediaType", "is not " + MEDIA_TYPE);
        }
        Dsse envelope = Dsse.read(fields.object("dsseEnvelope"), ModelStatement.PAYLOAD_TYPE);
        if (envelope.signatures().size() != 1) {
            throw fields.wrong("dsseEnvelope", "has " + envelope.signatures().size() + " signatures where 1 is right");
        }
        Fields material = fields.object("verificationMaterial");
        if (material.has("x509CertificateChain")) {
            return new SigstoreBundle(envelope, Optional.empty(), certificates(material));
        }
        if (!material.has("publicKey")) {
            throw fields.wrong(
                    "verificationMaterial",
                    "names neither a public key nor a chain of certificates; other kinds, such as keyless signatures, are not"
                            + " supported");
        }
        return new SigstoreBundle(envelope, hint(material.object("publicKey")), List.of());
    }

    private static Optional<String> hint(Fields key) {
        if (key.has("hint") && !key.raw().get("hint").isJsonNull()) {
            return Optional.of(key.string("hint")).filter(hint -> !hint.isEmpty());
        }
        // Before 1.1 the reference tool wrote the key's PEM form itself, of which its hint is the digest.
        return key.has("rawBytes") ? Optional.of(Sha256.hex(Dsse.base64(key, "rawBytes"))) : Optional.empty();
    }

    private static List<X509Certificate> certificates(Fields material) {
        List<Fields> chain = material.object("x509CertificateChain").objects("certificates");
        if (chain.isEmpty() || chain.size() > LONGEST_CHAIN) {
            throw material.wrong(
                    "x509CertificateChain",
                    "has " + chain.size() + " certificates; 1 to " + LONGEST_CHAIN + " are allowed");
        }
        List<X509Certificate> certificates = new ArrayList<>();
        for (Fields certificate : chain) {
            try {
                certificates.add(PemKeys.certificate(Dsse.base64(certificate, "rawBytes")));
            } catch (CertificateException e) {
                throw new IntegrityException(WHAT + " has a certificate that is not sound", e);
            }
        }
        return certificates;
    }

    byte[] signature() {
        return envelope.signatures().get(0).signature();
    }
}
