package dev.maas.cli;

import com.google.gson.JsonObject;
import dev.maas.ModelRef;
import dev.maas.registry.ManagedRegistry;
import dev.maas.serving.ModelService;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Serves models over HTTP until it is asked to stop. */
@Command(
        name = "serve",
        description =
                "Serve models over HTTP by the Open Inference Protocol, with tensors in JSON, until SIGINT or SIGTERM."
                        + " There is no authentication and no encryption: put a proxy before what others may reach.")
final class ServeCommand extends RegistryCommand {
    private static final Duration PATIENCE = Duration.ofSeconds(10);
    private static final int MEBIBYTE = 1 << 20;
    private static final int MOST_MEBIBYTES = 1024;

    @Parameters(
            arity = "0..*",
            paramLabel = "REF",
            converter = RefConverter.class,
            description =
                    "What to serve, each under its name, loaded at once; one with an alias follows it. Without any, all"
                            + " models of the registry, each loaded by its first call.")
    List<ModelRef> refs = new ArrayList<>();

    @Option(
            names = "--port",
            paramLabel = "N",
            defaultValue = "8080",
            description = "The port; 0 for any that is free. Default: ${DEFAULT-VALUE}.")
    int port;

    @Option(
            names = "--host",
            paramLabel = "ADDRESS",
            defaultValue = "127.0.0.1",
            description = "The address to listen on. Default: ${DEFAULT-VALUE}, so that only this machine can call.")
    String host = "127.0.0.1";

    @Option(
            names = "--max-body",
            paramLabel = "MIB",
            defaultValue = "8",
            description = "The largest request that is read, in MiB. Default: ${DEFAULT-VALUE}.")
    int largestBody;

    ServeCommand(Shell shell) {
        super(shell);
    }

    @Override
    int run() throws InterruptedException {
        if (largestBody < 1 || largestBody > MOST_MEBIBYTES) {
            throw new UsageException("--max-body takes 1 to " + MOST_MEBIBYTES + "; got " + largestBody);
        }
        InetSocketAddress address = address();
        StopSignal.around(shell, PATIENCE.multipliedBy(2), () -> serve(address));
        return 0;
    }

    private InetSocketAddress address() {
        try {
            return new InetSocketAddress(InetAddress.getByName(host), port);
        } catch (UnknownHostException | IllegalArgumentException e) {
            throw new UsageException("There is no address '" + host + "' with a port " + port + " on this machine");
        }
    }

    private void serve(InetSocketAddress address) throws InterruptedException {
        try (ManagedRegistry opened = registry.open(this);
                ModelService service = ModelService.of(opened)) {
            ServedModels models = new ServedModels(opened, service, refs);
            models.load();
            try (InferenceServer server =
                    new InferenceServer(new InferenceApi(models), address, largestBody * MEBIBYTE, PATIENCE)) {
                tellStarted(server.address());
                shell.awaitStop();
            } catch (IOException e) {
                throw new CommandException(
                        "Port " + port + " of " + host + " cannot be listened on. Is it in use? --port takes another",
                        e);
            }
        }
        if (!json) {
            line("Stopped");
        }
    }

    private void tellStarted(InetSocketAddress listening) {
        String address = listening.getAddress().getHostAddress();
        String url =
                "http://" + (address.contains(":") ? "[" + address + "]" : address) + ":" + listening.getPort() + "/v2";
        List<String> names = refs.stream().map(ModelRef::toString).toList();
        answer(
                () -> {
                    JsonObject document = new JsonObject();
                    document.addProperty("url", url);
                    document.add("models", VersionJson.texts(names));
                    return document;
                },
                () -> line("Serving " + (names.isEmpty() ? "all models" : VersionText.join(names)) + " at " + url
                        + "; Ctrl-C stops"));
        if (!listening.getAddress().isLoopbackAddress()) {
            shell.err().println("maas: Warning: whoever reaches " + host + " can call these models");
        }
        shell.out().flush();
    }
}
