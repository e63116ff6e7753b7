package dev.maas.registry;

import dev.maas.AccessDeniedException;
import dev.maas.RegistryConflictException;
import java.util.Map;

/**
 * Tells whether a package has the same content as a version that is there, if both are encrypted: their blobs differ even then. Safe for use by
 * any thread.
 */
final class Sameness {
    private final Trust trust;
    private final FileKeys keys;

    Sameness(Trust trust, FileKeys keys) {
        this.trust = trust;
        this.keys = keys;
    }

    /**
     * Compares the facts, and each file by its fingerprint under its own data key.
     *
     * @throws RegistryConflictException if the version's keys are not at hand, so that nobody can tell
     */
    boolean isSame(Trust.Candidate candidate, PreparedVersion prepared) {
        Map<String, String> hexes = prepared.packer().plainHexes();
        if (!candidate.factsHex().equals(prepared.factsHex())) {
            return false;
        }
        Manifest manifest = trust.read(candidate).manifest();
        if (!manifest.files().keySet().equals(hexes.keySet())) {
            return false;
        }
        try {
            return isSame(candidate, manifest, hexes);
        } catch (AccessDeniedException e) {
            throw new RegistryConflictException(
                    "Whether '" + candidate.version().ref()
                            + "', which has that semantic version, has the same files cannot be told: " + e.getMessage()
                            + ". Publish with its key, or under another semantic version",
                    e);
        }
    }

    private boolean isSame(Trust.Candidate candidate, Manifest manifest, Map<String, String> hexes) {
        Map<String, FileKey> unwrapped = keys.unwrap(candidate, manifest);
        try {
            return manifest.files().entrySet().stream().allMatch(file -> {
                FileKey key = unwrapped.get(file.getKey());
                String hex = hexes.getOrDefault(file.getKey(), "");
                // A file in the clear is another: its publisher wants it encrypted.
                return key != null
                        && EncryptedLayer.find(file.getValue(), "The manifest")
                                .filter(layer -> key.isOf(layer, hex))
                                .isPresent();
            });
        } finally {
            unwrapped.values().forEach(FileKey::wipe);
        }
    }
}
