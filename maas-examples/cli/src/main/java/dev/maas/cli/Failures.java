package dev.maas.cli;

import com.google.gson.JsonObject;
import dev.maas.AccessDeniedException;
import dev.maas.CancelledException;
import dev.maas.ClosedException;
import dev.maas.DeadlineExceededException;
import dev.maas.EngineException;
import dev.maas.IntegrityException;
import dev.maas.InvalidInputException;
import dev.maas.MaasException;
import dev.maas.ModelLoadException;
import dev.maas.ModelNotFoundException;
import dev.maas.OverloadedException;
import dev.maas.RegistryConflictException;
import dev.maas.RegistryException;
import java.util.Arrays;
import java.util.Map;
import picocli.CommandLine;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.UnmatchedArgumentException;

/**
 * Tells a person, or with {@code --json} a program, what went wrong and what to do next, and gives the exit status.
 *
 * <p>Safe for use by any thread.
 */
final class Failures {
    /** The exit status of an operation that failed. */
    static final int FAILED = 1;

    /** The exit status of a command that was not called as it asks to be. */
    static final int USAGE = 2;

    private static final Map<Class<? extends MaasException>, String> KINDS = Map.ofEntries(
            Map.entry(ModelNotFoundException.class, "not-found"),
            Map.entry(InvalidInputException.class, "invalid-input"),
            Map.entry(RegistryConflictException.class, "conflict"),
            Map.entry(IntegrityException.class, "integrity"),
            Map.entry(ModelLoadException.class, "model-load"),
            Map.entry(AccessDeniedException.class, "access-denied"),
            Map.entry(RegistryException.class, "registry"),
            Map.entry(EngineException.class, "engine"),
            Map.entry(OverloadedException.class, "overloaded"),
            Map.entry(DeadlineExceededException.class, "deadline"),
            Map.entry(CancelledException.class, "cancelled"),
            Map.entry(ClosedException.class, "closed"));

    private final Shell shell;

    Failures(Shell shell) {
        this.shell = shell;
    }

    /** Handles a command line that cannot be read. */
    int handleParameters(ParameterException e, String[] arguments) {
        CommandLine command = e.getCommandLine();
        String message = String.valueOf(e.getMessage()).strip();
        if (e instanceof UnmatchedArgumentException unmatched) {
            message += unmatched.getSuggestions().stream()
                    .limit(3)
                    .map(suggestion -> "'" + suggestion + "'")
                    .reduce((one, other) -> one + " or " + other)
                    .map(suggestions -> ". Did you mean " + suggestions + "?")
                    .orElse("");
        }
        boolean ended = message.endsWith("?") || message.endsWith(".");
        message += (ended ? "" : ".") + " See '" + command.getCommandSpec().qualifiedName() + " --help'";
        tell(Arrays.asList(arguments).contains("--json"), "usage", message, USAGE);
        return USAGE;
    }

    /** Handles what a command threw. */
    int handleExecution(Exception e, CommandLine command, ParseResult parsed) {
        boolean json = command.getCommand() instanceof MaasCommand maas && maas.json;
        boolean verbose = command.getCommand() instanceof MaasCommand maas && maas.verbose;
        int status = e instanceof UsageException ? USAGE : FAILED;
        tell(json, kind(e), message(e), status);
        if (verbose) {
            e.printStackTrace(shell.err());
        }
        return status;
    }

    private static String kind(Exception e) {
        if (e instanceof UsageException) {
            return "usage";
        }
        return e instanceof CommandException ? "failed" : KINDS.getOrDefault(e.getClass(), "internal");
    }

    private static String message(Exception e) {
        boolean meant = e instanceof MaasException || e instanceof UsageException || e instanceof CommandException;
        return meant
                ? CommandWords.of(String.valueOf(e.getMessage()))
                : "Something failed that should not: " + e + ". Please report it, with what --verbose adds";
    }

    private void tell(boolean json, String kind, String message, int status) {
        if (json) {
            JsonObject error = new JsonObject();
            error.addProperty("kind", kind);
            error.addProperty("message", message);
            error.addProperty("status", status);
            JsonObject document = new JsonObject();
            document.add("error", error);
            shell.err().println(JsonText.compact(document));
        } else {
            shell.err().println("maas: " + message);
        }
    }
}
