package dev.maas.registry.store.s3;

import dev.maas.registry.store.ObjectStore;
import dev.maas.registry.store.ObjectStoreContract;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

class S3StoreTest extends ObjectStoreContract {
    private static TestS3 server;
    private static int count;

    @BeforeAll
    static void start(@TempDir Path folder) {
        server = TestS3.start(folder);
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    @BeforeEach
    void freshPrefix() {
        count++;
    }

    @Override
    protected ObjectStore open() {
        return TestS3.store(server.location("models-" + count));
    }
}
