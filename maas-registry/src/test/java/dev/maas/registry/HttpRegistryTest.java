package dev.maas.registry;

import static dev.maas.registry.TestModels.OPTIONS;
import static dev.maas.registry.TestModels.model;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.maas.AccessDeniedException;
import dev.maas.IntegrityException;
import dev.maas.InvalidInputException;
import dev.maas.ModelNotFoundException;
import dev.maas.ModelQuery;
import dev.maas.ModelSource;
import dev.maas.ModelVersion;
import dev.maas.Page;
import dev.maas.RegistryEvent;
import dev.maas.RegistryException;
import dev.maas.VersionUpdate;
import dev.maas.registry.TestModels.FakeClock;
import dev.maas.registry.seal.Signer;
import dev.maas.registry.seal.TestKeys;
import dev.maas.registry.seal.TrustPolicy;
import dev.maas.registry.store.ExportedStore;
import dev.maas.registry.store.TestStores;
import dev.maas.registry.store.http.FaultyServer;
import dev.maas.registry.store.http.TestNginx;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A registry that is exported, shown by a web server, and read. */
class HttpRegistryTest {
    private static final KeyPair EXPORTER = TestKeys.make("Ed25519");
    private static final KeyPair STRANGER = TestKeys.make("Ed25519");
    private static final TrustPolicy POLICY = TrustPolicy.builder()
            .signer("exporter", EXPORTER.getPublic())
            .allowUnsigned("*")
            .requireHeads(1, "exporter")
            .build();

    @TempDir
    Path folder;

    private final FakeClock clock = new FakeClock();
    private final RegistryOptions options = OPTIONS.clock(clock).pollInterval(Duration.ofMillis(10));
    private final ExportOptions sealed = ExportOptions.defaults().sealWith(Signer.of(EXPORTER));
    private ManagedRegistry registry;
    private FaultyServer server;

    @BeforeEach
    void start() throws IOException {
        registry = Registries.open(folder.resolve("registry"), options);
        server = new FaultyServer(folder);
    }

    @AfterEach
    void stop() throws IOException {
        registry.close();
        server.close();
    }

    private Path exported() {
        return folder.resolve("www");
    }

    private ExportReport export() {
        // Each head is of another moment.
        clock.advance(Duration.ofMillis(1));
        return registry.export(exported(), sealed);
    }

    private ManagedRegistry reader(RegistryOptions readerOptions) {
        return Registries.open(server.location("www"), readerOptions);
    }

    private ManagedRegistry reader() {
        return reader(options.trust(POLICY));
    }

    private RegistryOptions remembering() {
        return options.trust(POLICY).memory(folder.resolve("memory"));
    }

    private static String text(ManagedRegistry from, ModelVersion version) throws IOException {
        try (ModelSource source = from.open(version);
                InputStream in = source.open(source.entry())) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    private byte[] head() throws IOException {
        return Files.readAllBytes(exported().resolve(ExportedStore.HEAD));
    }

    private void putHead(byte[] head) throws IOException {
        Files.write(exported().resolve(ExportedStore.HEAD), head);
    }

    private void overwrite(String key, byte[] bytes) throws IOException {
        Path file = exported().resolve(key);
        Files.delete(file);
        Files.write(file, bytes);
    }

    private void requireEverythingReads(ManagedRegistry reader) throws IOException {
        ModelVersion champion = reader.resolve("spam@champion");
        assertThat(champion).isEqualTo(registry.resolve("spam@champion"));
        assertThat(text(reader, champion)).isEqualTo("b");
        assertThat(reader.resolve("spam:^1.0").number()).isEqualTo(1);
        assertThat(reader.id()).isEqualTo(registry.id());
        assertThat(reader.aliases("spam")).isEqualTo(registry.aliases("spam"));
        Page.Request two = Page.Request.first(2);
        assertThat(reader.models(two).items()).containsExactly("a-b", "a");
        assertThat(reader.models(new Page.Request("a", 10)).items()).containsExactly("ham", "spam");
        assertThat(reader.versions("spam", Page.Request.first(10)))
                .isEqualTo(registry.versions("spam", Page.Request.first(10)));
        assertThat(reader.history("spam", two)).isEqualTo(registry.history("spam", two));
        assertThat(reader.search(ModelQuery.all().tag("t"), two))
                .isEqualTo(registry.search(ModelQuery.all().tag("t"), two));
        assertThatThrownBy(() -> reader.resolve("none")).isInstanceOf(ModelNotFoundException.class);
    }

    private void publishSome() {
        registry.publish(model("spam", "a").semanticVersion("1.2.0").tag("t"));
        registry.publish(model("spam", "b").alias("champion").tag("t"));
        registry.publish(model("ham", "x").tag("t"));
        registry.publish(model("a", "x"));
        registry.publish(model("a-b", "x"));
    }

    @Test
    void anExportReadsAsTheRegistryDoes() throws IOException {
        publishSome();
        ExportReport report = export();
        assertThat(report.models()).isEqualTo(4);
        assertThat(report.expires()).isEqualTo(clock.instant().plus(Duration.ofDays(7)));
        try (ManagedRegistry reader = reader()) {
            requireEverythingReads(reader);
        }
        try (ManagedRegistry reader = reader(options)) {
            requireEverythingReads(reader);
        }
    }

    @Test
    void aRealServerShowsAnExportAndEveryChangeOfIt() throws Exception {
        publishSome();
        export();
        try (TestNginx nginx = TestNginx.start(folder, folder.resolve("nginx"));
                ManagedRegistry reader = Registries.open(nginx.location("www"), options.trust(POLICY))) {
            requireEverythingReads(reader);
            List<RegistryEvent> heard = new CopyOnWriteArrayList<>();
            try (AutoCloseable watch = reader.watch("spam", heard::add)) {
                // Heads of one size, in less than a second, which nginx's own entity tags would not tell apart.
                for (int version = 3; version <= 6; version++) {
                    registry.alias("spam", "candidate", version % 2 + 1);
                    export();
                    int target = version % 2 + 1;
                    assertThat(reader.resolve("spam@candidate").number()).isEqualTo(target);
                }
                await().until(() -> heard.size() == 4);
                assertThat(watch).isNotNull();
            }
        }
    }

    @Test
    void anExportThatNobodySealedServesWhoWasNotToldWhomToTrust() throws IOException {
        publishSome();
        registry.export(exported(), ExportOptions.defaults().validFor(Duration.ofDays(1)));
        try (ManagedRegistry reader = reader(options)) {
            requireEverythingReads(reader);
        }
        assertThatThrownBy(this::reader)
                .isInstanceOf(IntegrityException.class)
                .hasMessageContaining(ExportedStore.HEAD);
        registry.export(exported(), ExportOptions.defaults().sealWith(Signer.of(STRANGER)));
        assertThatThrownBy(this::reader)
                .isInstanceOf(IntegrityException.class)
                .hasMessageContaining("needs valid signatures of 1 of [exporter] and has those of []");
    }

    @Test
    void writesAreRefusedWithTheReason() {
        registry.publish(model("spam", "a"));
        export();
        try (ManagedRegistry reader = reader()) {
            assertThat(reader.readOnlyReason())
                    .hasValueSatisfying(reason -> assertThat(reason).contains("behind a web server"));
            ModelVersion version = reader.resolve("spam");
            assertThatThrownBy(() -> reader.publish(model("spam", "b")))
                    .isInstanceOf(AccessDeniedException.class)
                    .hasMessageContaining("behind a web server");
            assertThatThrownBy(() -> reader.alias("spam", "champion", 1)).isInstanceOf(AccessDeniedException.class);
            assertThatThrownBy(() -> reader.update(VersionUpdate.yank("spam", 1)))
                    .isInstanceOf(AccessDeniedException.class);
            assertThatThrownBy(reader::collect).isInstanceOf(AccessDeniedException.class);
            assertThatThrownBy(() -> reader.attach(version, "text/plain", new byte[1]))
                    .isInstanceOf(AccessDeniedException.class);
        }
    }

    @Test
    void whatIsNotExportedIsNotSeenAndThenIs() {
        registry.publish(model("spam", "a"));
        export();
        try (ManagedRegistry reader = reader()) {
            registry.publish(model("spam", "b"));
            registry.publish(model("ham", "x"));
            assertThat(reader.resolve("spam").number()).isEqualTo(1);
            ExportReport report = export();
            assertThat(report.objects())
                    .as("a file, facts and config and manifest, and an entry for each")
                    .isLessThan(12);
            assertThat(reader.resolve("spam").number()).isEqualTo(2);
            assertThat(reader.resolve("ham").number()).isEqualTo(1);
            assertThat(export().objects()).isZero();
        }
    }

    @Test
    void anUnchangedRegistryCostsAReaderOneUnchangedAnswer() {
        registry.publish(model("spam", "a"));
        export();
        try (ManagedRegistry reader = reader()) {
            reader.resolve("spam");
            server.plan((request, exchange) -> false);
            reader.resolve("spam");
            assertThat(server.requests()).singleElement().satisfies(request -> {
                assertThat(request.path()).isEqualTo("/www/head.json");
                assertThat(request.headers()).containsKey("if-none-match");
            });
        }
        try (ManagedRegistry reader = reader(options.trust(POLICY).maxStaleness(Duration.ofSeconds(5)))) {
            reader.resolve("spam");
            server.plan((request, exchange) -> false);
            clock.advance(Duration.ofSeconds(4));
            reader.resolve("spam");
            assertThat(server.requests()).isEmpty();
        }
    }

    @Test
    void aLongLogIsReadFromItsCheckpoint() throws IOException {
        for (int i = 0; i < 40; i++) {
            registry.publish(model("spam", "v" + i));
        }
        export();
        try (ManagedRegistry reader = reader()) {
            server.plan((request, exchange) -> false);
            assertThat(text(reader, reader.resolve("spam"))).isEqualTo("v39");
            assertThat(server.requests().stream()
                            .filter(request -> request.path().contains("/log/")))
                    .hasSizeLessThan(20);
            assertThat(reader.versions("spam", Page.Request.first(100)).items()).hasSize(40);
        }
    }

    @Test
    void aHeadThatIsOverIsRefusedAndARenewedOneTaken() {
        registry.publish(model("spam", "a"));
        registry.export(exported(), sealed.validFor(Duration.ofHours(1)));
        try (ManagedRegistry reader = reader()) {
            assertThat(reader.resolve("spam").number()).isEqualTo(1);
            clock.advance(Duration.ofHours(1));
            assertThatThrownBy(() -> reader.resolve("spam"))
                    .isInstanceOf(IntegrityException.class)
                    .hasMessageContaining("was to be believed until");
            assertThatThrownBy(this::reader).isInstanceOf(IntegrityException.class);
            export();
            assertThat(reader.resolve("spam").number()).isEqualTo(1);
        }
    }

    @Test
    void anOlderHeadIsRefusedByWhoSawANewer() throws IOException {
        registry.publish(model("spam", "a"));
        export();
        byte[] old = head();
        registry.publish(model("spam", "b"));
        export();
        byte[] present = head();
        try (ManagedRegistry reader = reader(remembering())) {
            assertThat(reader.resolve("spam").number()).isEqualTo(2);
            putHead(old);
            assertThatThrownBy(() -> reader.resolve("spam"))
                    .isInstanceOf(IntegrityException.class)
                    .hasMessageContaining("older than one that was seen before");
            putHead(present);
            assertThat(reader.resolve("spam").number()).isEqualTo(2);
        }
        putHead(old);
        assertThatThrownBy(() -> reader(remembering()))
                .as("after a restart")
                .isInstanceOf(IntegrityException.class)
                .hasMessageContaining("older than one that was seen before");
        try (ManagedRegistry reader = reader()) {
            assertThat(reader.resolve("spam").number())
                    .as("who remembers nothing")
                    .isEqualTo(1);
        }
    }

    @Test
    void aHeadThatIsTornOrForgedIsRefused() throws IOException {
        registry.publish(model("spam", "a"));
        export();
        byte[] head = head();
        for (int length : new int[] {0, 1, head.length / 2, head.length - 1}) {
            putHead(java.util.Arrays.copyOf(head, length));
            assertThatThrownBy(this::reader)
                    .as("a head of %d bytes", length)
                    .isInstanceOf(IntegrityException.class)
                    .hasMessageContaining("http store");
            assertThatThrownBy(() -> reader(options)).isInstanceOf(IntegrityException.class);
        }
        Files.delete(exported().resolve(ExportedStore.HEAD));
        assertThatThrownBy(this::reader)
                .isInstanceOf(RegistryException.class)
                .hasMessageContaining("holds no exported registry");
    }

    @Test
    void aLogThatGoesNotAsFarAsTheHeadSaysIsRefused() throws IOException {
        registry.publish(model("spam", "a"));
        registry.publish(model("spam", "b"));
        export();
        for (long missing : new long[] {2, 1}) {
            Files.delete(exported().resolve(Keys.log("spam", missing)));
            try (ManagedRegistry reader = reader()) {
                assertThatThrownBy(() -> reader.resolve("spam"))
                        .isInstanceOf(IntegrityException.class)
                        .hasMessageContaining(Keys.log("spam", missing))
                        .hasMessageContaining("http store");
            }
        }
    }

    @Test
    void anEntryThatTheHeadDoesNotMeanIsRefused() throws IOException {
        registry.publish(model("spam", "a"));
        Path fork = folder.resolve("fork");
        try (Stream<Path> paths = Files.walk(folder.resolve("registry"))) {
            for (Path path : (Iterable<Path>) paths::iterator) {
                Files.copy(path, fork.resolve(folder.resolve("registry").relativize(path)));
            }
        }
        registry.publish(model("spam", "b"));
        export();
        try (ManagedRegistry other = Registries.open(fork, options)) {
            other.publish(model("spam", "forged"));
        }
        overwrite(Keys.log("spam", 2), Files.readAllBytes(fork.resolve(Keys.log("spam", 2))));
        for (RegistryOptions each : List.of(options, options.trust(POLICY))) {
            try (ManagedRegistry reader = reader(each)) {
                assertThatThrownBy(() -> reader.resolve("spam"))
                        .isInstanceOf(IntegrityException.class)
                        .hasMessageContaining("is not the entry that the head tells of");
                assertThatThrownBy(() -> reader.history("spam", Page.Request.first(5)))
                        .isInstanceOf(IntegrityException.class);
            }
        }
    }

    @Test
    void aBlobThatWasExchangedIsNotHandedOut() throws IOException {
        ModelVersion version = registry.publish(model("spam", "right"));
        export();
        try (Stream<Path> blobs = Files.walk(exported().resolve("blobs"))) {
            for (Path blob : (Iterable<Path>) blobs.filter(Files::isRegularFile)::iterator) {
                byte[] bytes = Files.readAllBytes(blob);
                byte[] wrong = bytes.clone();
                wrong[bytes.length / 2] ^= 1;
                overwrite(exported().relativize(blob).toString(), wrong);
                try (ManagedRegistry reader = reader()) {
                    boolean needed = !new String(bytes, StandardCharsets.UTF_8).contains("\"modelfs\"");
                    if (needed) {
                        assertThatThrownBy(() -> reader.open(version))
                                .isInstanceOf(IntegrityException.class)
                                .hasMessageContaining(blob.getFileName().toString());
                    }
                }
                overwrite(exported().relativize(blob).toString(), bytes);
            }
        }
        try (ManagedRegistry reader = reader()) {
            assertThat(text(reader, version)).isEqualTo("right");
        }
    }

    @Test
    void anExportTakesNoFolderOfSomethingElse() throws IOException {
        registry.publish(model("spam", "a"));
        Files.createDirectories(exported());
        Files.writeString(exported().resolve("thesis.tex"), "precious");
        assertThatThrownBy(this::export)
                .isInstanceOf(InvalidInputException.class)
                .hasMessageContaining("thesis.tex")
                .hasMessageNotContaining(folder.toString());
        Files.delete(exported().resolve("thesis.tex"));
        export();
        try (ManagedRegistry other = Registries.open(folder.resolve("other"), options)) {
            assertThatThrownBy(() -> other.export(exported(), sealed))
                    .isInstanceOf(InvalidInputException.class)
                    .hasMessageContaining("another registry");
        }
    }

    @Test
    void anExportRefusesARegistryThatWasSetBack() throws IOException {
        registry.publish(model("spam", "a"));
        registry.publish(model("spam", "b"));
        export();
        byte[] before = head();
        try (ManagedRegistry setBack = Registries.open(TestStores.file(folder.resolve("registry")), options)) {
            Files.delete(folder.resolve("registry").resolve(Keys.log("spam", 2)));
            assertThatThrownBy(() -> setBack.export(exported(), sealed))
                    .isInstanceOf(IntegrityException.class)
                    .hasMessageContaining("was set back or changed");
        }
        assertThat(head()).isEqualTo(before);
    }

    @Test
    void anExportRefusesADamagedBlobAndLeavesTheHead() throws IOException {
        registry.publish(model("spam", "a"));
        export();
        byte[] before = head();
        ModelVersion version = registry.publish(model("spam", "b"));
        Path manifest =
                folder.resolve("registry").resolve(Keys.blob(version.digest().substring(7)));
        Files.delete(manifest);
        Files.writeString(manifest, "wrong");
        assertThatThrownBy(this::export)
                .isInstanceOf(IntegrityException.class)
                .hasMessageContaining("does not have the digest");
        assertThat(head()).isEqualTo(before);
        try (ManagedRegistry reader = reader()) {
            assertThat(reader.resolve("spam").number()).isEqualTo(1);
        }
    }

    @Test
    void aRegistryExportsIntoItsOwnFolderAndAnExportIsExportedAgain() throws IOException {
        publishSome();
        registry.export(folder.resolve("registry"), sealed);
        try (ManagedRegistry reader = Registries.open(server.location("registry"), options.trust(POLICY))) {
            requireEverythingReads(reader);
            reader.export(exported(), sealed);
        }
        try (ManagedRegistry reader = reader()) {
            requireEverythingReads(reader);
        }
    }

    @Test
    void aDeletedVersionIsNotExported() {
        ModelVersion version = registry.publish(model("spam", "a"));
        registry.publish(model("spam", "b"));
        registry.update(VersionUpdate.delete("spam", 1));
        export();
        assertThat(exported().resolve(Keys.blob(version.digest().substring(7)))).doesNotExist();
        try (ManagedRegistry reader = reader()) {
            assertThatThrownBy(() -> reader.resolve("spam:1")).isInstanceOf(ModelNotFoundException.class);
            registry.update(VersionUpdate.restore("spam", 1));
            export();
            assertThat(reader.resolve("spam:1")).isEqualTo(version);
        }
    }
}
