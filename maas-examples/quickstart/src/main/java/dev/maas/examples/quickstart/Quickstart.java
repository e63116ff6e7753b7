package dev.maas.examples.quickstart;

import dev.maas.AliasUpdate;
import dev.maas.InvalidInputException;
import dev.maas.Lineage;
import dev.maas.MaasException;
import dev.maas.ModelPackage;
import dev.maas.ModelRegistry;
import dev.maas.ModelVersion;
import dev.maas.Predictor;
import dev.maas.examples.terminal.ProgressBar;
import dev.maas.examples.terminal.Terminal;
import dev.maas.examples.text.Evaluation;
import dev.maas.examples.text.Messages;
import dev.maas.examples.text.TextTrainer;
import dev.maas.examples.text.Training;
import dev.maas.registry.Registries;
import dev.maas.serving.ModelService;
import java.io.InputStream;
import java.io.PrintStream;
import java.time.Duration;
import java.util.List;

/**
 * The main job from end to end: trains two versions of a text classifier, publishes both, serves them, classifies lines of text,
 * and moves from the first version to the second while calls go on.
 */
public final class Quickstart {
    private static final String MODEL = "topics";
    private static final String ALIAS = "champion";
    private static final double TEST_SHARE = 0.2;
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private final Arguments arguments;
    private final Terminal terminal;
    private final Report report;

    private Quickstart(Arguments arguments, Terminal terminal) {
        this.arguments = arguments;
        this.terminal = terminal;
        this.report = new Report(terminal);
    }

    /** Runs the program; {@code --help} explains its arguments. */
    public static void main(String[] words) throws InterruptedException {
        int status = run(words, System.in, Terminal.ofSystem(), System.err);
        if (status != 0) {
            System.exit(status);
        }
    }

    /** Returns the exit status: 0 if all went well, 2 if the input is wrong, 1 if something else is. */
    static int run(String[] words, InputStream input, Terminal terminal, PrintStream errors)
            throws InterruptedException {
        try {
            Arguments arguments = Arguments.parse(words);
            if (arguments.help()) {
                terminal.text(Arguments.HELP);
            } else {
                new Quickstart(arguments, terminal).run(Lines.read(arguments.lines(), input));
            }
            return 0;
        } catch (MaasException e) {
            errors.println("quickstart: " + e.getMessage());
            return e instanceof InvalidInputException ? 2 : 1;
        }
    }

    private void run(List<String> lines) throws InterruptedException {
        terminal.heading("1  Data");
        Messages.Split data = data();

        terminal.heading("2  Train");
        Version first = train("v1", TextTrainer.simple(), data);
        Version second = train("v2", TextTrainer.thorough(), data);

        terminal.heading("3  Evaluate on messages that neither has seen");
        report.comparison(List.of(first, second));
        report.evaluation(second);

        try (RegistryFolder folder = RegistryFolder.of(arguments.registry());
                ModelRegistry registry = Registries.open(folder.path())) {
            terminal.heading("4  Publish");
            ModelVersion champion =
                    registry.publish(toPackage(first, data.train()).alias(ALIAS));
            ModelVersion candidate = registry.publish(toPackage(second, data.train()));
            report.published(champion);
            report.published(candidate);

            try (ModelService service = ModelService.of(registry)) {
                terminal.heading("5  Serve " + MODEL + "@" + ALIAS);
                Predictor<String, Verdict> topics = load(service, MODEL + "@" + ALIAS);
                report.verdicts(topics, lines);

                terminal.heading("6  Move " + MODEL + "@" + ALIAS + " from " + champion.number() + " to "
                        + candidate.number() + " while calls go on");
                report.move(move(registry, service, champion, candidate, lines));
                report.verdicts(topics, lines);
                report.agreement(topics, second.classifier(), data.test());
            }
        }
    }

    private Messages.Split data() {
        Messages messages = arguments.data().map(Messages::read).orElseGet(Messages::samples);
        Messages.Split split = arguments
                .test()
                .map(file -> new Messages.Split(messages, Messages.read(file).withCategoriesOf(messages)))
                .orElseGet(() -> messages.split(TEST_SHARE, arguments.seed()));
        terminal.line(
                "%d messages in %d categories to learn from, %d to test with",
                split.train().size(), messages.categories().size(), split.test().size());
        return split;
    }

    private Version train(String name, TextTrainer trainer, Messages.Split data) throws InterruptedException {
        Training training;
        try (ProgressBar bar = terminal.progress("Training " + name + " on " + trainer.describe())) {
            training = trainer.seed(arguments.seed()).progress(bar::advanced).train(data.train());
        }
        report.training(name, training);
        return new Version(name, training, Evaluation.of(training.classifier(), data.test()));
    }

    /** The labels go along as the columns of {@code scores}, which makes them the keys of the map in a {@link Verdict}. */
    private static ModelPackage toPackage(Version version, Messages data) {
        Lineage lineage = Lineage.unknown()
                .withProducer("maas quickstart")
                .withDataDigest(data.digest())
                .withMetric("accuracy", version.evaluation().accuracy())
                .withMetric("loss", version.evaluation().loss());
        return ModelPackage.of(version.classifier().toOnnx())
                .name(MODEL)
                .description("What is a customer's message about?")
                .columns("scores", version.classifier().labels())
                .lineage(lineage);
    }

    private Predictor<String, Verdict> load(ModelService service, String ref) {
        try (ProgressBar bar = terminal.progress("Loading")) {
            Predictor<String, Verdict> predictor = service.predictor(ref, String.class, Verdict.class);
            bar.advanced(1, 2);
            predictor.predict("the first call");
            bar.advanced(2, 2);
            return predictor;
        }
    }

    private static AliasMove.Outcome move(
            ModelRegistry registry,
            ModelService service,
            ModelVersion champion,
            ModelVersion candidate,
            List<String> lines)
            throws InterruptedException {
        AliasMove move = new AliasMove(
                service.predictor(MODEL + "@" + ALIAS, String.class, Verdict.class),
                service.predictor(champion.ref().toString(), String.class, Verdict.class),
                service.predictor(candidate.ref().toString(), String.class, Verdict.class),
                lines);
        AliasUpdate update = AliasUpdate.of(MODEL, ALIAS, candidate.number())
                .expecting(champion.number())
                .by("quickstart")
                .because("better on the test set");
        return move.run(registry, update, PATIENCE);
    }
}
