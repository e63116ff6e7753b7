package dev.maas.registry;

import dev.maas.IntegrityException;
import dev.maas.InvalidInputException;
import dev.maas.ModelRef;
import dev.maas.registry.exchange.ImageLayoutReader;
import dev.maas.registry.format.Fields;
import dev.maas.registry.format.StrictJson;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/**
 * Where the entries of an archived log lie. Whether they are sound and form a chain is for {@link LogReader} to find out. Immutable and
 * safe for use by any thread.
 */
final class ArchivedLog {
    private static final int LARGEST_SEGMENT = 8 << 20;

    /** No entry is shorter, with its three digests; so the archive's size bounds what this table takes. */
    private static final int SHORTEST_ENTRY = 200;

    private final String model;
    private final long last;
    private final NavigableMap<Long, Segment> segments;
    private final Set<String> blobs;

    private ArchivedLog(String model, long last, NavigableMap<Long, Segment> segments, Set<String> blobs) {
        this.model = model;
        this.last = last;
        this.segments = segments;
        this.blobs = blobs;
    }

    private record Segment(String hex, List<Integer> ends) {}

    /**
     * The place of an entry.
     *
     * @param hex the digest of its segment
     * @param offset where in it the entry begins
     * @param length the number of its bytes
     */
    record Line(String hex, int offset, int length) {}

    /**
     * Finds the log of an archive.
     *
     * @throws IntegrityException if there is none
     */
    static ArchivedLog read(ImageLayoutReader layout, String manifestHex) {
        String what = layout.name() + ", its log";
        Fields manifest = new Fields(StrictJson.object(layout.bytes(manifestHex, ManifestJson.LARGEST), what), what);
        if (!manifest.string("artifactType").equals(ArchiveIndex.LOG_TYPE)) {
            throw manifest.wrong("artifactType", "is not " + ArchiveIndex.LOG_TYPE);
        }
        Set<String> blobs =
                new HashSet<>(Set.of(manifestHex, manifest.object("config").digest("digest")));
        NavigableMap<Long, Segment> segments = new TreeMap<>();
        long next = 1;
        String model = "";
        for (Fields layer : manifest.objects("layers")) {
            String hex = layer.digest("digest");
            if (!blobs.add(hex)) {
                throw manifest.wrong("layers", "has a segment twice");
            }
            byte[] bytes = layout.bytes(hex, LARGEST_SEGMENT);
            Segment segment = new Segment(hex, ends(bytes, what));
            model = next == 1 ? model(Arrays.copyOf(bytes, segment.ends.get(0)), what) : model;
            segments.put(next, segment);
            next += segment.ends.size();
        }
        if (segments.isEmpty()) {
            throw manifest.wrong("layers", "has no entry");
        }
        return new ArchivedLog(model, next - 1, segments, blobs);
    }

    private static List<Integer> ends(byte[] bytes, String what) {
        List<Integer> ends = new ArrayList<>();
        int start = 0;
        for (int i = 0; i < bytes.length; i++) {
            if (bytes[i] == '\n') {
                if (i - start < SHORTEST_ENTRY) {
                    throw new IntegrityException(what + " is not sound: a line is too short for an entry");
                }
                ends.add(i);
                start = i + 1;
            }
        }
        if (ends.isEmpty() || start != bytes.length) {
            throw new IntegrityException(what + " is not sound: a segment does not end with an entry and a line feed");
        }
        return List.copyOf(ends);
    }

    private static String model(byte[] entry, String what) {
        String name = new Fields(StrictJson.object(entry, what), what).string("model");
        try {
            return ModelRef.requireName(name, "model");
        } catch (InvalidInputException e) {
            throw new IntegrityException(what + " is not sound: " + e.getMessage(), e);
        }
    }

    /** Returns the name of the model. */
    String model() {
        return model;
    }

    /** Returns the number of the newest entry. */
    long last() {
        return last;
    }

    /** Returns the digests of the blobs that hold the log. */
    Set<String> blobs() {
        return Set.copyOf(blobs);
    }

    /** Returns where an entry lies, if it is there. */
    Optional<Line> line(long sequence) {
        if (sequence < 1 || sequence > last) {
            return Optional.empty();
        }
        Map.Entry<Long, Segment> segment = segments.floorEntry(sequence);
        int place = (int) (sequence - segment.getKey());
        List<Integer> ends = segment.getValue().ends;
        int start = place == 0 ? 0 : ends.get(place - 1) + 1;
        return Optional.of(new Line(segment.getValue().hex, start, ends.get(place) - start));
    }
}
