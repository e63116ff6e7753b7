package dev.maas.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

/**
 * A JVM of its own, for what happens once per JVM.
 *
 * <p>Not safe for use by several threads at once.
 */
public final class ForkedJvm {
    private final Class<?> main;
    private final List<String> options = new ArrayList<>();
    private List<String> classPath =
            Arrays.asList(System.getProperty("java.class.path").split(File.pathSeparator, -1));

    private ForkedJvm(Class<?> main) {
        this.main = main;
    }

    /** Prepares a JVM that runs a class's main method with the class path of this one. */
    public static ForkedJvm of(Class<?> main) {
        return new ForkedJvm(main);
    }

    /** Leaves out the jars and folders whose path contains that text. */
    public ForkedJvm without(String part) {
        int before = classPath.size();
        classPath = classPath.stream().filter(path -> !path.contains(part)).toList();
        assertThat(classPath).as("paths without " + part).hasSizeLessThan(before);
        return this;
    }

    /** Adds an option, such as {@code -Dname=value}. */
    public ForkedJvm option(String option) {
        options.add(option);
        return this;
    }

    /** Runs to the end and returns what it wrote to both outputs; fails unless it ended well within two minutes. */
    public String run(String... arguments) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(options);
        command.add("-Xmx256m");
        command.add("-XX:TieredStopAtLevel=1");
        command.add("-cp");
        command.add(classPath.stream().collect(Collectors.joining(File.pathSeparator)));
        command.add(main.getName());
        command.addAll(Arrays.asList(arguments));
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String output;
        try {
            process.getOutputStream().close();
            output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            assertThat(process.waitFor(2, TimeUnit.MINUTES)).as("ended in time").isTrue();
        } finally {
            process.destroyForcibly();
        }
        assertThat(process.exitValue()).as(output).isZero();
        return output;
    }
}
