package dev.maas.registry.seal;

import java.security.GeneralSecurityException;
import java.security.InvalidAlgorithmParameterException;
import java.security.PublicKey;
import java.security.cert.CertPathValidator;
import java.security.cert.CertificateFactory;
import java.security.cert.CertificateParsingException;
import java.security.cert.PKIXParameters;
import java.security.cert.TrustAnchor;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/** Someone whom a policy names: who holds a key, or whom an authority gave a certificate. Implementations are immutable. */
sealed interface TrustedSigner {
    /** Returns why a bundle's signature is not theirs, or an empty text if it is. */
    String refusal(SigstoreBundle bundle);

    /** Returns whether a signature of a message is theirs, which for an authority it never is: it does not sign messages. */
    boolean signed(byte[] message, byte[] signature);

    /**
     * The holder of a key.
     *
     * @param key the key
     * @param fingerprint its fingerprint
     */
    record Key(PublicKey key, String fingerprint) implements TrustedSigner {
        static Key of(PublicKey key) {
            KeyKind.of(key);
            return new Key(key, PemKeys.fingerprint(key));
        }

        @Override
        public String refusal(SigstoreBundle bundle) {
            if (!bundle.certificates().isEmpty()) {
                return "it is by a certificate, not by this key";
            }
            if (bundle.hint().filter(hint -> !hint.equals(fingerprint)).isPresent()) {
                return "it names another key";
            }
            return signed(bundle.envelope().signedBytes(), bundle.signature())
                    ? ""
                    : "it does not fit what it signs and the key";
        }

        @Override
        public boolean signed(byte[] message, byte[] signature) {
            return KeyKind.of(key).verify(key, message, signature);
        }
    }

    /**
     * An authority that gives certificates to signers.
     *
     * <p>A bundle of this kind says nothing of when it was signed, so that a certificate is checked as of its first day, as the reference
     * tool does: it goes on verifying after it is over, and cannot be revoked. Who needs that takes keys, and changes the policy.
     *
     * @param roots its certificates
     */
    record Authority(Set<X509Certificate> roots) implements TrustedSigner {
        private static final int DIGITAL_SIGNATURE = 0;
        private static final String CODE_SIGNING = "1.3.6.1.5.5.7.3.3";

        public Authority {
            roots = Set.copyOf(roots);
        }

        @Override
        public String refusal(SigstoreBundle bundle) {
            List<X509Certificate> chain = bundle.certificates();
            if (chain.isEmpty()) {
                return "it has no certificate";
            }
            X509Certificate signing = chain.get(0);
            try {
                validate(chain);
                if (!maySign(signing)) {
                    return "its certificate is not for signing";
                }
            } catch (GeneralSecurityException e) {
                return "its certificate does not come from this authority: " + e.getMessage();
            }
            PublicKey key = signing.getPublicKey();
            boolean fits = KeyKind.find(key)
                    .filter(kind -> kind.verify(key, bundle.envelope().signedBytes(), bundle.signature()))
                    .isPresent();
            return fits ? "" : "it does not fit what it signs and its certificate";
        }

        private void validate(List<X509Certificate> chain) throws GeneralSecurityException {
            List<X509Certificate> path =
                    chain.stream().takeWhile(link -> !roots.contains(link)).toList();
            if (path.isEmpty()) {
                throw new InvalidAlgorithmParameterException("it is the authority's own");
            }
            PKIXParameters parameters = new PKIXParameters(
                    roots.stream().map(root -> new TrustAnchor(root, null)).collect(Collectors.toSet()));
            parameters.setRevocationEnabled(false);
            parameters.setDate(chain.get(0).getNotBefore());
            CertPathValidator.getInstance("PKIX")
                    .validate(CertificateFactory.getInstance("X.509").generateCertPath(path), parameters);
        }

        private static boolean maySign(X509Certificate certificate) throws CertificateParsingException {
            boolean[] usage = certificate.getKeyUsage();
            List<String> extended = certificate.getExtendedKeyUsage();
            return (usage != null && usage[DIGITAL_SIGNATURE]) || (extended != null && extended.contains(CODE_SIGNING));
        }

        @Override
        public boolean signed(byte[] message, byte[] signature) {
            return false;
        }
    }
}
