package dev.maas.registry;

import static dev.maas.registry.TestModels.OPTIONS;
import static dev.maas.registry.TestModels.model;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import dev.maas.AccessDeniedException;
import dev.maas.AliasUpdate;
import dev.maas.IntegrityException;
import dev.maas.Lineage;
import dev.maas.ModelNotFoundException;
import dev.maas.ModelSource;
import dev.maas.ModelVersion;
import dev.maas.Page;
import dev.maas.RegistryConflictException;
import dev.maas.RegistryException;
import dev.maas.VersionUpdate;
import dev.maas.registry.TestModels.FakeClock;
import dev.maas.registry.format.Sha256;
import dev.maas.registry.seal.Signer;
import dev.maas.registry.seal.TestKeys;
import dev.maas.registry.seal.TrustPolicy;
import dev.maas.registry.store.ObjectContent;
import dev.maas.registry.store.ObjectStore;
import dev.maas.registry.store.TestStores;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Models that leave a registry in a file and come into another. */
class ExchangeTest {
    private static final Page.Request ALL = Page.Request.first(1000);
    private static final KeyPair PIPELINE = TestKeys.make("Ed25519");
    private static final TrustPolicy POLICY = TrustPolicy.builder()
            .signer("pipeline", PIPELINE.getPublic())
            .require("*", 1)
            .build();

    @TempDir
    Path folder;

    private final FakeClock clock = new FakeClock();
    private final ObjectStore source = TestStores.memory(clock);
    private final ObjectStore target = TestStores.memory(clock);

    private ManagedRegistry open(ObjectStore store, RegistryOptions options) {
        return Registries.open(new UnclosedStore(store), options.clock(clock));
    }

    private ManagedRegistry source() {
        return open(source, OPTIONS.who("ann").signWith(Signer.of(PIPELINE)));
    }

    private ManagedRegistry target() {
        return open(target, OPTIONS.who("bob"));
    }

    private Path archive(String name) {
        return folder.resolve(name + ".tar");
    }

    /** A model that has been through everything. */
    private void fill(ManagedRegistry registry) {
        registry.publish(model("spam", "one").semanticVersion("1.0.0").alias("champion"));
        clock.advance(Duration.ofHours(1));
        registry.publish(model("spam", "two")
                .semanticVersion("1.1.0")
                .tag("text")
                .lineage(Lineage.unknown().withParentVersion(1).withMetric("accuracy", 0.9)));
        registry.publish(model("spam", "deleted"));
        registry.publish(model("spam", "withdrawn"));
        ModelVersion five = registry.publish(model("spam", "five").alias("candidate"));
        registry.alias(AliasUpdate.of("spam", "champion", 2).expecting(1).because("better"));
        registry.update(VersionUpdate.yank("spam", 4).because("leaked"));
        registry.update(VersionUpdate.delete("spam", 3));
        registry.attach(five, "application/json", "{\"report\":1}".getBytes(StandardCharsets.UTF_8));
        registry.alias("spam", "5", 1);
    }

    private static String text(ManagedRegistry registry, ModelVersion version) throws Exception {
        try (ModelSource files = registry.open(version);
                InputStream in = files.open("model.onnx")) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    private static List<String> keys(ObjectStore store) {
        return store.list("", null, ObjectStore.LARGEST_LISTING).objects().stream()
                .map(info -> info.key())
                .toList();
    }

    @Test
    void aModelComesWithItsWholeHistory() throws Exception {
        try (ManagedRegistry from = source();
                ManagedRegistry to = target()) {
            fill(from);
            from.exportModel("spam", archive("spam"));

            ImportReport report = to.importModel(archive("spam"));

            assertThat(report.model()).isEqualTo("spam");
            assertThat(report.versions()).isEqualTo(5);
            assertThat(report.entries()).isEqualTo(report.newEntries()).isEqualTo(10);
            assertThat(to.history("spam", ALL)).isEqualTo(from.history("spam", ALL));
            assertThat(to.versions("spam", ALL)).isEqualTo(from.versions("spam", ALL));
            assertThat(to.aliases("spam")).isEqualTo(from.aliases("spam"));
            assertThat(to.aliasHistory("spam", "champion")).isEqualTo(from.aliasHistory("spam", "champion"));
            assertThat(to.resolve("spam:^1").number()).isEqualTo(2);
            for (ModelVersion version : from.versions("spam", ALL).items()) {
                assertThat(text(to, version)).isEqualTo(text(from, version));
                assertThat(to.attachments(version)).isEqualTo(from.attachments(version));
                to.attachments(version)
                        .forEach(each -> assertThat(to.read(each)).isEqualTo(from.read(each)));
                assertThat(to.verify(version, POLICY)).containsExactly("pipeline");
            }
            to.update(VersionUpdate.restore("spam", 3));
            assertThat(text(to, to.resolve("spam:3"))).isEqualTo("deleted");
            assertThat(to.publish(model("spam", "six")).number()).isEqualTo(6);
        }
        assertThat(keys(target)).noneMatch(key -> key.startsWith("leases/"));
        assertThat(keys(source)).noneMatch(key -> key.startsWith("leases/"));
    }

    @Test
    void equalLogsMakeEqualFilesAlsoFromAnotherStore() throws Exception {
        try (ManagedRegistry from = source();
                ManagedRegistry to = Registries.open(folder.resolve("models"), OPTIONS.clock(clock))) {
            fill(from);
            from.exportModel("spam", archive("a"));
            from.exportModel("spam", archive("b"));
            to.importModel(archive("a"));
            to.exportModel("spam", archive("c"));
        }
        assertThat(archive("b")).hasSameBinaryContentAs(archive("a"));
        assertThat(archive("c")).hasSameBinaryContentAs(archive("a"));
        try (Stream<Path> files = Files.list(folder)) {
            assertThat(files).as("nothing is left behind").hasSize(4);
        }
    }

    @Test
    void whatIsGoneForGoodIsInTheHistoryOnly() throws Exception {
        try (ManagedRegistry from =
                        open(source, OPTIONS.retention(Duration.ZERO).grace(Duration.ZERO));
                ManagedRegistry to = target()) {
            from.publish(model("spam", "one"));
            from.publish(model("spam", "two"));
            from.update(VersionUpdate.delete("spam", 1));
            clock.advance(Duration.ofMillis(1));
            from.collect();
            from.collect();
            from.exportModel("spam", archive("spam"));
            assertThat(to.importModel(archive("spam")).versions()).isEqualTo(1);
            assertThat(to.history("spam", ALL).items()).hasSize(4);
            assertThatThrownBy(() -> to.resolve("spam:1"))
                    .isInstanceOf(ModelNotFoundException.class)
                    .hasMessageContaining("gone for good");
            assertThat(text(to, to.resolve("spam:2"))).isEqualTo("two");
        }
    }

    @Test
    void importingAgainChangesNothingAndALaterArchiveAddsWhatIsNew() throws Exception {
        try (ManagedRegistry from = source();
                ManagedRegistry to = target()) {
            from.publish(model("spam", "one").alias("champion"));
            from.exportModel("spam", archive("early"));
            from.publish(model("spam", "two").alias("champion"));
            from.exportModel("spam", archive("late"));

            to.importModel(archive("early"));
            List<String> before = keys(target);
            assertThat(to.importModel(archive("early"))).isEqualTo(new ImportReport("spam", 1, 1, 0, 0, 0));
            assertThat(keys(target)).isEqualTo(before);

            assertThat(to.importModel(archive("late")).newEntries()).isEqualTo(1);
            assertThat(to.resolve("spam@champion").number()).isEqualTo(2);
            assertThat(to.importModel(archive("early")).newEntries())
                    .as("the registry is ahead of the archive")
                    .isZero();
            assertThat(to.resolve("spam@champion").number()).isEqualTo(2);
        }
    }

    @Test
    void anotherHistoryOfTheSameNameIsAConflict() throws Exception {
        try (ManagedRegistry from = source();
                ManagedRegistry to = target()) {
            from.publish(model("spam", "one"));
            from.publish(model("spam", "two"));
            from.exportModel("spam", archive("base"));
            to.importModel(archive("base"));
            from.publish(model("spam", "three"));
            from.exportModel("spam", archive("spam"));
            to.publish(model("spam", "our own three"));
            List<String> before = keys(target);
            assertThatThrownBy(() -> to.importModel(archive("spam")))
                    .isInstanceOf(RegistryConflictException.class)
                    .hasMessageContaining("'spam'")
                    .hasMessageContaining("differ from entry 3 on")
                    .hasMessageNotContaining(folder.toString());
            assertThat(keys(target)).isEqualTo(before);
        }
    }

    @Test
    void aRegistryWithATrustPolicyTakesInNoVersionThatItWouldNotServe() throws Exception {
        try (ManagedRegistry from = source();
                ManagedRegistry unsigned = open(source, OPTIONS);
                ManagedRegistry to = open(target, OPTIONS.trust(POLICY))) {
            from.publish(model("spam", "one"));
            from.exportModel("spam", archive("signed"));
            unsigned.publish(model("spam", "two"));
            unsigned.exportModel("spam", archive("unsigned"));
            assertThatThrownBy(() -> to.importModel(archive("unsigned")))
                    .isInstanceOf(IntegrityException.class)
                    .hasMessageContaining("spam");
            assertThat(keys(target)).containsExactly("store.json");
            to.importModel(archive("signed"));
            assertThat(text(to, to.resolve("spam"))).isEqualTo("one");
        }
    }

    @Test
    void aRegistryThatRemembersTakesInNoForkOfWhatItTrusted() throws Exception {
        RegistryOptions remembering = OPTIONS.memory(folder.resolve("memory"));
        try (ManagedRegistry from = source();
                ManagedRegistry to = open(target, remembering)) {
            from.publish(model("spam", "one"));
            from.exportModel("spam", archive("spam"));
            to.importModel(archive("spam"));
            assertThat(to.resolve("spam").number()).isEqualTo(1);
        }
        for (String key : keys(target)) {
            if (!key.equals("store.json")) {
                target.delete(key);
            }
        }
        ObjectStore other = TestStores.memory(clock);
        try (ManagedRegistry forger = open(other, OPTIONS);
                ManagedRegistry to = open(target, remembering)) {
            forger.publish(model("spam", "forged"));
            forger.exportModel("spam", archive("forged"));
            assertThatThrownBy(() -> to.importModel(archive("forged")))
                    .isInstanceOf(IntegrityException.class)
                    .hasMessageContaining("trusted before");
            assertThat(keys(target)).containsExactly("store.json");
            to.importModel(archive("spam"));
            assertThat(text(to, to.resolve("spam")))
                    .as("a lost model comes back")
                    .isEqualTo("one");
        }
    }

    @Test
    void anImportThatWasCutOffAtAnyWriteIsDoneAgain() throws Exception {
        try (ManagedRegistry from = source()) {
            fill(from);
            from.exportModel("spam", archive("spam"));
            int writes = 0;
            boolean finished = false;
            while (!finished) {
                ObjectStore store = TestStores.memory(clock);
                Registries.open(new UnclosedStore(store), OPTIONS).close();
                int allowed = writes++;
                AtomicInteger left = new AtomicInteger(allowed);
                ObjectStore failing = new UnclosedStore(store) {
                    @Override
                    public boolean putIfAbsent(String key, ObjectContent content) {
                        if (left.getAndDecrement() <= 0) {
                            throw new RegistryException("memory store: '" + key + "' is out of reach");
                        }
                        return super.putIfAbsent(key, content);
                    }
                };
                try (ManagedRegistry to = Registries.open(failing, OPTIONS)) {
                    to.importModel(archive("spam"));
                    finished = true;
                } catch (RegistryException e) {
                    assertThat(e.getMessage()).contains("memory store");
                }
                try (ManagedRegistry to = Registries.open(new UnclosedStore(store), OPTIONS)) {
                    to.importModel(archive("spam"));
                    assertThat(to.history("spam", ALL)).isEqualTo(from.history("spam", ALL));
                    assertThat(text(to, to.resolve("spam@champion"))).isEqualTo("two");
                }
            }
            assertThat(writes).isGreaterThan(30);
        }
    }

    @Test
    void importersAndACollectorDoNotGetInEachOthersWay() throws Exception {
        try (ManagedRegistry from = source()) {
            fill(from);
            from.exportModel("spam", archive("spam"));
        }
        ExecutorService executor = Executors.newFixedThreadPool(4);
        try {
            List<Callable<Void>> tasks = new ArrayList<>();
            for (int i = 0; i < 3; i++) {
                tasks.add(() -> {
                    try (ManagedRegistry to = target()) {
                        to.importModel(archive("spam"));
                    }
                    return null;
                });
            }
            tasks.add(() -> {
                try (ManagedRegistry to = target()) {
                    for (int i = 0; i < 50; i++) {
                        to.collect();
                    }
                }
                return null;
            });
            for (Future<Void> task : executor.invokeAll(tasks)) {
                task.get();
            }
        } finally {
            executor.shutdown();
        }
        try (ManagedRegistry to = target()) {
            for (ModelVersion version : to.versions("spam", ALL).items()) {
                assertThat(text(to, version)).isNotEmpty();
            }
            assertThat(to.history("spam", ALL).items()).hasSize(10);
        }
    }

    /** The blobs were garbage, old enough to go, when the importer found them there. */
    @Test
    void aBlobThatACollectorTakesAwayDuringAnImportIsThereAfterwards() throws Exception {
        try (ManagedRegistry from = source();
                ManagedRegistry to = target()) {
            ModelVersion version = from.publish(model("spam", "one"));
            from.exportModel("spam", archive("spam"));
            String blob = Keys.blob(version.digest().substring(Sha256.PREFIX.length()));
            target.putIfAbsent(
                    blob, ObjectContent.of(source.open(blob).orElseThrow().readAllBytes(), ObjectContent.OCTETS));
            ObjectStore collected = new UnclosedStore(target) {
                @Override
                public boolean putIfAbsent(String key, ObjectContent content) {
                    boolean won = super.putIfAbsent(key, content);
                    if (key.contains("/log/")) {
                        super.delete(blob);
                    }
                    return won;
                }
            };
            try (ManagedRegistry importing = open(collected, OPTIONS)) {
                assertThat(importing.importModel(archive("spam")).newBlobs()).isPositive();
            }
            assertThat(text(to, to.resolve("spam"))).isEqualTo("one");
        }
    }

    @Test
    void aLongLogBringsItsCheckpointAlong() throws Exception {
        try (ManagedRegistry from = source();
                ManagedRegistry to = target()) {
            from.publish(model("spam", "one"));
            from.publish(model("spam", "two"));
            for (int i = 0; i < 60; i++) {
                from.alias("spam", "champion", 1 + i % 2);
            }
            from.exportModel("spam", archive("spam"));
            to.importModel(archive("spam"));
            assertThat(keys(target)).anyMatch(key -> key.startsWith("models/spam/checkpoint/"));
            assertThat(to.aliasHistory("spam", "champion")).hasSize(60);
        }
    }

    @Test
    void whatIsDamagedInTheStoreIsNotExported() throws Exception {
        try (ManagedRegistry from = source()) {
            from.publish(model("spam", "one"));
            String hex = Sha256.hex("one".getBytes(StandardCharsets.UTF_8));
            source.delete(Keys.blob(hex));
            source.putIfAbsent(
                    Keys.blob(hex), ObjectContent.of("two".getBytes(StandardCharsets.UTF_8), ObjectContent.OCTETS));
            Files.writeString(archive("spam"), "the last good one");
            assertThatThrownBy(() -> from.exportModel("spam", archive("spam")))
                    .isInstanceOf(IntegrityException.class)
                    .hasMessageContaining(hex);
            assertThat(archive("spam")).hasContent("the last good one");
            assertThatThrownBy(() -> from.exportModel("ham", archive("ham")))
                    .isInstanceOf(ModelNotFoundException.class);
            assertThatThrownBy(() -> from.exportModel("spam", folder.resolve("none/spam.tar")))
                    .isInstanceOf(RegistryException.class)
                    .hasMessageNotContaining(folder.toString());
            try (Stream<Path> files = Files.list(folder)) {
                assertThat(files).containsExactly(archive("spam"));
            }
        }
    }

    @Test
    void aRegistryThatTakesNoWritesExportsButDoesNotImport() throws Exception {
        try (ManagedRegistry from = source()) {
            fill(from);
            from.exportModel("spam", archive("a"));
        }
        ObjectStore frozen = new UnclosedStore(source) {
            @Override
            public java.util.Optional<String> readOnlyReason() {
                return java.util.Optional.of("it is frozen");
            }

            @Override
            public boolean putIfAbsent(String key, ObjectContent content) {
                throw new AssertionError("Nothing is written");
            }
        };
        try (ManagedRegistry from = Registries.open(frozen, OPTIONS)) {
            from.exportModel("spam", archive("b"));
            assertThat(archive("b")).hasSameBinaryContentAs(archive("a"));
            assertThatThrownBy(() -> from.importModel(archive("a"))).isInstanceOf(AccessDeniedException.class);
        }
    }

    private static String run(Path folder, String... command) throws Exception {
        Process process = new ProcessBuilder(command)
                .directory(folder.toFile())
                .redirectErrorStream(true)
                .start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(output).isZero();
        return output;
    }

    private static boolean isThere(String command) {
        return Stream.of(System.getenv("PATH").split(java.io.File.pathSeparator))
                .anyMatch(path -> Files.isExecutable(Path.of(path, command)));
    }

    @Test
    void skopeoFindsVersionsByNumberSemanticVersionAndAlias() throws Exception {
        assumeThat(isThere("skopeo")).as("skopeo is here").isTrue();
        try (ManagedRegistry from = source()) {
            fill(from);
            from.exportModel("spam", archive("spam"));
            for (String tag : List.of("2", "1.1.0", "champion")) {
                String raw = run(folder, "skopeo", "inspect", "--raw", "oci-archive:spam.tar:" + tag);
                assertThat("sha256:" + Sha256.hex(raw.getBytes(StandardCharsets.UTF_8)))
                        .isEqualTo(from.resolve("spam:2").digest());
            }
            String raw = run(folder, "skopeo", "inspect", "--raw", "oci-archive:spam.tar:5");
            assertThat("sha256:" + Sha256.hex(raw.getBytes(StandardCharsets.UTF_8)))
                    .as("an alias that is written like a number stands back")
                    .isEqualTo(from.resolve("spam:5").digest());
            assertThat(run(folder, "skopeo", "inspect", "--raw", "oci-archive:spam.tar:LOG"))
                    .contains(ArchiveIndex.LOG_TYPE);
        }
    }

    @Test
    void anArchiveThatTarUnpackedAndPackedAgainIsImported() throws Exception {
        assumeThat(isThere("tar")).as("tar is here").isTrue();
        try (ManagedRegistry from = source();
                ManagedRegistry to = target()) {
            fill(from);
            from.exportModel("spam", archive("spam"));
            Path unpacked = Files.createDirectory(folder.resolve("unpacked"));
            run(unpacked, "tar", "-xf", "../spam.tar");
            run(unpacked, "tar", "-cf", "../again.tar", ".");
            assertThat(to.importModel(archive("again")).newEntries()).isEqualTo(10);
        }
    }
}
