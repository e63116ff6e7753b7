package dev.maas.registry;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * What of a model's log has to do with moving the model. Immutable.
 *
 * @param model the model's name
 * @param sequence the number of the newest entry
 * @param head the digest of the newest entry
 * @param versions the versions that are not gone for good, oldest first
 * @param aliases the aliases and the versions they point to
 */
record ModelSnapshot(String model, long sequence, String head, List<Held> versions, Map<String, Integer> aliases) {
    /**
     * A version whose blobs are kept.
     *
     * @param candidate what the log says of it
     * @param there whether it is offered, as opposed to deleted for now
     */
    record Held(Trust.Candidate candidate, boolean there) {}

    static ModelSnapshot of(ModelState state) {
        List<Held> versions = new ArrayList<>();
        for (VersionState version : state.versions()) {
            if (!version.purged) {
                versions.add(new Held(Trust.Candidate.of(version), version.isThere()));
            }
        }
        return new ModelSnapshot(
                state.model(), state.sequence(), state.head(), List.copyOf(versions), new TreeMap<>(state.aliases()));
    }

    /** Returns the digests of everything that the log says its versions need. */
    Set<String> hexes() {
        Set<String> hexes = new TreeSet<>();
        for (Held version : versions) {
            hexes.add(version.candidate.manifestHex());
            hexes.addAll(version.candidate.blobs());
            version.candidate.attachments().forEach(attach -> hexes.addAll(attach.blobs()));
        }
        return hexes;
    }
}
