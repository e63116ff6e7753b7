package dev.maas.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Runs every command that the README shows, in its order, and compares what it prints. */
class ReadmeTest {
    private static final Pattern BLOCK = Pattern.compile("(?ms)^```console\\n(.*?)^```$");
    private static final Pattern WORD = Pattern.compile("\"([^\"]*)\"|'([^']*)'|([^\\s\"']+)");
    private static final Pattern FILE = Pattern.compile(
            "(\\./)?(flowers\\.(onnx|csv|tar)|(request|keys)\\.json|models|elsewhere|pulled|served|site|(key|public)\\.pem)");
    private static final Pattern PORT = Pattern.compile("127\\.0\\.0\\.1:([0-9]+)");
    private static final String SHOWN_PORT = "127.0.0.1:8080";

    @TempDir
    private Path folder;

    private Path registry = Path.of("unset");
    private final List<Runnable> stops = new ArrayList<>();
    private String port = SHOWN_PORT;

    /** A command, and what the README says that it prints. */
    private record Step(String command, String output) {}

    private static List<Step> steps() throws IOException {
        List<Step> steps = new ArrayList<>();
        Matcher blocks = BLOCK.matcher(Files.readString(Path.of("README.md")));
        while (blocks.find()) {
            for (String step : blocks.group(1).split("(?m)^\\$ ", -1)) {
                if (!step.isEmpty()) {
                    String joined = step.replaceAll("\\\\\\n\\s*", "");
                    int end = joined.indexOf('\n');
                    steps.add(new Step(joined.substring(0, end), joined.substring(end + 1)));
                }
            }
        }
        return steps;
    }

    @Test
    void everyCommandPrintsWhatTheReadmeSays() throws Exception {
        assumeThat(has("curl")).as("curl is here").isTrue();
        for (Path sample : List.of(Samples.FLOWERS, Samples.FLOWERS_CSV, Samples.REQUEST)) {
            Files.copy(sample, folder.resolve(sample.getFileName()));
        }
        StringBuilder expected = new StringBuilder();
        StringBuilder actual = new StringBuilder();
        try {
            for (Step step : steps()) {
                expected.append("$ ").append(step.command).append('\n').append(same(step.output));
                actual.append("$ ").append(step.command).append('\n').append(same(run(step.command)));
            }
        } finally {
            stops.forEach(Runnable::run);
        }
        assertThat(actual.toString()).isEqualTo(expected.toString());
        assertThat(expected).contains("$ maas serve", "$ maas pull", "$ maas gc");
    }

    private static boolean has(String program) {
        return Stream.of(System.getenv("PATH").split(System.getProperty("path.separator")))
                .anyMatch(path -> Files.isExecutable(Path.of(path, program)));
    }

    /**
     * What differs from run to run: times, the fingerprints and ids of new keys, the digests of what is encrypted; and from machine to machine: the
     * last digits of scores, the length of the user's name in a history.
     */
    private static String same(String output) {
        return output.replaceAll("[0-9]{4}-[0-9]{2}-[0-9]{2} [0-9]{2}:[0-9]{2}", "2026-01-01 00:00")
                .replaceAll("the key [0-9a-f]{16}", "the key 0123456789abcdef")
                .replaceAll("tink:[0-9]{1,10}", "tink:1234567890")
                .replaceAll("(Exported .*(?:tar |objects, ))[0-9.]+ kB", "$1 20 kB")
                .replaceAll("(Published secret.*sha256:)[0-9a-f]{12}", "$10123456789ab")
                .replaceAll("(0\\.0*[1-9][0-9]{3})[0-9]+|([1-9]\\.[0-9]{3})[0-9]+(E-[0-9]+)", "$1$2$3")
                .replaceAll(" +", " ")
                .replaceAll("(?m) +$", "");
    }

    private String run(String command) throws Exception {
        if (command.startsWith("export MAAS_REGISTRY=")) {
            registry = folder.resolve(command.substring(command.indexOf('=') + 1));
            return "";
        }
        if (!command.startsWith("maas ")) {
            return shell(command);
        }
        boolean background = command.endsWith(" &");
        String input = "";
        List<String> words = new ArrayList<>();
        Matcher matcher = WORD.matcher(command.replaceAll(" &$", "").substring("maas ".length()));
        while (matcher.find()) {
            words.add(Stream.of(1, 2, 3)
                    .map(matcher::group)
                    .filter(group -> group != null)
                    .findFirst()
                    .orElseThrow());
        }
        int redirect = words.indexOf("<");
        if (redirect >= 0) {
            input = Files.readString(folder.resolve(words.get(redirect + 1)));
            words = words.subList(0, redirect);
        }
        String[] arguments = words.stream().map(this::placed).toArray(String[]::new);
        MaasRun run = MaasRun.prepare(registry, input, false);
        if (background) {
            return start(run, arguments);
        }
        run.run(arguments);
        return (run.out() + run.err()).replace(folder + "/", "");
    }

    /** Files lie in the test's folder; the port is whichever is free. */
    private String placed(String word) {
        int equals = word.indexOf('=') + 1;
        String file = word.substring(equals);
        if (FILE.matcher(file).matches()) {
            return word.substring(0, equals) + folder + "/" + file;
        }
        return word.equals("8080") ? "0" : word;
    }

    private String start(MaasRun run, String... arguments) {
        Thread thread = new Thread(() -> run.run(arguments));
        thread.start();
        stops.add(() -> {
            run.shell().stop();
            await().atMost(Duration.ofSeconds(30)).until(() -> !thread.isAlive());
        });
        await().atMost(Duration.ofSeconds(60)).until(() -> run.out().contains("\n") || run.status() >= 0);
        Matcher matcher = PORT.matcher(run.out());
        if (matcher.find()) {
            port = matcher.group();
        }
        return (run.out() + run.err()).replace(port, SHOWN_PORT);
    }

    private String shell(String command) throws IOException, InterruptedException {
        Process process = new ProcessBuilder("bash", "-c", command.replace(SHOWN_PORT, port))
                .directory(folder.toFile())
                .redirectErrorStream(true)
                .start();
        process.getOutputStream().close();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        process.waitFor();
        return output.isEmpty() || output.endsWith("\n") ? output : output + "\n";
    }
}
