package dev.maas.registry.seal;

import dev.maas.IntegrityException;
import dev.maas.InvalidInputException;
import dev.maas.registry.format.CanonicalJson;
import dev.maas.registry.format.Fields;
import dev.maas.registry.format.StrictJson;
import java.util.ArrayList;
import java.util.List;

/**
 * Seals the heads of registries: the small statements of how far a read-only copy goes, and until when that is to be believed.
 *
 * <p>A copy behind a web server can be cut back to an older state, or never be updated again, without anything in it being wrong. So who
 * exports a registry seals its head and renews it before it is over. A reader opens the seal by {@link TrustPolicy#openHead}, and refuses a
 * head that is over, or older than one it has seen.
 *
 * <p>A sealed head is a DSSE envelope of the type {@value #TYPE} in canonical JSON (RFC 8785), with the head as its payload, byte by byte.
 * The methods have no state and are safe for use by any thread.
 */
public final class HeadSeal {
    /** The type of the payload in its envelope. */
    public static final String TYPE = "application/vnd.maas.head.v1+json";

    /** The largest sealed head, in bytes. */
    public static final int LARGEST = 16 << 20;

    private static final String WHAT = "A sealed head";

    private HeadSeal() {}

    /**
     * Returns a head, sealed by one signer or more.
     *
     * @throws InvalidInputException if there is no signer, or the head is too large
     */
    public static byte[] seal(byte[] head, List<Signer> signers) {
        if (signers.isEmpty()) {
            throw new InvalidInputException("A head needs a signer");
        }
        byte[] message = Dsse.encode(TYPE, head);
        List<Dsse.Entry> entries = new ArrayList<>();
        signers.forEach(signer -> entries.add(new Dsse.Entry(signer.fingerprint(), signer.sign(message))));
        byte[] sealed = CanonicalJson.bytes(new Dsse(TYPE, head, entries).json());
        if (sealed.length > LARGEST) {
            throw new InvalidInputException(WHAT + " has " + sealed.length + " bytes; " + LARGEST + " are allowed");
        }
        return sealed;
    }

    /**
     * Returns the head in an envelope without a look at its signatures, for who was not told whom to trust.
     *
     * @throws IntegrityException if it is no sound envelope of a head
     */
    public static byte[] unverified(byte[] sealed) {
        return envelope(sealed).payload();
    }

    /** Reads an envelope; nothing is known of its signatures yet. */
    static Dsse envelope(byte[] sealed) {
        if (sealed.length > LARGEST) {
            throw new IntegrityException(WHAT + " has " + sealed.length + " bytes; " + LARGEST + " are allowed");
        }
        return Dsse.read(new Fields(StrictJson.object(sealed, WHAT), WHAT), TYPE);
    }
}
