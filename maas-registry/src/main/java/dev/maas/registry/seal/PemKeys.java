package dev.maas.registry.seal;

import dev.maas.InvalidInputException;
import dev.maas.registry.format.Sha256;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.PKCS8EncodedKeySpec;
import java.security.spec.X509EncodedKeySpec;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Reads keys and certificates in PEM, and names keys by their fingerprints. */
final class PemKeys {
    private static final int LARGEST = 1 << 20;
    private static final Pattern BLOCK =
            Pattern.compile("-----BEGIN ([A-Z0-9 ]{1,40})-----\\s([A-Za-z0-9+/=\\s]*)-----END \\1-----");
    private static final String PUBLIC = "PUBLIC KEY";
    private static final String PRIVATE = "PRIVATE KEY";
    private static final String CERTIFICATE = "CERTIFICATE";
    private static final List<String> ALGORITHMS = List.of("EC", "Ed25519");

    private PemKeys() {}

    /** What stands between two lines of dashes. */
    private static final class Block {
        private final String type;
        private final byte[] bytes;

        private Block(String type, byte[] bytes) {
            this.type = type;
            this.bytes = bytes;
        }
    }

    /**
     * Returns the fingerprint by which model signing names a key: the SHA-256 of its PEM form, with lines of 64 characters and a line
     * break at the end.
     */
    static String fingerprint(PublicKey key) {
        String base64 = Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(key.getEncoded());
        String pem = "-----BEGIN PUBLIC KEY-----\n" + base64 + "\n-----END PUBLIC KEY-----\n";
        return Sha256.hex(pem.getBytes(StandardCharsets.US_ASCII));
    }

    static PublicKey readPublic(Path file) {
        Block block = only(file, PUBLIC, "openssl pkey -in key.pem -pubout -out public.pem");
        return decodePublic(block.bytes, name(file));
    }

    private static PublicKey decodePublic(byte[] encoded, String what) {
        InvalidInputException refused = new InvalidInputException(
                "'" + what + "' holds no public key of Ed25519 or of the curves P-256, P-384 and P-521");
        for (String algorithm : ALGORITHMS) {
            try {
                PublicKey key = KeyFactory.getInstance(algorithm).generatePublic(new X509EncodedKeySpec(encoded));
                KeyKind.of(key);
                return key;
            } catch (GeneralSecurityException e) {
                // A key of the other algorithm, or of none.
                refused.addSuppressed(e);
            }
        }
        throw refused;
    }

    static PrivateKey readPrivate(Path file) {
        Block block = only(file, PRIVATE, "openssl genpkey -algorithm ed25519 -out key.pem");
        InvalidInputException refused =
                new InvalidInputException("'" + name(file) + "' holds no private key of Ed25519 or ECDSA in PKCS #8");
        for (String algorithm : ALGORITHMS) {
            try {
                return KeyFactory.getInstance(algorithm).generatePrivate(new PKCS8EncodedKeySpec(block.bytes));
            } catch (GeneralSecurityException e) {
                // A key of the other algorithm, or of none.
                refused.addSuppressed(e);
            }
        }
        throw refused;
    }

    static List<X509Certificate> readCertificates(Path file) {
        List<X509Certificate> certificates = new ArrayList<>();
        for (Block block : read(file)) {
            if (block.type.equals(CERTIFICATE)) {
                certificates.add(decodeCertificate(block.bytes, name(file)));
            }
        }
        if (certificates.isEmpty()) {
            throw new InvalidInputException("'" + name(file) + "' holds no certificate in PEM");
        }
        return certificates;
    }

    private static X509Certificate decodeCertificate(byte[] der, String what) {
        try {
            return certificate(der);
        } catch (CertificateException e) {
            throw new InvalidInputException("'" + what + "' holds a certificate that is not sound", e);
        }
    }

    static X509Certificate certificate(byte[] der) throws CertificateException {
        return (X509Certificate)
                CertificateFactory.getInstance("X.509").generateCertificate(new ByteArrayInputStream(der));
    }

    private static Block only(Path file, String type, String howToMakeOne) {
        List<Block> blocks =
                read(file).stream().filter(block -> block.type.equals(type)).toList();
        if (blocks.size() != 1) {
            throw new InvalidInputException("'" + name(file) + "' has " + blocks.size() + " blocks 'BEGIN " + type
                    + "' where 1 is right. Make one by: " + howToMakeOne);
        }
        return blocks.get(0);
    }

    private static List<Block> read(Path file) {
        List<Block> blocks = new ArrayList<>();
        Matcher matcher = BLOCK.matcher(text(file));
        while (matcher.find()) {
            try {
                blocks.add(new Block(matcher.group(1), Base64.getMimeDecoder().decode(matcher.group(2))));
            } catch (IllegalArgumentException e) {
                throw new InvalidInputException("'" + name(file) + "' is not sound PEM", e);
            }
        }
        return blocks;
    }

    private static String text(Path file) {
        try {
            if (Files.size(file) > LARGEST) {
                throw new InvalidInputException("'" + name(file) + "' is too large for a file of keys");
            }
            return Files.readString(file, StandardCharsets.ISO_8859_1);
        } catch (IOException e) {
            throw new InvalidInputException("The key file '" + name(file) + "' cannot be read", e);
        }
    }

    static String name(Path file) {
        return String.valueOf(file.getFileName());
    }
}
