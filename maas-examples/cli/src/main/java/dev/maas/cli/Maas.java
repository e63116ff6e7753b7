package dev.maas.cli;

import java.util.Optional;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Help.Ansi;
import picocli.CommandLine.IVersionProvider;
import picocli.CommandLine.Option;

/**
 * The command line of maas.
 *
 * <p>The exit status is 0 if a command did what it was asked, 1 if it could not, and 2 if it was not called as it asks to be.
 */
public final class Maas {
    static final String NAME = "maas";

    private Maas() {}

    /** Runs one command; {@code --help} lists them. */
    public static void main(String[] arguments) {
        Shell shell = Shell.ofSystem();
        int status = run(shell, arguments);
        shell.out().flush();
        System.exit(status);
    }

    /** Returns the version that the jar was built as. */
    static String version() {
        return Optional.ofNullable(Maas.class.getPackage().getImplementationVersion())
                .orElse("unpackaged");
    }

    /** Runs one command and returns its exit status. */
    static int run(Shell shell, String... arguments) {
        return commandLine(shell).execute(arguments);
    }

    /** The command that holds all others. */
    @Command(
            name = NAME,
            description = "Registries and models from a shell.",
            versionProvider = BuildVersion.class,
            footer = {
                "",
                "A version is written name, name:7, name:1.4.2, name:^1.4, name@alias or name@sha256:...",
                "MAAS_REGISTRY names the registry where -r does not, and MAAS_ENCRYPTION_KEY the file of keys where"
                        + " --encryption-key does not; NO_COLOR switches colours off.",
                "Exit status: 0 done, 1 failed, 2 called in a wrong way.",
            })
    static final class Root implements Runnable {
        @Option(
                names = {"-h", "--help"},
                usageHelp = true,
                description = "Print this and do nothing else.")
        boolean help;

        @Option(
                names = {"-V", "--version"},
                versionHelp = true,
                description = "Print the version of maas and do nothing else.")
        boolean version;

        @Override
        public void run() {
            throw new UsageException("What is to be done? 'maas --help' lists the commands");
        }
    }

    /** Tells the version to whoever asks. */
    static final class BuildVersion implements IVersionProvider {
        @Override
        public String[] getVersion() {
            return new String[] {NAME + " " + version()};
        }
    }

    private static CommandLine keys(Shell shell) {
        return new CommandLine(new KeyCommand(shell))
                .addSubcommand(new KeyCommand.New(shell))
                .addSubcommand(new KeyCommand.Rotate(shell))
                .addSubcommand(new KeyCommand.Signing(shell));
    }

    static CommandLine commandLine(Shell shell) {
        Failures failures = new Failures(shell);
        CommandLine line = new CommandLine(new Root())
                .addSubcommand(new PublishCommand(shell))
                .addSubcommand(new ListCommand(shell))
                .addSubcommand(new ShowCommand(shell))
                .addSubcommand(new SearchCommand(shell))
                .addSubcommand(new InspectCommand(shell))
                .addSubcommand(new AliasCommand(shell))
                .addSubcommand(new RollbackCommand(shell))
                .addSubcommand(new HistoryCommand(shell))
                .addSubcommand(new TagCommand(shell))
                .addSubcommand(new YankCommand(shell))
                .addSubcommand(new DeleteCommand(shell))
                .addSubcommand(new RestoreCommand(shell))
                .addSubcommand(new PullCommand(shell))
                .addSubcommand(new WatchCommand(shell))
                .addSubcommand(keys(shell))
                .addSubcommand(new SignCommand(shell))
                .addSubcommand(new VerifyCommand(shell))
                .addSubcommand(new RewrapCommand(shell))
                .addSubcommand(new AttachCommand(shell))
                .addSubcommand(new AttachmentsCommand(shell))
                .addSubcommand(new ExportCommand(shell))
                .addSubcommand(new ImportCommand(shell))
                .addSubcommand(new MigrateCommand(shell))
                .addSubcommand(new ExportSiteCommand(shell))
                .addSubcommand(new InfoCommand(shell))
                .addSubcommand(new GcCommand(shell))
                .addSubcommand(new PredictCommand(shell))
                .addSubcommand(new ServeCommand(shell))
                .addSubcommand(new CompletionCommand(shell));
        return line.setOut(StreamWriter.to(shell.out()))
                .setErr(StreamWriter.to(shell.err()))
                .setColorScheme(
                        CommandLine.Help.defaultColorScheme(shell.terminal().isColoured() ? Ansi.ON : Ansi.OFF))
                .setUsageHelpWidth(Math.max(55, Math.min(120, shell.terminal().width())))
                .setCaseInsensitiveEnumValuesAllowed(true)
                .setOverwrittenOptionsAllowed(false)
                .setParameterExceptionHandler(failures::handleParameters)
                .setExecutionExceptionHandler(failures::handleExecution);
    }
}
