package dev.maas.registry;

import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * The files of a version as its manifest tells them, to whoever can read the store: no file was read, and no keys are needed. Immutable and safe
 * for use by any thread.
 *
 * @param sizes the bytes of each file as it is stored, by its name; an encrypted file has a few more than its content
 * @param encryptedUnder the ids of the keys under which files were encrypted when the version was published, as {@code KeyWrapper.keyId} gave
 *     them; empty if none is encrypted
 */
public record StoredFiles(Map<String, Long> sizes, Set<String> encryptedUnder) {
    /** Copies both. */
    public StoredFiles {
        sizes = Collections.unmodifiableMap(new TreeMap<>(sizes));
        encryptedUnder = Collections.unmodifiableSet(new LinkedHashSet<>(encryptedUnder));
    }
}
