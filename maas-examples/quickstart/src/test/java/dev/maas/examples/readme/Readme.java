package dev.maas.examples.readme;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;

/** The code blocks of the project's front page. */
record Readme(String text) {
    private static final Pattern BLOCK = Pattern.compile("(?ms)^```(\\w+)\\n(.*?)^```$");
    private static final Pattern CLASS = Pattern.compile("(?m)^(?:public )?class (\\w+)");

    /** A code block: the language it names, and its lines. */
    record Block(String language, String code) {
        /** Returns the name of the first class at the top level of a Java block. */
        String className() {
            return CLASS.matcher(code)
                    .results()
                    .findFirst()
                    .map(match -> match.group(1))
                    .orElseThrow(() -> new AssertionError("A Java block of the README is a whole class; got\n" + code));
        }
    }

    static Readme read() throws IOException {
        return new Readme(Files.readString(Path.of(System.getProperty("maas.root"), "README.md")));
    }

    List<Block> blocks(String language) {
        return BLOCK.matcher(text)
                .results()
                .map((MatchResult match) -> new Block(match.group(1), match.group(2)))
                .filter(block -> block.language().equals(language))
                .toList();
    }
}
