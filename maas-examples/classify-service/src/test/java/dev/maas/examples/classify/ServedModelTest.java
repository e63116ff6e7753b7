package dev.maas.examples.classify;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import dev.maas.ModelPackage;
import dev.maas.ModelRegistry;
import dev.maas.examples.classify.ClassifyService.Verdict;
import dev.maas.examples.text.Message;
import dev.maas.examples.text.Messages;
import dev.maas.examples.text.Settings;
import dev.maas.examples.text.TextClassifier;
import dev.maas.examples.text.TextTrainer;
import dev.maas.registry.Registries;
import dev.maas.serving.ModelService;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Serves a trained model from a registry, and calls it over a real socket. */
class ServedModelTest {
    @Test
    void answersAsTheModelWasTrained(@TempDir Path folder) throws Exception {
        Messages.Split split = Messages.samples().split(0.2, 1);
        TextClassifier trained = TextTrainer.simple()
                .settings(new Settings(0.5, 0.1))
                .train(split.train())
                .classifier();
        try (ModelRegistry registry = Registries.open(folder)) {
            registry.publish(ModelPackage.of(trained.toOnnx()).name("topics").alias("champion"));
            try (ModelService models = ModelService.of(registry)) {
                HttpServer server =
                        ClassifyService.start(models.predictor("topics@champion", String.class, Verdict.class), 0);
                try {
                    URI uri =
                            URI.create("http://127.0.0.1:" + server.getAddress().getPort() + "/classify");
                    for (Message message : split.test().all().subList(0, 50)) {
                        assertThat(ask(uri, message.text()))
                                .isEqualTo("{\"category\":\"" + trained.classify(message.text()) + "\"}");
                    }
                } finally {
                    server.stop(0);
                }
            }
        }
    }

    private static String ask(URI uri, String text) throws Exception {
        String question = "{\"text\": \"" + text.replace("\"", "\\\"") + "\"}";
        HttpRequest request = HttpRequest.newBuilder(uri)
                .POST(BodyPublishers.ofString(question))
                .build();
        return HttpClient.newHttpClient().send(request, BodyHandlers.ofString()).body();
    }
}
