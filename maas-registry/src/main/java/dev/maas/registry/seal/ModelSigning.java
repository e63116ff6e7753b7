package dev.maas.registry.seal;

import dev.maas.IntegrityException;
import dev.maas.InvalidInputException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * Signs models and verifies them in the format of OpenSSF model signing, for models in and outside of registries.
 *
 * <p>What is written is version 1.0 of the format, as the reference tool's releases from 1.1 write it: a Sigstore bundle that names the
 * public key by its fingerprint. What the releases from 0.3.1 wrote is read as well, by plain keys and by certificates. Not supported, and
 * refused: signatures through the public transparency log, digests other than SHA-256, files in shards, links, and what was written before
 * 0.3.1.
 *
 * <p>The methods have no state and are safe for use by any thread. Those that take files block while they read them.
 */
public final class ModelSigning {
    /** The media type of a signature. */
    public static final String MEDIA_TYPE = SigstoreBundle.MEDIA_TYPE;

    private ModelSigning() {}

    /**
     * What was verified. Immutable.
     *
     * @param name the model's name, as it was signed
     * @param files the SHA-256 of each file by its name, in hexadecimal: these files and no others were signed. A model that is one file
     *     has the name {@code .}
     * @param signers who signed, by their names in the policy
     */
    public record Verified(String name, Map<String, String> files, Set<String> signers) {
        /** Copies the parts. */
        public Verified {
            files = Collections.unmodifiableMap(new TreeMap<>(files));
            signers = Set.copyOf(signers);
        }
    }

    /**
     * Signs files whose digests are known.
     *
     * @param name the model's name
     * @param files the SHA-256 of each file by its name, in hexadecimal
     * @return a Sigstore bundle
     */
    public static byte[] sign(String name, Map<String, String> files, Signer signer) {
        return SigstoreBundle.sign(ModelStatement.of(name, files, List.of()), signer);
    }

    /**
     * Signs a file, or all files of a folder. The last part of the path is the model's name.
     *
     * @param model the file or folder
     * @param ignored files and folders in it that are left out, such as the signature that will lie there
     * @return a Sigstore bundle
     * @throws InvalidInputException if there is nothing to sign, or something that is no plain file
     */
    public static byte[] sign(Path model, Set<String> ignored, Signer signer) {
        List<String> paths = ignored.stream().sorted().toList();
        try {
            Map<String, String> files = new FolderDigests(model, paths).digests();
            Path absolute = model.toAbsolutePath().normalize();
            return SigstoreBundle.sign(ModelStatement.of(PemKeys.name(absolute), files, paths), signer);
        } catch (IntegrityException e) {
            throw new InvalidInputException("The model cannot be signed: " + e.getMessage(), e);
        } catch (IOException e) {
            throw new InvalidInputException("The model '" + PemKeys.name(model) + "' cannot be read", e);
        }
    }

    /**
     * Verifies a file or folder. Every file in the folder must have been signed; left out are what the signer left out, by the signed
     * statement itself, and the signature files. Load no other files than {@link Verified#files()}.
     *
     * @param model the file or folder
     * @param policy whom to trust; the rule for the name that was signed decides
     * @param signatures the files with the signatures, in the folder or elsewhere
     * @throws IntegrityException if the signatures do not meet the rule, or a file is not the one that was signed, is missing, or was not
     *     signed
     * @throws InvalidInputException if a file cannot be read
     */
    public static Verified verify(Path model, TrustPolicy policy, Path... signatures) {
        List<byte[]> bundles = new ArrayList<>();
        try {
            for (Path signature : signatures) {
                if (Files.size(signature) > SigstoreBundle.LARGEST) {
                    throw new IntegrityException("The signature '" + PemKeys.name(signature) + "' is too large");
                }
                bundles.add(Files.readAllBytes(signature));
            }
            return verify(model, policy, bundles, signatures);
        } catch (IOException e) {
            throw new InvalidInputException("'" + PemKeys.name(model) + "' or its signature cannot be read", e);
        }
    }

    private static Verified verify(Path model, TrustPolicy policy, List<byte[]> bundles, Path... signatures)
            throws IOException {
        List<ModelStatement> statements = new ArrayList<>();
        // Files are read only for signers who are trusted.
        Set<String> signers = policy.verify(bundles, statements::add);
        if (statements.isEmpty()) {
            throw new IntegrityException("'" + PemKeys.name(model) + "' has no signature");
        }
        ModelStatement first = statements.get(0);
        for (ModelStatement statement : statements) {
            FolderDigests folder = new FolderDigests(model, statement.ignored(), signatures);
            statement.requireFiles(folder.digests());
            if (!statement.files().equals(first.files())) {
                throw new IntegrityException("The signatures are not for the same files");
            }
        }
        return new Verified(first.name(), first.files(), signers);
    }
}
