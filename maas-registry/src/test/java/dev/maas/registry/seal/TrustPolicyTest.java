package dev.maas.registry.seal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.maas.IntegrityException;
import dev.maas.InvalidInputException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.KeyPair;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class TrustPolicyTest {
    private static final Map<String, String> FILES = Map.of("model.onnx", "ab".repeat(32));
    private static final KeyPair PIPELINE = TestKeys.make("secp256r1");
    private static final KeyPair RELEASE = TestKeys.make("Ed25519");

    @TempDir
    Path folder;

    private static byte[] signed(String model, KeyPair keys) {
        return ModelSigning.sign(model, FILES, Signer.of(keys));
    }

    private static TrustPolicy.Builder builder() {
        return TrustPolicy.builder().signer("pipeline", PIPELINE.getPublic()).signer("release", RELEASE.getPublic());
    }

    @Test
    void theFirstRuleThatFitsDecides() {
        TrustPolicy policy = builder()
                .require("prod-*", 2)
                .allowUnsigned("scratch-*")
                .require("*", 1, "pipeline")
                .build();

        assertThat(policy.verify("prod-a", FILES, List.of(signed("prod-a", PIPELINE), signed("prod-a", RELEASE))))
                .containsExactly("pipeline", "release");
        assertThatThrownBy(() -> policy.verify("prod-a", FILES, List.of(signed("prod-a", PIPELINE))))
                .isInstanceOf(IntegrityException.class)
                .hasMessage(
                        "'prod-a' is not trusted: the rule 'prod-*': 2 of [pipeline, release] is not met, only those of"
                                + " [pipeline] count");
        assertThat(policy.verify("scratch-a", FILES, List.of())).isEmpty();
        assertThat(policy.verify("other", FILES, List.of(signed("other", PIPELINE))))
                .containsExactly("pipeline");
        assertThatThrownBy(() -> policy.verify("other", FILES, List.of(signed("other", RELEASE))))
                .isInstanceOf(IntegrityException.class)
                .hasMessageContaining("it is by none of those named");
    }

    @Test
    void aModelThatNoRuleFitsIsRefused() {
        TrustPolicy policy = builder().require("prod-*", 1).build();
        assertThatThrownBy(() -> policy.verify("other", FILES, List.of(signed("other", PIPELINE))))
                .isInstanceOf(IntegrityException.class)
                .hasMessageContaining("No rule of the trust policy is for 'other'");
    }

    @Test
    void eachSignerCountsOnce() {
        TrustPolicy policy = builder().require("*", 2).build();
        assertThatThrownBy(() -> policy.verify("a", FILES, List.of(signed("a", PIPELINE), signed("a", PIPELINE))))
                .isInstanceOf(IntegrityException.class);
        assertThatThrownBy(() -> builder().signer("again", PIPELINE.getPublic()))
                .isInstanceOf(InvalidInputException.class)
                .hasMessageContaining("have the same key, and would count twice");
    }

    @Test
    void signaturesThatDoNotCountAreInNobodysWay() {
        TrustPolicy policy = TrustPolicy.signedBy(PIPELINE.getPublic());
        byte[] junk = "{}".getBytes(StandardCharsets.UTF_8);
        List<byte[]> many = new java.util.ArrayList<>(
                IntStream.range(0, 20).mapToObj(i -> junk).toList());
        assertThatThrownBy(() -> policy.verify("a", FILES, many)).hasMessageContaining("none of its 20 signatures");
        many.add(signed("a", PIPELINE));
        assertThat(policy.verify("a", FILES, many)).containsExactly("signer");
    }

    @Test
    void ifSignedAsksForASoundSignatureOnlyWhereThereIsOne() {
        TrustPolicy policy = builder().verifyIfSigned("*", "pipeline").build();
        assertThat(policy.verify("a", FILES, List.of())).isEmpty();
        assertThat(policy.verify("a", FILES, List.of(signed("a", PIPELINE)))).containsExactly("pipeline");
        assertThatThrownBy(() -> policy.verify("a", FILES, List.of(signed("a", RELEASE))))
                .isInstanceOf(IntegrityException.class);
    }

    @Test
    void aPolicyThatCannotBeIsRefusedWhenItIsMade() {
        assertThatThrownBy(() -> builder().build()).hasMessageContaining("without a rule trusts nothing");
        assertThatThrownBy(() -> builder().require("*", 3)).hasMessageContaining("asks for 3 signatures");
        assertThatThrownBy(() -> builder().require("*", 0)).hasMessageContaining("asks for 0 signatures");
        assertThatThrownBy(() -> builder().require("*", 1, "nobody")).hasMessageContaining("no signer 'nobody'");
        assertThatThrownBy(() ->
                        builder().signer("pipeline", TestKeys.make("Ed25519").getPublic()))
                .hasMessageContaining("a name of their own");
        assertThatThrownBy(() -> builder().signer(" ", TestKeys.make("Ed25519").getPublic()))
                .hasMessageContaining("a name of their own");
        assertThatThrownBy(() -> builder()
                        .signer("other", TestKeys.make("secp384r1").getPublic())
                        .require("A*", 1))
                .hasMessageContaining("A pattern is a model's name");
    }

    @ParameterizedTest
    @CsvSource({
        "*, anything, true",
        "prod-*, prod-, true",
        "prod-*, prod, false",
        "*-prod, a-prod, true",
        "*-prod, a-prod-b, false",
        "a*b*c, abc, true",
        "a*b*c, axxbyyc, true",
        "a*b*c, acb, false",
        "ab*ba, aba, false",
        "a.c, abc, false",
        "a*a*a*a*a*a*a*a*b, aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa, false"
    })
    void aStarStandsForAnyCharacters(String pattern, String model, boolean fits) {
        assertThat(new TrustRule(pattern, TrustRule.Kind.UNSIGNED, 0, List.of()).fits(model))
                .isEqualTo(fits);
    }

    @ParameterizedTest
    @ValueSource(strings = {"Ed25519", "secp256r1", "secp384r1"})
    void keysAreReadFromPemAsOpensslWritesIt(String kind) {
        KeyPair keys = TestKeys.make(kind);
        Path secret = TestKeys.write(folder.resolve("key.pem"), "PRIVATE KEY", keys.getPrivate());
        Path open = TestKeys.write(folder.resolve("public.pem"), "PUBLIC KEY", keys.getPublic());
        byte[] signature = ModelSigning.sign("a", FILES, Signer.of(secret, open));
        assertThat(TrustPolicy.signedBy(open).verify("a", FILES, List.of(signature)))
                .containsExactly("signer");
    }

    @Test
    void aPrivateKeyThatOthersCanReadIsRefused() throws IOException {
        Path secret = TestKeys.write(folder.resolve("key.pem"), "PRIVATE KEY", RELEASE.getPrivate());
        Path open = TestKeys.write(folder.resolve("public.pem"), "PUBLIC KEY", RELEASE.getPublic());
        for (String mode : List.of("rw-r-----", "rw----r--", "rw--w----")) {
            Files.setPosixFilePermissions(secret, PosixFilePermissions.fromString(mode));
            assertThatThrownBy(() -> Signer.of(secret, open))
                    .isInstanceOf(InvalidInputException.class)
                    .hasMessageContaining("Others can use the key file 'key.pem' (" + mode + ")")
                    .hasMessageNotContaining(folder.toString());
        }
    }

    @Test
    void keysThatDoNotBelongTogetherOrCannotSignAreRefused() {
        assertThatThrownBy(() -> Signer.of(new KeyPair(
                        PIPELINE.getPublic(), TestKeys.make("secp256r1").getPrivate())))
                .isInstanceOf(InvalidInputException.class)
                .hasMessageContaining("do not belong together");
        assertThatThrownBy(() -> Signer.of(new KeyPair(PIPELINE.getPublic(), RELEASE.getPrivate())))
                .isInstanceOf(InvalidInputException.class);
        Path open = TestKeys.write(folder.resolve("public.pem"), "PUBLIC KEY", PIPELINE.getPublic());
        assertThatThrownBy(() -> Signer.of(open, open))
                .isInstanceOf(InvalidInputException.class)
                .hasMessageContaining("openssl genpkey");
    }

    @Test
    void aHeadIsOpenedOnlyIfEnoughOfThoseNamedSealedIt() {
        byte[] head = "sequence 7".getBytes(StandardCharsets.UTF_8);
        TrustPolicy policy = builder().require("*", 1).requireHeads(2).build();
        byte[] sealed = HeadSeal.seal(head, List.of(Signer.of(PIPELINE), Signer.of(RELEASE)));

        assertThat(policy.openHead(sealed)).isEqualTo(head);
        byte[] one = HeadSeal.seal(head, List.of(Signer.of(PIPELINE), Signer.of(PIPELINE)));
        assertThatThrownBy(() -> policy.openHead(one))
                .isInstanceOf(IntegrityException.class)
                .hasMessageContaining("2 of [pipeline, release] and has those of [pipeline]");
        for (int i = 0; i < sealed.length; i++) {
            byte[] wrong = sealed.clone();
            wrong[i] ^= 1;
            try {
                assertThat(policy.openHead(wrong)).as("byte %d is in a hint", i).isEqualTo(head);
            } catch (IntegrityException e) {
                assertThat(e).hasMessageNotContaining("null");
            }
        }
        assertThatThrownBy(() -> policy.openHead(signed("a", PIPELINE))).isInstanceOf(IntegrityException.class);
        assertThatThrownBy(() -> TrustPolicy.signedBy(PIPELINE.getPublic()).openHead(sealed))
                .isInstanceOf(IntegrityException.class)
                .hasMessageContaining("names nobody who seals heads");
    }

    @Test
    void aSignatureOfAModelIsNoSealOfAHead() {
        byte[] statement = ModelStatement.of("a", FILES, List.of()).json();
        byte[] sealed = HeadSeal.seal(statement, List.of(Signer.of(PIPELINE)));
        String moved = new String(sealed, StandardCharsets.UTF_8).replace(HeadSeal.TYPE, ModelStatement.PAYLOAD_TYPE);
        String bundle = "{\"mediaType\":\"" + ModelSigning.MEDIA_TYPE
                + "\",\"verificationMaterial\":{\"publicKey\":{}}," + "\"dsseEnvelope\":" + moved + "}";
        assertThatThrownBy(() -> TrustPolicy.signedBy(PIPELINE.getPublic())
                        .verify("a", FILES, List.of(bundle.getBytes(StandardCharsets.UTF_8))))
                .isInstanceOf(IntegrityException.class)
                .hasMessageContaining("it does not fit what it signs and the key");
    }
}
