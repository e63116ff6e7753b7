package dev.maas.registry.store.oci;

import dev.maas.registry.store.ObjectStore;
import dev.maas.registry.store.ObjectStoreContract;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/** The contract, on Docker's registry. */
class OciStoreTest extends ObjectStoreContract {
    private static DockerRegistry server;
    private static int count;

    @BeforeAll
    static void start(@TempDir Path folder) throws Exception {
        server = DockerRegistry.start(folder);
    }

    @AfterAll
    static void stop() {
        if (server != null) {
            server.close();
        }
    }

    @BeforeEach
    void freshRepository() {
        count++;
    }

    @Override
    protected ObjectStore open() {
        return DockerRegistry.store(server.location("team/models-" + count));
    }

    /** Docker's registry overwrites tags: the store has one writer, and says so. */
    @Override
    protected boolean oneWinnerAcrossViews() {
        return false;
    }
}
