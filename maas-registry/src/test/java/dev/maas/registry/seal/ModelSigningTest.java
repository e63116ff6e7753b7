package dev.maas.registry.seal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import dev.maas.IntegrityException;
import dev.maas.InvalidInputException;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.interfaces.ECPublicKey;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class ModelSigningTest {
    private static final KeyPair KEYS = TestKeys.make("secp256r1");
    private static final String HEX = "ab".repeat(32);

    @TempDir
    Path folder;

    private Path model;

    @BeforeEach
    void writeModel() throws IOException {
        model = Files.createDirectories(folder.resolve("spam"));
        Files.writeString(model.resolve("model.onnx"), "weights");
        Files.writeString(Files.createDirectory(model.resolve("data")).resolve("words.txt"), "words");
    }

    private Path signature(byte[] bundle) throws IOException {
        return Files.write(folder.resolve("spam.sig"), bundle);
    }

    @ParameterizedTest
    @ValueSource(strings = {"Ed25519", "secp256r1", "secp384r1", "secp521r1"})
    void whatIsSignedVerifiesByItsKeyAndByNoOther(String kind) throws IOException {
        KeyPair keys = TestKeys.make(kind);
        Path signature = signature(ModelSigning.sign(model, Set.of(), Signer.of(keys)));

        ModelSigning.Verified verified = ModelSigning.verify(model, TrustPolicy.signedBy(keys.getPublic()), signature);
        assertThat(verified.name()).isEqualTo("spam");
        assertThat(verified.files()).containsOnlyKeys("model.onnx", "data/words.txt");
        assertThat(verified.signers()).containsExactly("signer");
        assertThatThrownBy(() -> ModelSigning.verify(
                        model, TrustPolicy.signedBy(TestKeys.make(kind).getPublic()), signature))
                .isInstanceOf(IntegrityException.class);
    }

    @Test
    void aSignatureInTheFolderIsNotPartOfTheModel() throws IOException {
        byte[] bundle = ModelSigning.sign(model, Set.of("model.sig"), Signer.of(KEYS));
        Path signature = Files.write(model.resolve("model.sig"), bundle);
        ModelSigning.verify(model, TrustPolicy.signedBy(KEYS.getPublic()), signature);
    }

    @Test
    void aModelOfOneFileIsSignedByItself() throws IOException {
        Path file = model.resolve("model.onnx");
        Path signature = signature(ModelSigning.sign(file, Set.of(), Signer.of(KEYS)));
        assertThat(ModelSigning.verify(file, TrustPolicy.signedBy(KEYS.getPublic()), signature)
                        .files())
                .containsOnlyKeys(".");
    }

    @Test
    void linksAreNeitherSignedNorVerified() throws IOException {
        Path signature = signature(ModelSigning.sign(model, Set.of(), Signer.of(KEYS)));
        Files.createSymbolicLink(model.resolve("link"), model.resolve("model.onnx"));
        assertThatThrownBy(() -> ModelSigning.sign(model, Set.of(), Signer.of(KEYS)))
                .isInstanceOf(InvalidInputException.class)
                .hasMessageContaining("'link' is a link or a device");
        assertThatThrownBy(() -> ModelSigning.verify(model, TrustPolicy.signedBy(KEYS.getPublic()), signature))
                .isInstanceOf(IntegrityException.class)
                .hasMessageContaining("'link' is a link or a device");
    }

    @Test
    void aStatementThatLeavesEverythingOutLeavesNothingOut() throws IOException {
        byte[] bundle = SigstoreBundle.sign(
                ModelStatement.of(
                        "spam",
                        Map.of("model.onnx", HEX),
                        List.of(".", "", "..", model.toString(), "data/../..", "../spam")),
                Signer.of(KEYS));
        Path signature = signature(bundle);
        assertThatThrownBy(() -> ModelSigning.verify(model, TrustPolicy.signedBy(KEYS.getPublic()), signature))
                .isInstanceOf(IntegrityException.class)
                .hasMessageContaining("'data/words.txt' is not among the files signed");
    }

    private static byte[] signed() {
        return ModelSigning.sign("spam", Map.of("model.onnx", HEX), Signer.of(KEYS));
    }

    private static String text(byte[] bundle) {
        return new String(bundle, StandardCharsets.UTF_8);
    }

    private static JsonObject envelope(JsonObject bundle) {
        return bundle.getAsJsonObject("dsseEnvelope");
    }

    private static byte[] signature(JsonObject bundle) {
        return Base64.getDecoder().decode(signatureJson(bundle).get("sig").getAsString());
    }

    private static JsonObject signatureJson(JsonObject bundle) {
        return envelope(bundle).getAsJsonArray("signatures").get(0).getAsJsonObject();
    }

    private static Arguments edited(String what, UnaryOperator<JsonObject> edit) {
        return Arguments.of(what, (UnaryOperator<String>) text ->
                edit.apply(JsonParser.parseString(text).getAsJsonObject()).toString());
    }

    private static Arguments withSignature(String what, UnaryOperator<byte[]> edit) {
        return edited(what, bundle -> {
            byte[] bytes = edit.apply(signature(bundle));
            signatureJson(bundle).addProperty("sig", Base64.getEncoder().encodeToString(bytes));
            return bundle;
        });
    }

    private static Arguments withEnvelope(String what, String member, UnaryOperator<String> edit) {
        return edited(what, bundle -> {
            JsonObject envelope = envelope(bundle);
            envelope.addProperty(member, edit.apply(envelope.get(member).getAsString()));
            return bundle;
        });
    }

    private static byte[] der(BigInteger r, BigInteger s, int padding) {
        byte[] first = r.toByteArray();
        byte[] second = s.toByteArray();
        java.io.ByteArrayOutputStream out = new java.io.ByteArrayOutputStream();
        out.write(0x30);
        out.write(4 + first.length + second.length + padding);
        out.write(2);
        out.write(first.length + padding);
        out.writeBytes(new byte[padding]);
        out.writeBytes(first);
        out.write(2);
        out.write(second.length);
        out.writeBytes(second);
        return out.toByteArray();
    }

    private static BigInteger[] numbers(byte[] der) {
        int length = der[3];
        BigInteger r = new BigInteger(java.util.Arrays.copyOfRange(der, 4, 4 + length));
        BigInteger s = new BigInteger(java.util.Arrays.copyOfRange(der, 6 + length, der.length));
        return new BigInteger[] {r, s};
    }

    static Stream<Arguments> refused() {
        BigInteger order = ((ECPublicKey) KEYS.getPublic()).getParams().getOrder();
        return Stream.of(
                withSignature("a signature of zeros", der -> der(BigInteger.ZERO, BigInteger.ZERO, 0)),
                withSignature("a first number of zero", der -> der(BigInteger.ZERO, numbers(der)[1], 0)),
                withSignature("a second number of zero", der -> der(numbers(der)[0], BigInteger.ZERO, 0)),
                withSignature("the order as numbers", der -> der(order, order, 0)),
                withSignature("a number beyond the order", der -> der(numbers(der)[0], numbers(der)[1].add(order), 0)),
                withSignature("a negative number", der -> der(numbers(der)[0], numbers(der)[1].negate(), 0)),
                withSignature("a padded number", der -> der(numbers(der)[0], numbers(der)[1], 1)),
                withSignature("bytes behind it", der -> java.util.Arrays.copyOf(der, der.length + 1)),
                withSignature("an end that is missing", der -> java.util.Arrays.copyOf(der, der.length - 1)),
                withSignature("no bytes", der -> new byte[0]),
                withSignature("one flipped bit", der -> {
                    der[der.length / 2] ^= 1;
                    return der;
                }),
                withEnvelope("another payload type", "payloadType", type -> "application/json"),
                withEnvelope(
                        "a payload type in upper case", "payloadType", type -> type.toUpperCase(java.util.Locale.ROOT)),
                withEnvelope(
                        "base64 with line breaks", "payload", text -> text.substring(0, 4) + "\n" + text.substring(4)),
                withEnvelope("base64 without its end", "payload", text -> text.substring(0, text.length() - 1)),
                withEnvelope("base64 for URLs", "payload", text -> "-_-_" + text.substring(4)),
                withEnvelope(
                        "another payload",
                        "payload",
                        text -> base64(new String(Base64.getDecoder().decode(text), StandardCharsets.UTF_8)
                                .replace("spam", "ham!"))),
                withEnvelope(
                        "the payload with a space",
                        "payload",
                        text -> base64(new String(Base64.getDecoder().decode(text), StandardCharsets.UTF_8) + " ")),
                edited("no signature", bundle -> {
                    envelope(bundle).getAsJsonArray("signatures").remove(0);
                    return bundle;
                }),
                edited("two signatures", bundle -> {
                    envelope(bundle).getAsJsonArray("signatures").add(signatureJson(bundle));
                    return bundle;
                }),
                edited("another media type", bundle -> {
                    bundle.addProperty("mediaType", "application/vnd.dev.sigstore.bundle.v0.2+json");
                    return bundle;
                }),
                edited("the hint of another key", bundle -> {
                    bundle.getAsJsonObject("verificationMaterial")
                            .getAsJsonObject("publicKey")
                            .addProperty("hint", HEX);
                    return bundle;
                }),
                edited("no key and no certificate", bundle -> {
                    bundle.getAsJsonObject("verificationMaterial").remove("publicKey");
                    return bundle;
                }),
                raw(
                        "a member twice",
                        text -> text.replace("\"dsseEnvelope\":", "\"mediaType\":\"x\",\"dsseEnvelope\":")),
                raw("a payload twice", text -> text.replace("\"payload\":", "\"payload\":\"\",\"payload\":")),
                raw("something behind it", text -> text + "{}"),
                raw("a comment", text -> text.replaceFirst("\\{", "{/**/")),
                raw("nothing", text -> ""),
                raw("deep nesting", text -> "[".repeat(100_000)),
                raw("padded base64 in another way", ModelSigningTest::otherBits));
    }

    /** The last character of padded base64 has bits that decoders drop. */
    private static String otherBits(String text) {
        JsonObject bundle = JsonParser.parseString(text).getAsJsonObject();
        String sig = signatureJson(bundle).get("sig").getAsString();
        int last = sig.indexOf('=') - 1;
        if (last < 0) {
            return "{}";
        }
        char c = sig.charAt(last);
        signatureJson(bundle).addProperty("sig", sig.substring(0, last) + (char) (c + 1) + sig.substring(last + 1));
        return bundle.toString();
    }

    private static Arguments raw(String what, UnaryOperator<String> edit) {
        return Arguments.of(what, edit);
    }

    private static String base64(String text) {
        return Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.UTF_8));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("refused")
    void aBundleIsRefusedThatHas(String what, UnaryOperator<String> edit) {
        byte[] right = signed();
        TrustPolicy policy = TrustPolicy.signedBy(KEYS.getPublic());
        Map<String, String> files = Map.of("model.onnx", HEX);
        assertThat(policy.verify("spam", files, List.of(right))).containsExactly("signer");

        byte[] wrong = edit.apply(text(right)).getBytes(StandardCharsets.UTF_8);
        assertThat(wrong).isNotEqualTo(right);
        assertThatThrownBy(() -> policy.verify("spam", files, List.of(wrong)))
                .isInstanceOf(IntegrityException.class)
                .hasMessageContaining("'spam' is not trusted")
                .hasMessageContaining("Signature 1 does not count");
    }

    /** Both halves of the second number's range are right, and tools write either. */
    @Test
    void theOtherSecondNumberOfAnEcdsaSignatureCountsAsTheSameSignature() {
        BigInteger order = ((ECPublicKey) KEYS.getPublic()).getParams().getOrder();
        byte[] right = signed();
        JsonObject bundle = JsonParser.parseString(text(right)).getAsJsonObject();
        BigInteger[] numbers = numbers(signature(bundle));
        signatureJson(bundle)
                .addProperty("sig", Base64.getEncoder().encodeToString(der(numbers[0], order.subtract(numbers[1]), 0)));
        byte[] other = bundle.toString().getBytes(StandardCharsets.UTF_8);

        TrustPolicy two = TrustPolicy.builder()
                .signer("one", KEYS.getPublic())
                .signer("two", TestKeys.make("Ed25519").getPublic())
                .require("*", 2)
                .build();
        assertThatThrownBy(() -> two.verify("spam", Map.of("model.onnx", HEX), List.of(right, other)))
                .isInstanceOf(IntegrityException.class)
                .hasMessageContaining("only those of [one] count");
    }

    static Stream<Arguments> statements() {
        return Stream.of(
                Arguments.of("another name", "ham", Map.of("model.onnx", HEX), "it is for the model 'ham'"),
                Arguments.of("another digest", "spam", Map.of("model.onnx", "cd".repeat(32)), "is not the file"),
                Arguments.of("a file less", "spam", Map.of("other", HEX), "is not among the files signed"),
                Arguments.of("a file more", "spam", Map.of("model.onnx", HEX, "b", HEX), "'b', which was signed"),
                Arguments.of("a name that leads up", "spam", Map.of("../model.onnx", HEX), "not sound"),
                Arguments.of("an absolute name", "spam", Map.of("/model.onnx", HEX), "not sound"));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("statements")
    void aSoundSignatureOfSomethingElseIsRefused(String what, String name, Map<String, String> files, String message) {
        byte[] bundle = SigstoreBundle.sign(ModelStatement.of(name, files, List.of()), Signer.of(KEYS));
        assertThatThrownBy(() -> TrustPolicy.signedBy(KEYS.getPublic())
                        .verify("spam", Map.of("model.onnx", HEX), List.of(bundle)))
                .isInstanceOf(IntegrityException.class)
                .hasMessageContaining(message);
    }

    @Test
    void anEd25519SignatureIsRefusedWithItsNumberRaisedByTheOrder() {
        KeyPair keys = TestKeys.make("Ed25519");
        byte[] right = ModelSigning.sign("spam", Map.of("model.onnx", HEX), Signer.of(keys));
        JsonObject bundle = JsonParser.parseString(text(right)).getAsJsonObject();
        byte[] signature = signature(bundle);
        BigInteger order = BigInteger.TWO.pow(252).add(new BigInteger("27742317777372353535851937790883648493"));
        byte[] raised = littleEndian(signature).add(order).toByteArray();
        for (int i = 0; i < 32; i++) {
            signature[32 + i] = i < raised.length ? raised[raised.length - 1 - i] : 0;
        }
        signatureJson(bundle).addProperty("sig", Base64.getEncoder().encodeToString(signature));
        TrustPolicy policy = TrustPolicy.signedBy(keys.getPublic());
        assertThatThrownBy(() -> policy.verify(
                        "spam",
                        Map.of("model.onnx", HEX),
                        List.of(bundle.toString().getBytes(StandardCharsets.UTF_8))))
                .isInstanceOf(IntegrityException.class);
    }

    private static BigInteger littleEndian(byte[] signature) {
        byte[] number = new byte[32];
        for (int i = 0; i < 32; i++) {
            number[31 - i] = signature[32 + i];
        }
        return new BigInteger(1, number);
    }
}
