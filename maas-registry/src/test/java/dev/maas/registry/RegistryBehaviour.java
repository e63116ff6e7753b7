package dev.maas.registry;

import static dev.maas.registry.TestModels.model;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import dev.maas.AliasChange;
import dev.maas.AliasUpdate;
import dev.maas.ClosedException;
import dev.maas.InvalidInputException;
import dev.maas.Lineage;
import dev.maas.ModelNotFoundException;
import dev.maas.ModelPackage;
import dev.maas.ModelQuery;
import dev.maas.ModelSource;
import dev.maas.ModelVersion;
import dev.maas.Page;
import dev.maas.RegistryConflictException;
import dev.maas.RegistryEvent;
import dev.maas.VersionUpdate;
import dev.maas.registry.TestModels.FakeClock;
import dev.maas.registry.store.ObjectStore;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What a registry does, on any store. */
abstract class RegistryBehaviour {
    final FakeClock clock = new FakeClock();
    ManagedRegistry registry;

    /** Opens one more view of the same storage. */
    abstract ObjectStore store() throws Exception;

    /** Returns how many entries make a log long; stores that are far away take fewer. */
    int manyEntries() {
        return 150;
    }

    RegistryOptions options() {
        return TestModels.OPTIONS.clock(clock);
    }

    @BeforeEach
    void open() throws Exception {
        registry = Registries.open(store(), options());
    }

    @AfterEach
    void close() {
        registry.close();
    }

    private static String text(ModelSource source, String file) throws Exception {
        try (InputStream in = source.open(file)) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    private static <T> List<T> all(Function<Page.Request, Page<T>> listing, int limit) {
        List<T> items = new ArrayList<>();
        @Nullable String after = null;
        do {
            Page<T> page = listing.apply(new Page.Request(after, limit));
            assertThat(page.items()).hasSizeLessThanOrEqualTo(limit);
            items.addAll(page.items());
            after = page.next().orElse(null);
        } while (after != null);
        return items;
    }

    @Test
    void aPublishedVersionComesBackAsItWas() throws Exception {
        ModelPackage published = ModelPackage.of(ModelSource.of(
                        "net.onnx",
                        Map.of(
                                "net.onnx",
                                "weights".getBytes(StandardCharsets.UTF_8),
                                "data/labels.txt",
                                "a\nb".getBytes(StandardCharsets.UTF_8))))
                .name("spam")
                .signature(TestModels.SIGNATURE)
                .description("Is it spam? \"Ünïcode\" \u2028 and\nlines")
                .tag("text")
                .tag("a")
                .property("owner", "risk")
                .columns("text", List.of("body"))
                .semanticVersion("1.4.2")
                .engine("onnx")
                .lineage(Lineage.unknown()
                        .withDataDigest("sha256:00")
                        .withParentVersion(3)
                        .withCodeRevision("abc")
                        .withProducer("pipeline")
                        .withMetric("accuracy", 0.1 + 0.2)
                        .withMetric("loss", 1e-300));

        ModelVersion version = registry.publish(published);

        assertThat(version.number()).isEqualTo(1);
        assertThat(version.publisher()).isEqualTo("tester");
        assertThat(version.publishedAt()).isEqualTo(clock.instant());
        assertThat(version.byteSize()).isEqualTo(10);
        assertThat(version.signature()).isEqualTo(TestModels.SIGNATURE);
        assertThat(version.metadata()).isEqualTo(published.metadata());
        try (ManagedRegistry other = Registries.open(store(), options())) {
            assertThat(other.id()).isEqualTo(registry.id());
            ModelVersion resolved = other.resolve("spam");
            assertThat(resolved).isEqualTo(version);
            try (ModelSource source = other.open(resolved)) {
                assertThat(source.entry()).isEqualTo("net.onnx");
                assertThat(source.files()).containsExactlyInAnyOrder("net.onnx", "data/labels.txt");
                assertThat(text(source, "net.onnx")).isEqualTo("weights");
                assertThat(text(source, "data/labels.txt")).isEqualTo("a\nb");
                assertThat(source.size("net.onnx")).isEqualTo(7);
                assertThat(source.metadata()).isEqualTo(published.metadata());
                assertThatThrownBy(() -> source.open("other")).isInstanceOf(IOException.class);
            }
        }
    }

    @Test
    void everyFormOfReferenceResolves() {
        ModelVersion one = registry.publish(model("spam", "a").semanticVersion("1.4.0"));
        ModelVersion two =
                registry.publish(model("spam", "b").semanticVersion("1.4.7").alias("champion"));
        ModelVersion three = registry.publish(model("spam", "c").semanticVersion("2.0.0"));
        ModelVersion four = registry.publish(model("spam", "d").semanticVersion("1.4.1"));

        assertThat(registry.resolve("spam")).isEqualTo(four);
        assertThat(registry.resolve("spam:1")).isEqualTo(one);
        assertThat(registry.resolve("spam:1.4.7")).isEqualTo(two);
        assertThat(registry.resolve("spam:^1.4"))
                .as("the greatest, not the last published")
                .isEqualTo(two);
        assertThat(registry.resolve("spam:~1.4.0")).isEqualTo(two);
        assertThat(registry.resolve("spam:>=1.4.0 <1.4.5")).isEqualTo(four);
        assertThat(registry.resolve("spam:>1")).isEqualTo(three);
        assertThat(registry.resolve("spam@champion")).isEqualTo(two);
        assertThat(registry.resolve("spam@" + three.digest())).isEqualTo(three);
    }

    @Test
    void whatIsNotThereIsNotFoundAndTheMessageSaysWhatIs() {
        registry.publish(model("spam", "a").alias("champion").semanticVersion("1.0.0"));
        assertThatThrownBy(() -> registry.resolve("ham"))
                .isInstanceOf(ModelNotFoundException.class)
                .hasMessageContaining("'ham'");
        for (String ref : List.of("spam:2", "spam@other", "spam:1.0.1", "spam:^2", "spam@sha256:" + "0".repeat(64))) {
            assertThatThrownBy(() -> registry.resolve(ref))
                    .as(ref)
                    .isInstanceOf(ModelNotFoundException.class)
                    .hasMessageContaining(ref)
                    .hasMessageContaining("[1]")
                    .hasMessageContaining("[champion]")
                    .hasMessageContaining("[1.0.0]");
        }
        assertThatThrownBy(() -> registry.versions("ham", Page.Request.first(1)))
                .isInstanceOf(ModelNotFoundException.class);
        assertThatThrownBy(() -> registry.aliases("ham")).isInstanceOf(ModelNotFoundException.class);
        assertThatThrownBy(() -> registry.history("ham", Page.Request.first(1)))
                .isInstanceOf(ModelNotFoundException.class);
        assertThat(registry.aliasHistory("spam", "never")).isEmpty();
    }

    @Test
    void theSameContentUnderOneSemanticVersionIsOneVersion() {
        ModelVersion first = registry.publish(model("spam", "a").semanticVersion("1.0.0"));
        ModelVersion again =
                registry.publish(model("spam", "a").semanticVersion("1.0.0").alias("champion"));
        assertThat(again.number()).isEqualTo(first.number());
        assertThat(registry.aliases("spam")).containsExactly(Map.entry("champion", 1));
        assertThat(all(page -> registry.versions("spam", page), 10)).hasSize(1);
    }

    @Test
    void otherContentUnderOneSemanticVersionIsAConflict() {
        registry.publish(model("spam", "a").semanticVersion("1.0.0"));
        assertThatThrownBy(() -> registry.publish(model("spam", "b").semanticVersion("1.0.0")))
                .isInstanceOf(RegistryConflictException.class)
                .hasMessageContaining("other files");
        assertThatThrownBy(() -> registry.publish(
                        model("spam", "a").semanticVersion("1.0.0").tag("x")))
                .isInstanceOf(RegistryConflictException.class)
                .hasMessageContaining("other metadata");
        assertThatThrownBy(() -> registry.publish(model("spam", "b").semanticVersion("1.0.0+build7")))
                .as("build metadata has no order")
                .isInstanceOf(RegistryConflictException.class);
        assertThat(all(page -> registry.versions("spam", page), 10)).hasSize(1);
        assertThat(registry.publish(model("ham", "b").semanticVersion("1.0.0")).number())
                .isEqualTo(1);
    }

    @Test
    void theSameContentWithoutSemanticVersionIsANewVersionOfTheSameDigest() {
        ModelVersion one = registry.publish(model("spam", "a"));
        ModelVersion two = registry.publish(model("spam", "a"));
        assertThat(two.number()).isEqualTo(2);
        assertThat(two.digest()).isEqualTo(one.digest());
        assertThat(registry.resolve("spam@" + one.digest())).isEqualTo(two);
    }

    @Test
    void publishingMovesItsAliasesInTheSameCommit() {
        registry.publish(model("spam", "a").alias("champion").alias("candidate"));
        registry.publish(model("spam", "b").alias("candidate"));
        assertThat(registry.aliases("spam")).isEqualTo(Map.of("champion", 1, "candidate", 2));
        assertThat(all(page -> registry.history("spam", page), 10)).hasSize(2);
        assertThat(registry.aliasHistory("spam", "candidate"))
                .extracting(AliasChange::from, AliasChange::to)
                .containsExactly(
                        tuple(OptionalInt.of(1), OptionalInt.of(2)), tuple(OptionalInt.empty(), OptionalInt.of(1)));
    }

    @Test
    void anAliasMovesOnlyFromWhereTheCallerThinksItIs() {
        registry.publish(model("spam", "a"));
        registry.publish(model("spam", "b"));

        AliasChange change = registry.alias(
                AliasUpdate.of("spam", "champion", 1).expectingNone().by("ann").because("first"));
        assertThat(change)
                .isEqualTo(new AliasChange(
                        "spam", "champion", OptionalInt.empty(), OptionalInt.of(1), clock.instant(), "ann", "first"));
        assertThatThrownBy(() ->
                        registry.alias(AliasUpdate.of("spam", "champion", 2).expectingNone()))
                .isInstanceOf(RegistryConflictException.class)
                .hasMessageContaining("points to version 1");
        assertThatThrownBy(() ->
                        registry.alias(AliasUpdate.of("spam", "champion", 2).expecting(2)))
                .isInstanceOf(RegistryConflictException.class);
        assertThat(registry.alias(AliasUpdate.of("spam", "champion", 2).expecting(1))
                        .who())
                .isEqualTo("tester");
        assertThat(registry.alias(AliasUpdate.removal("spam", "champion").expecting(2))
                        .to())
                .isEmpty();
        assertThat(registry.aliases("spam")).isEmpty();
        assertThatThrownBy(() -> registry.alias(AliasUpdate.removal("spam", "champion")))
                .isInstanceOf(ModelNotFoundException.class);
        assertThatThrownBy(() -> registry.alias("spam", "champion", 9)).isInstanceOf(ModelNotFoundException.class);
        assertThat(registry.aliasHistory("spam", "champion")).hasSize(3);
    }

    @Test
    void anAliasThatIsThereAlreadyIsNotMovedAgain() {
        registry.publish(model("spam", "a"));
        AliasChange first = registry.alias("spam", "champion", 1);
        assertThat(registry.alias("spam", "champion", 1)).isEqualTo(first);
        assertThat(registry.aliasHistory("spam", "champion")).hasSize(1);
    }

    @Test
    void rollbackGoesWhereTheAliasWas() {
        registry.publish(model("spam", "a").alias("champion"));
        registry.publish(model("spam", "b").alias("champion"));
        assertThat(registry.rollback("spam", "champion", "worse").to()).hasValue(1);
        assertThat(registry.resolve("spam@champion").number()).isEqualTo(1);
        assertThat(registry.rollback("spam", "champion", "better after all").to())
                .hasValue(2);
        registry.alias("spam", "fresh", 1);
        assertThatThrownBy(() -> registry.rollback("spam", "fresh", "")).isInstanceOf(RegistryConflictException.class);
        assertThatThrownBy(() -> registry.rollback("spam", "never", "")).isInstanceOf(ModelNotFoundException.class);
    }

    @Test
    void aWithdrawnVersionIsThereForWhoNamesIt() {
        ModelVersion one = registry.publish(model("spam", "a").semanticVersion("1.0.0"));
        ModelVersion two =
                registry.publish(model("spam", "b").semanticVersion("1.1.0").alias("champion"));

        RegistryEvent event =
                registry.update(VersionUpdate.yank("spam", 2).by("ann").because("leaked data"));

        assertThat(event)
                .isEqualTo(new RegistryEvent(
                        "spam", 3, RegistryEvent.Kind.YANK, "2", clock.instant(), "ann", "leaked data"));
        assertThat(registry.resolve("spam")).isEqualTo(one);
        assertThat(registry.resolve("spam:^1")).isEqualTo(one);
        assertThat(registry.resolve("spam:2").yanked()).isTrue();
        assertThat(registry.resolve("spam:1.1.0").number()).isEqualTo(2);
        assertThat(registry.resolve("spam@" + two.digest()).number()).isEqualTo(2);
        assertThat(registry.resolve("spam@champion").number()).isEqualTo(2);
        assertThatThrownBy(() -> registry.alias("spam", "other", 2)).isInstanceOf(RegistryConflictException.class);
        assertThatThrownBy(() -> registry.update(VersionUpdate.yank("spam", 2)))
                .isInstanceOf(RegistryConflictException.class);

        registry.update(VersionUpdate.unyank("spam", 2));
        assertThat(registry.resolve("spam")).isEqualTo(two);
    }

    @Test
    void aDeletedVersionCanBeRestoredUntilItsTimeIsOver() {
        registry.publish(model("spam", "a"));
        registry.publish(model("spam", "b").alias("champion"));
        assertThatThrownBy(() -> registry.update(VersionUpdate.delete("spam", 2)))
                .isInstanceOf(RegistryConflictException.class)
                .hasMessageContaining("champion");
        registry.alias("spam", "champion", 1);
        registry.update(VersionUpdate.delete("spam", 2));

        assertThat(registry.resolve("spam").number()).isEqualTo(1);
        assertThatThrownBy(() -> registry.resolve("spam:2"))
                .isInstanceOf(ModelNotFoundException.class)
                .hasMessageContaining("restored until 2026-01-31");
        assertThat(all(page -> registry.versions("spam", page), 1))
                .extracting(ModelVersion::number)
                .containsExactly(1);

        clock.advance(Duration.ofDays(29));
        assertThat(registry.collect().purgedVersions()).isZero();
        registry.update(VersionUpdate.restore("spam", 2));
        assertThat(registry.resolve("spam").number()).isEqualTo(2);

        registry.update(VersionUpdate.delete("spam", 2));
        clock.advance(Duration.ofDays(31));
        assertThat(registry.collect().purgedVersions()).isEqualTo(1);
        assertThatThrownBy(() -> registry.update(VersionUpdate.restore("spam", 2)))
                .isInstanceOf(ModelNotFoundException.class)
                .hasMessageContaining("over");
        assertThat(registry.publish(model("spam", "c")).number())
                .as("numbers are not used again")
                .isEqualTo(3);
    }

    @Test
    void aSemanticVersionIsNotUsedAgainAlsoAfterItsVersionIsGoneForGood() {
        registry.publish(model("spam", "a").semanticVersion("1.0.0"));
        registry.publish(model("spam", "b").semanticVersion("1.1.0"));
        registry.update(VersionUpdate.delete("spam", 1));
        assertThatThrownBy(() -> registry.publish(model("spam", "a").semanticVersion("1.0.0")))
                .isInstanceOf(RegistryConflictException.class)
                .hasMessageContaining("Restore it");
        clock.advance(Duration.ofDays(31));
        registry.collect();
        assertThatThrownBy(() -> registry.publish(model("spam", "c").semanticVersion("1.0.0")))
                .isInstanceOf(RegistryConflictException.class)
                .hasMessageContaining("deleted as version 1. Publish under another");
        assertThatThrownBy(() -> registry.resolve("spam:1.0.0"))
                .isInstanceOf(ModelNotFoundException.class)
                .hasMessageContaining("gone for good");
        assertThat(registry.resolve("spam:^1").number()).isEqualTo(2);
    }

    @Test
    void tagsPropertiesAndDescriptionChangeAndTheDigestDoesNot() {
        ModelVersion before = registry.publish(
                model("spam", "a").tag("new").property("k", "v").columns("text", List.of("c")));
        registry.update(VersionUpdate.edit("spam", 1)
                .tag("reviewed")
                .withoutTag("new")
                .property("owner", "risk")
                .withoutProperty("k")
                .description("better"));
        ModelVersion after = registry.resolve("spam:1");
        assertThat(after.metadata().tags()).containsExactly("reviewed");
        assertThat(after.metadata().properties()).isEqualTo(Map.of("owner", "risk"));
        assertThat(after.metadata().description()).isEqualTo("better");
        assertThat(after.metadata().columns()).isEqualTo(before.metadata().columns());
        assertThat(after.digest()).isEqualTo(before.digest());
        assertThatThrownBy(() -> registry.update(VersionUpdate.edit("spam", 1).tag("reviewed")))
                .isInstanceOf(RegistryConflictException.class);
        assertThatThrownBy(() -> registry.update(VersionUpdate.edit("spam", 5).tag("x")))
                .isInstanceOf(ModelNotFoundException.class);
        try (ModelSource source = registry.open(before)) {
            assertThat(source.files()).hasSize(1);
        }
    }

    @Test
    void searchFindsByNameTagAndProperty() {
        registry.publish(model("ham", "a").tag("text").property("team", "b"));
        registry.publish(model("spam", "a").tag("text").property("team", "a"));
        registry.publish(model("spam", "b").tag("text").tag("good").property("team", "a"));
        registry.publish(model("spam", "c"));
        registry.publish(model("spam-eu", "d").tag("text"));
        registry.update(VersionUpdate.delete("spam", 1));

        assertThat(search(ModelQuery.all())).containsExactly("ham:1", "spam-eu:1", "spam:3", "spam:2");
        assertThat(search(ModelQuery.all().nameContaining("spam"))).containsExactly("spam-eu:1", "spam:3", "spam:2");
        assertThat(search(ModelQuery.all().tag("text"))).containsExactly("ham:1", "spam-eu:1", "spam:2");
        assertThat(search(ModelQuery.all().tag("text").tag("good"))).containsExactly("spam:2");
        assertThat(search(ModelQuery.all().property("team", "a"))).containsExactly("spam:2");
        assertThat(search(ModelQuery.all().newestOnly())).containsExactly("ham:1", "spam-eu:1", "spam:3");
        assertThat(search(ModelQuery.all().tag("nothing"))).isEmpty();
    }

    private List<String> search(ModelQuery query) {
        List<String> found = refs(all(page -> registry.search(query, page), 100));
        for (int limit : List.of(1, 2, 3)) {
            assertThat(refs(all(page -> registry.search(query, page), limit)))
                    .as("pages of %s", limit)
                    .isEqualTo(found);
        }
        return found;
    }

    private static List<String> refs(List<ModelVersion> versions) {
        return versions.stream().map(version -> version.ref().toString()).toList();
    }

    @Test
    void listingsArePagedAndRefuseOddTokens() {
        for (int i = 1; i <= 7; i++) {
            registry.publish(model("spam", "v" + i));
            registry.publish(model("m" + i, "x"));
        }
        for (int limit : List.of(1, 3, 7, 8, 100)) {
            assertThat(all(registry::models, limit)).containsExactly("m1", "m2", "m3", "m4", "m5", "m6", "m7", "spam");
            assertThat(all(page -> registry.versions("spam", page), limit))
                    .extracting(ModelVersion::number)
                    .containsExactly(7, 6, 5, 4, 3, 2, 1);
            assertThat(all(page -> registry.history("spam", page), limit))
                    .extracting(RegistryEvent::sequence)
                    .containsExactly(7L, 6L, 5L, 4L, 3L, 2L, 1L);
        }
        for (String token : List.of("", "-1", "x y", "0", "9999999999999999999999", "1:zz", "../x")) {
            assertThatThrownBy(() -> registry.versions("spam", new Page.Request(token, 5)))
                    .as("versions after '%s'", token)
                    .isInstanceOf(InvalidInputException.class);
            assertThatThrownBy(() -> registry.history("spam", new Page.Request(token, 5)))
                    .as("history after '%s'", token)
                    .isInstanceOf(InvalidInputException.class);
            assertThatThrownBy(() -> registry.search(ModelQuery.all(), new Page.Request(token, 5)))
                    .as("search after '%s'", token)
                    .isInstanceOf(InvalidInputException.class);
        }
    }

    @Test
    void aLongLogIsReadThroughItsCheckpoints() throws Exception {
        int many = manyEntries();
        int versions = 0;
        for (int i = 0; i < many; i++) {
            // Entries of every kind count; what publishes nothing is the faster one.
            if (i % 5 == 0) {
                registry.publish(model("spam", "v" + ++versions).alias(i % 3 == 0 ? "champion" : "candidate"));
            } else {
                registry.update(VersionUpdate.edit("spam", versions).property("entry", Integer.toString(i)));
            }
        }
        try (ObjectStore store = store()) {
            assertThat(store.list("models/spam/checkpoint/", null, 100).objects())
                    .hasSizeBetween(Math.max(1, many / 50), 6);
        }
        try (ManagedRegistry other = Registries.open(store(), options())) {
            assertThat(other.resolve("spam")).isEqualTo(registry.resolve("spam"));
            assertThat(other.aliasHistory("spam", "champion")).isEqualTo(registry.aliasHistory("spam", "champion"));
            assertThat(all(page -> other.versions("spam", page), 7))
                    .isEqualTo(all(page -> registry.versions("spam", page), 1000));
            assertThat(other.publish(model("spam", "x")).number()).isEqualTo(versions + 1);
        }
        assertThat(registry.resolve("spam").number()).isEqualTo(versions + 1);
    }

    @Test
    void attachmentsComeBackAndOutliveACollection() {
        ModelVersion version = registry.publish(model("spam", "a"));
        ManagedRegistry.Attachment attached =
                registry.attach(version, "application/json", "{\"signed\":true}".getBytes(StandardCharsets.UTF_8));
        registry.attach(version, "application/json", "{\"signed\":true}".getBytes(StandardCharsets.UTF_8));
        clock.advance(Duration.ofDays(9));
        registry.collect();
        assertThat(registry.attachments(version)).containsExactly(attached);
        assertThat(registry.read(attached)).asString().isEqualTo("{\"signed\":true}");
        assertThatThrownBy(() -> registry.attach(version, "no type", new byte[1]))
                .isInstanceOf(InvalidInputException.class);
    }

    @Test
    void anEmptyPlaceHasNothing() {
        assertThat(registry.models(Page.Request.first(10)).items()).isEmpty();
        assertThat(registry.search(ModelQuery.all(), Page.Request.first(10)).items())
                .isEmpty();
        assertThat(registry.collect()).isEqualTo(new CollectionReport(0, 0, 0, 0, 0, 0));
    }

    @Test
    void aClosedRegistryRefuses() {
        registry.close();
        registry.close();
        assertThatThrownBy(() -> registry.resolve("spam")).isInstanceOf(ClosedException.class);
        assertThatThrownBy(() -> registry.publish(model("spam", "a"))).isInstanceOf(ClosedException.class);
    }

    @Test
    void aRegistryThatMayBeStaleAsksTheStoreOnlyWhenItsTimeIsOver() throws Exception {
        registry.publish(model("spam", "a"));
        try (ManagedRegistry lazy = Registries.open(store(), options().maxStaleness(Duration.ofSeconds(5)))) {
            assertThat(lazy.resolve("spam").number()).isEqualTo(1);
            registry.publish(model("spam", "b"));
            assertThat(lazy.resolve("spam").number()).as("within 5 s").isEqualTo(1);
            clock.advance(Duration.ofSeconds(6));
            assertThat(lazy.resolve("spam").number()).as("after 6 s").isEqualTo(2);
            lazy.publish(model("spam", "c"));
            assertThat(lazy.resolve("spam").number())
                    .as("what it committed itself")
                    .isEqualTo(3);
        }
    }

    @Test
    void aVersionOfAnotherRegistryIsNotOpened() throws Exception {
        ModelVersion version = registry.publish(model("spam", "a"));
        ModelVersion forged = new ModelVersion(
                "spam",
                1,
                "sha256:" + "0".repeat(64),
                version.publishedAt(),
                version.publisher(),
                version.byteSize(),
                version.signature(),
                version.metadata(),
                false);
        assertThatThrownBy(() -> registry.open(forged)).isInstanceOf(ModelNotFoundException.class);
        assertThat(Optional.of(version)).contains(registry.resolve("spam"));
    }
}
