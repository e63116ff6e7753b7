package dev.maas.registry;

/** The keys under which a registry keeps things; the same in every store. */
final class Keys {
    static final String HEADER = "store.json";
    static final String BLOBS = "blobs/sha256/";
    static final String MODELS = "models/";
    static final String LEASES = "leases/";
    static final String TRASH = "trash/";

    private static final String JSON = ".json";

    private Keys() {}

    static String blob(String hex) {
        return BLOBS + hex.substring(0, 2) + "/" + hex;
    }

    static String logFolder(String model) {
        return MODELS + model + "/log/";
    }

    static String log(String model, long sequence) {
        return logFolder(model) + padded(sequence) + JSON;
    }

    static String checkpointFolder(String model) {
        return MODELS + model + "/checkpoint/";
    }

    static String checkpoint(String model, long sequence) {
        return checkpointFolder(model) + padded(sequence) + JSON;
    }

    static String lease(long millis, String id) {
        return LEASES + padded(millis) + "-" + id + JSON;
    }

    static String trashFolder(long millis, String id) {
        return TRASH + padded(millis) + "-" + id + "/";
    }

    private static String padded(long number) {
        return String.format("%020d", number);
    }

    /** Returns the last part of a key, without {@code .json}. */
    static String lastPart(String key) {
        String last = key.substring(key.lastIndexOf('/') + 1);
        return last.endsWith(JSON) ? last.substring(0, last.length() - JSON.length()) : last;
    }
}
