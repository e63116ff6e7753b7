package dev.maas.registry.store.oci;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.maas.AccessDeniedException;
import dev.maas.IntegrityException;
import dev.maas.MaasException;
import dev.maas.RegistryConflictException;
import dev.maas.RegistryException;
import dev.maas.registry.format.Sha256;
import dev.maas.registry.store.ObjectContent;
import dev.maas.registry.store.ObjectInfo;
import dev.maas.registry.store.oci.FakeRegistry.Fault;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Commits, conflicts, lists and deletes, on registries that differ and break. */
class OciProtocolTest {
    private FakeRegistry server;

    @BeforeEach
    void start() throws Exception {
        server = new FakeRegistry();
    }

    @AfterEach
    void stop() {
        server.close();
    }

    private OciStore writer() {
        return TestOci.open(server.location("?single-writer=true"));
    }

    private static String read(OciStore store, String key) throws IOException {
        try (InputStream in = store.open(key).orElseThrow()) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    /** Lets another writer put an entry just before a request of ours. */
    private void interfere(String before, String text) {
        AtomicBoolean done = new AtomicBoolean();
        server.plan = request -> {
            if (request.equals(before) && server.tags.containsKey("K") && !done.getAndSet(true)) {
                byte[] entry = OciEntry.of(
                                "k", Instant.EPOCH, OciEntry.Content.inline(text.getBytes(StandardCharsets.UTF_8)))
                        .write();
                String hex = Sha256.hex(entry);
                server.manifests.put(hex, entry);
                server.tags.put("K", hex);
            }
            return Fault.NONE;
        };
    }

    @Test
    void anotherWritersEntryIsReportedAsAConflict() throws Exception {
        try (OciStore store = writer()) {
            interfere("GET manifests/K", "theirs");
            assertThatThrownBy(() -> store.putIfAbsent("k", TestOci.text("ours")))
                    .isInstanceOf(RegistryConflictException.class)
                    .hasMessageContaining("'k'")
                    .hasMessageContaining("one process");
            assertThat(read(store, "k")).isEqualTo("theirs");
        }
    }

    @Test
    void anotherWritersEntryThatSaysTheSameIsNoConflict() {
        try (OciStore store = writer()) {
            interfere("GET manifests/K", "same");
            assertThat(store.putIfAbsent("k", TestOci.text("same"))).isFalse();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"ANSWER_LOST", "DROPPED", "ERROR", "BUSY"})
    void anEntryWhoseAnswerWasLostIsReadBack(Fault fault) throws Exception {
        try (OciStore store = writer()) {
            AtomicBoolean done = new AtomicBoolean();
            server.plan = request -> request.equals("PUT manifests/K") && !done.getAndSet(true) ? fault : Fault.NONE;
            assertThat(store.putIfAbsent("k", TestOci.text("x"))).isTrue();
            assertThat(server.requests("PUT manifests/K")).hasSize(fault == Fault.ANSWER_LOST ? 1 : 2);
            assertThat(read(store, "k")).isEqualTo("x");
        }
    }

    @Test
    void whereTagsMoveAStoreTakesNoWritesUntilItsUserPromises() {
        try (OciStore store = TestOci.open(server.location(""))) {
            assertThat(store.readOnlyReason().orElseThrow())
                    .contains("3 were taken")
                    .contains("single-writer=true");
            assertThatThrownBy(() -> store.putIfAbsent("k", TestOci.text("x")))
                    .isInstanceOf(AccessDeniedException.class);
            assertThatThrownBy(() -> store.delete("k")).isInstanceOf(AccessDeniedException.class);
        }
        assertThat(server.tags).as("what the probe left").isEmpty();
    }

    @Test
    void whereTagsKeepWhatWasPutFirstThereMayBeManyWriters() throws Exception {
        server.keepsTags = true;
        List<OciStore> stores = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            stores.add(TestOci.open(server.location("")));
            assertThat(stores.get(i).readOnlyReason()).isEmpty();
        }
        ExecutorService threads = Executors.newFixedThreadPool(stores.size());
        try {
            for (int round = 0; round < 20; round++) {
                String key = "race/k" + round;
                List<Callable<Boolean>> racers = new ArrayList<>();
                stores.forEach(store ->
                        racers.add(() -> store.putIfAbsent(key, TestOci.text("of " + stores.indexOf(store)))));
                int winners = 0;
                for (Future<Boolean> racer : threads.invokeAll(racers)) {
                    winners += racer.get() ? 1 : 0;
                }
                assertThat(winners).as(key).isEqualTo(1);
            }
        } finally {
            threads.shutdownNow();
            stores.forEach(OciStore::close);
        }
    }

    @Test
    void whoMayNotWriteReads() throws Exception {
        try (OciStore store = writer()) {
            store.putIfAbsent("k", TestOci.text("x"));
        }
        server.gate = exchange -> {
            boolean refused = !exchange.getRequestMethod().matches("GET|HEAD");
            if (refused) {
                exchange.sendResponseHeaders(403, -1);
            }
            return refused;
        };
        for (String query : List.of("", "?single-writer=true")) {
            try (OciStore store = TestOci.open(server.location(query))) {
                assertThat(store.readOnlyReason().orElseThrow()).contains("403");
                assertThat(read(store, "k")).isEqualTo("x");
            }
        }
    }

    @Test
    void aRepositoryOfSomethingElseIsRefused() {
        server.tags.put("latest", "0".repeat(64));
        assertThatThrownBy(this::writer).isInstanceOf(RegistryException.class).hasMessageContaining("'latest'");
    }

    @Test
    void somethingElseUnderAKeysTagIsNoObject() {
        try (OciStore store = writer()) {
            store.putIfAbsent("j", TestOci.text("x"));
            byte[] other = "{\"schemaVersion\":2}".getBytes(StandardCharsets.US_ASCII);
            String hex = Sha256.hex(other);
            server.manifests.put(hex, other);
            server.tags.put("K", hex);
            server.tags.put("L", server.tags.get("J"));
            assertThatThrownBy(() -> store.open("k")).isInstanceOf(IntegrityException.class);
            assertThatThrownBy(() -> store.putIfAbsent("k", TestOci.text("x"))).isInstanceOf(IntegrityException.class);
            assertThatThrownBy(() -> store.open("l"))
                    .isInstanceOf(IntegrityException.class)
                    .hasMessageContaining("'j'");
            assertThat(store.list("", null, 10).objects())
                    .extracting(ObjectInfo::key)
                    .containsExactly("j");
        }
    }

    @ParameterizedTest
    @CsvSource({"true, 23", "false, 23", "false, 21", "true, 7", "true, 1"})
    void tagsAreListedThroughTheirPagesInTheOrderOfKeys(boolean links, int count) {
        server.links = links;
        try (OciStore store = writer()) {
            TreeSet<String> keys = new TreeSet<>();
            for (int i = 0; i < count; i++) {
                String key = i % 5 == 4 ? "x".repeat(120) + "/" + i : "k" + (i * 7 % 10) + "/x" + i;
                keys.add(key);
                store.putIfAbsent(key, TestOci.text(key));
            }
            assertThat(store.list("", null, 100).objects())
                    .extracting(ObjectInfo::key)
                    .containsExactlyElementsOf(keys);
        }
    }

    @Test
    void aReferenceIsListedByTheRegistryOrElseUnderATag() {
        byte[] signature = ("{\"schemaVersion\":2,\"mediaType\":\"" + OciEntry.MANIFEST_TYPE
                        + "\",\"subject\":{\"digest\":\"sha256:" + "a".repeat(64) + "\"}}")
                .getBytes(StandardCharsets.US_ASCII);
        ObjectContent content = ObjectContent.of(signature, OciEntry.MANIFEST_TYPE);
        String tag = "sha256-" + "a".repeat(64);
        server.hasReferrers = true;
        try (OciStore store = writer()) {
            store.putIfAbsent(TestOci.blobKey(signature), content);
            assertThat(server.tags).doesNotContainKey(tag);
            store.delete(TestOci.blobKey(signature));
            server.hasReferrers = false;
            store.putIfAbsent(TestOci.blobKey(signature), content);
            assertThat(new String(server.manifests.get(server.tags.get(tag)), StandardCharsets.UTF_8))
                    .contains(Sha256.hex(signature));
            store.delete(TestOci.blobKey(signature));
            assertThat(server.tags).doesNotContainKey(tag);
        }
    }

    @Test
    void aPauseThatIsAskedForIsKeptWithinBounds() {
        List<Duration> pauses = Collections.synchronizedList(new ArrayList<>());
        try (OciStore store = TestOci.open(server.location("?single-writer=true"), pauses)) {
            server.plan = request -> request.contains("manifests/K") && pauses.size() < 2 ? Fault.BUSY : Fault.NONE;
            assertThat(store.stat("k")).isEmpty();
            assertThat(pauses).containsExactly(TestOci.SMALL.longestPause(), TestOci.SMALL.longestPause());
            server.plan = request -> request.contains("manifests/K") ? Fault.BUSY : Fault.NONE;
            assertThatThrownBy(() -> store.stat("k"))
                    .isInstanceOf(RegistryException.class)
                    .hasMessageContaining("429");
        }
    }

    @Test
    void whereNothingMayBeDeletedTheMessageSaysWhatThatMeans(@TempDir Path folder) throws Exception {
        try (DockerRegistry docker = DockerRegistry.start(folder, false, false);
                OciStore store = TestOci.open(docker.location("models"))) {
            store.putIfAbsent("k", TestOci.text("x"));
            assertThatThrownBy(() -> store.delete("k"))
                    .isInstanceOf(RegistryException.class)
                    .hasMessageContaining("405")
                    .hasMessageContaining("storage.delete.enabled");
            assertThat(read(store, "k")).isEqualTo("x");
        }
    }

    /** Every kind of fault at random, by a seed: whatever happens, no wrong byte, and no failure but of our family. */
    @ParameterizedTest
    @ValueSource(longs = {1, 2})
    void noFaultGivesAWrongByteOrLosesWhatWasPut(long seed) throws Exception {
        Random random = new Random(seed);
        Fault[] faults = Fault.values();
        try (OciStore store = writer()) {
            server.plan = request -> {
                synchronized (random) {
                    Fault fault = faults[random.nextInt(faults.length - 1)];
                    return random.nextInt(5) == 0 ? fault : Fault.NONE;
                }
            };
            server.forgetsUploads = true;
            TreeSet<Integer> there = new TreeSet<>();
            int failures = 0;
            for (int i = 0; i < 80; i++) {
                int number = i % 30;
                byte[] bytes = TestOci.random(1 + number * 4_001);
                String key = number % 2 == 0 ? TestOci.blobKey(bytes) : "k/x" + number;
                try {
                    boolean won = store.putIfAbsent(key, TestOci.octets(bytes));
                    assertThat(won && there.contains(number)).as("won twice").isFalse();
                    there.add(number);
                    try (InputStream in = store.open(key).orElseThrow()) {
                        assertThat(Arrays.equals(in.readAllBytes(), bytes)).isTrue();
                    }
                } catch (MaasException e) {
                    assertThat(e).isInstanceOfAny(RegistryException.class, IntegrityException.class);
                    assertThat(e).hasMessageContaining(store.name()).hasMessageContaining(key);
                    failures++;
                } catch (IOException e) {
                    failures++;
                }
            }
            assertThat(failures).isLessThan(65);
            assertThat(server.requests.size()).isGreaterThan(300);
            server.plan = request -> Fault.NONE;
            for (int number : there) {
                byte[] bytes = TestOci.random(1 + number * 4_001);
                String key = number % 2 == 0 ? TestOci.blobKey(bytes) : "k/x" + number;
                try (InputStream in = store.open(key).orElseThrow()) {
                    assertThat(in.readAllBytes()).isEqualTo(bytes);
                }
            }
        }
    }
}
