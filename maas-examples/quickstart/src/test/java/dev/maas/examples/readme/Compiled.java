package dev.maas.examples.readme;

import dev.maas.examples.readme.Readme.Block;
import java.io.IOException;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import javax.tools.JavaCompiler;
import javax.tools.ToolProvider;

/** A Java block of the README as a class file in a folder. */
record Compiled(String className, Path folder) {
    private static final long PATIENCE_SECONDS = 120;

    static Compiled of(Block block, Path folder) throws IOException {
        Path source = Files.writeString(folder.resolve(block.className() + ".java"), block.code());
        JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        StringWriter messages = new StringWriter();
        List<String> options = List.of(
                "-classpath",
                System.getProperty("java.class.path"),
                "-d",
                folder.toString(),
                "--release",
                "17",
                "-Xlint:all,-processing,-classfile",
                "-proc:none",
                "-Werror");
        boolean sound = compiler.getTask(
                        messages,
                        null,
                        null,
                        options,
                        null,
                        compiler.getStandardFileManager(null, null, null).getJavaFileObjects(source))
                .call();
        if (!sound) {
            throw new AssertionError(block.className() + " of the README does not compile:\n" + messages);
        }
        return new Compiled(block.className(), folder);
    }

    /** Runs the class's main method in a JVM of its own, in the folder, and returns what it printed. */
    String run() throws IOException, InterruptedException {
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp",
                        folder + System.getProperty("path.separator") + System.getProperty("java.class.path"),
                        className)
                .directory(folder.toFile())
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve(className + ".out").toFile())
                .start();
        try {
            boolean ended = process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS);
            String output = Files.readString(folder.resolve(className + ".out"));
            if (!ended || process.exitValue() != 0) {
                throw new AssertionError(className + " of the README " + (ended ? "failed" : "hangs") + ":\n" + output);
            }
            return output;
        } finally {
            process.destroyForcibly();
        }
    }
}
