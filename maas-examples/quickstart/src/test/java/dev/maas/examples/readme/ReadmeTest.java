package dev.maas.examples.readme;

import static org.assertj.core.api.Assertions.assertThat;

import dev.maas.ModelRegistry;
import dev.maas.ModelVersion;
import dev.maas.examples.quickstart.QuickstartRun;
import dev.maas.examples.readme.Readme.Block;
import dev.maas.registry.Registries;
import java.io.IOException;
import java.lang.reflect.Constructor;
import java.lang.reflect.Method;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ReadmeTest {
    /** What a block must print, by the name of its class; a block that is new here must be told of. */
    private static final Map<String, List<String>> PROGRAMS = Map.of(
            "First", List.of("delivery"),
            "Publish", List.of("topics:2", "(text: string[batch])", "better on last week's messages"),
            "Serve", List.of("returns", "READY"),
            "RollOut", List.of("Verdict[label=delivery]", "Verdict[label=billing]", "RUNNING"),
            "Compose", List.of("cancellation"),
            "Trust", List.of("trusted: topics:1"),
            "Call", List.of("text: string[batch]", "Verdict[label=", "string[1] {"));

    @TempDir
    private static Path folder;

    private static Readme readme = new Readme("");

    /** The folder is as the main job leaves it, with a model's file beside the registry. */
    @BeforeAll
    static void runTheMainJob() throws IOException, InterruptedException {
        readme = Readme.read();
        Path models = folder.resolve("models");
        QuickstartRun.into(models);
        try (ModelRegistry registry = Registries.open(models)) {
            ModelVersion version = registry.resolve("topics@champion");
            try (var source = registry.open(version);
                    var bytes = source.open(source.entry())) {
                Files.copy(bytes, folder.resolve("topics.onnx"));
            }
        }
    }

    @Test
    void everyProgramCompilesRunsAndPrintsWhatItSays() throws IOException, InterruptedException {
        List<Block> programs = readme.blocks("java").stream()
                .filter(block -> block.code().contains("void main("))
                .toList();

        assertThat(programs).extracting(Block::className).containsExactlyInAnyOrderElementsOf(PROGRAMS.keySet());
        for (Block program : programs) {
            assertThat(Compiled.of(program, folder).run())
                    .as(program.className())
                    .contains(PROGRAMS.get(program.className()));
        }
    }

    @Test
    void theFirstProgramIsAsShortAsItSeems() {
        List<String> lines = readme.blocks("java")
                .get(0)
                .code()
                .lines()
                .filter(line -> !line.isBlank() && !line.startsWith("import "))
                .toList();

        assertThat(lines).hasSizeLessThanOrEqualTo(15);
    }

    @Test
    void everyTestClassCompilesAndPasses() throws Exception {
        List<Block> tests = readme.blocks("java").stream()
                .filter(block -> block.code().contains("@Test"))
                .toList();

        assertThat(tests).isNotEmpty();
        for (Block block : tests) {
            assertThat(passed(Compiled.of(block, folder))).as(block.className()).isGreaterThanOrEqualTo(2);
        }
    }

    private static int passed(Compiled compiled) throws Exception {
        URL[] path = {compiled.folder().toUri().toURL()};
        try (URLClassLoader loader = new URLClassLoader(path, ReadmeTest.class.getClassLoader())) {
            Constructor<?> constructor = loader.loadClass(compiled.className()).getDeclaredConstructor();
            constructor.setAccessible(true);
            int count = 0;
            for (Method method : constructor.getDeclaringClass().getDeclaredMethods()) {
                if (method.isAnnotationPresent(Test.class)) {
                    method.setAccessible(true);
                    method.invoke(constructor.newInstance());
                    count++;
                }
            }
            return count;
        }
    }

    @Test
    void everyJavaBlockIsEitherAProgramOrATest() {
        assertThat(readme.blocks("java"))
                .allMatch(block ->
                        block.code().contains("void main(") || block.code().contains("@Test"));
    }

    @Test
    void theDependencyHasTheCoordinatesOfThisBuild() throws IOException {
        String pom = Files.readString(Path.of(System.getProperty("maas.root"), "pom.xml"));
        String version =
                pom.replaceAll("(?s).*?<artifactId>maas-parent</artifactId>\\s*<version>(.*?)</version>.*", "$1");

        assertThat(readme.blocks("xml"))
                .isNotEmpty()
                .allSatisfy(block -> assertThat(block.code())
                        .contains("<groupId>dev.maas</groupId>", "<version>" + version + "</version>"));
    }

    @Test
    void everyDependencyOfTheLibraryHasItsReason() throws IOException {
        String table = readme.text().substring(readme.text().indexOf("## Dependencies"));
        for (String module : List.of("maas-core", "maas-registry")) {
            String pom = Files.readString(Path.of(System.getProperty("maas.root"), module, "pom.xml"));
            List<String> artifacts = Stream.of(pom.split("<dependency>"))
                    .skip(1)
                    .filter(dependency -> !dependency.contains("<scope>test</scope>"))
                    .map(dependency -> dependency.replaceAll("(?s).*?<artifactId>(.*?)</artifactId>.*", "$1"))
                    .filter(artifact -> !artifact.startsWith("maas-"))
                    .collect(Collectors.toList());

            assertThat(artifacts)
                    .isNotEmpty()
                    .allSatisfy(artifact -> assertThat(table).contains("`" + artifact + "`"));
        }
    }

    @Test
    void theCommandsNameWhatExists() {
        assertThat(readme.blocks("sh"))
                .isNotEmpty()
                .allSatisfy(block -> block.code().lines().forEach(line -> {
                    assertThat(line).startsWith("./mvnw ");
                    Stream.of(line.split(" "))
                            .filter(word -> word.startsWith("maas-"))
                            .flatMap(words -> Stream.of(words.split(",")))
                            .forEach(module -> assertThat(Path.of(System.getProperty("maas.root"), module, "pom.xml"))
                                    .exists());
                }));
    }
}
