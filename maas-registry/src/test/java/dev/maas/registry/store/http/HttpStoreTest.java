package dev.maas.registry.store.http;

import dev.maas.registry.store.ObjectStore;
import dev.maas.registry.store.ObjectStoreContract;
import dev.maas.registry.store.TestStores;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/** What every store promises of reading, with an nginx between the reader and the folder. */
class HttpStoreTest extends ObjectStoreContract {
    private static Path folder;
    private static TestNginx server;
    private static int count;

    @BeforeAll
    static void start(@TempDir Path temporary) {
        folder = temporary.resolve("my www");
        server = TestNginx.start(folder, temporary.resolve("nginx"));
    }

    @AfterAll
    static void stop() {
        if (server != null) {
            server.close();
        }
    }

    @BeforeEach
    void freshFolder() {
        count++;
    }

    @Override
    protected ObjectStore open() {
        String name = "models " + count;
        return TestHttp.readingFrom(server.location(name.replace(" ", "%20")), TestStores.file(folder.resolve(name)));
    }
}
