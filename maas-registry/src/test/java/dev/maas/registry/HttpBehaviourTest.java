package dev.maas.registry;

import dev.maas.registry.store.ObjectStore;
import dev.maas.registry.store.TestStores;
import dev.maas.registry.store.http.TestHttp;
import dev.maas.registry.store.http.TestNginx;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/** What a registry does, where every read comes by way of an nginx. */
class HttpBehaviourTest extends RegistryBehaviour {
    private static Path folder;
    private static TestNginx server;
    private static int count;

    @BeforeAll
    static void start(@TempDir Path temporary) {
        folder = temporary.resolve("www");
        server = TestNginx.start(folder, temporary.resolve("nginx"));
    }

    @AfterAll
    static void stop() {
        if (server != null) {
            server.close();
        }
    }

    @BeforeEach
    @Override
    void open() throws Exception {
        count++;
        super.open();
    }

    @Override
    ObjectStore store() {
        String name = "models-" + count;
        return TestHttp.readingFrom(server.location(name), TestStores.file(folder.resolve(name)));
    }
}
