package dev.maas.cli;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Says in the words of the command line what the libraries advise in those of Java, so that an error names the option that helps. The method
 * has no state and is safe for use by any thread.
 */
final class CommandWords {
    private static final Map<String, String> WORDS = new LinkedHashMap<>();

    static {
        WORDS.put(
                "this registry was opened without keys. Open it with RegistryOptions.decryptWith(…)",
                "no keys were given. Name the file of its keys by --encryption-key FILE, or in "
                        + EncryptionChoice.VARIABLE);
        WORDS.put("open the registry with RegistryOptions.offlinePastExpiry(true)", "say so by --past-expiry");
        WORDS.put("add TrustPolicy.Builder.requireHeads(…)", "name a key of theirs by --trust-head FILE");
        WORDS.put("name its folder by RegistryOptions.cache(…)", "name its folder by --cache FOLDER");
        WORDS.put("PackageLimits.fileBytes", "--max-size");
        WORDS.put("PackageLimits.packageBytes", "--max-size");
        WORDS.put("PackageLimits.files", "--max-files");
        WORDS.put("give it by ModelPackage.signature(…)", "give it by --signature FILE");
        WORDS.put(
                "ForeignModels.tensorFlowServing with the name of",
                "'maas migrate tf-serving --engine' with the name of");
        WORDS.put("make one by KeyFile.create", "'maas key new' makes one");
        WORDS.put(", such as ModelPackage.of(Path.of(\"folder\")), instead", " instead");
    }

    private CommandWords() {}

    /** Returns a message with the names of options where there were those of methods. */
    static String of(String message) {
        String said = message;
        for (Map.Entry<String, String> words : WORDS.entrySet()) {
            said = said.replace(words.getKey(), words.getValue());
        }
        return said;
    }
}
