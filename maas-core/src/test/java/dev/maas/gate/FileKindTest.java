package dev.maas.gate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import dev.maas.ModelLoadException;
import dev.maas.ModelSource;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.stream.Stream;
import java.util.zip.GZIPOutputStream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** What people put where a model should be. */
class FileKindTest {
    @ParameterizedTest(name = "{0}")
    @MethodSource("others")
    void otherContentsAreRecognised(String reason, byte[] content) {
        assertThatThrownBy(() -> new ModelGate().inspect(ModelSource.of(content)))
                .isInstanceOf(ModelLoadException.class)
                .hasMessageStartingWith("'model.onnx' " + reason)
                .hasMessageContaining(", not an ONNX model. ");
    }

    static Stream<Arguments> others() throws IOException {
        return Stream.of(
                arguments("is empty", new byte[0]),
                arguments("is a git-lfs pointer", text("version https://git-lfs.github.com/spec/v1\noid sha256:4d\n")),
                arguments("is a web page", text("<!DOCTYPE html>\n<html><body>404")),
                arguments("is a web page", text("\n  <HTML lang=en>")),
                arguments("is a web page", text("<?xml version=\"1.0\"?><html xmlns=")),
                arguments("is an XML document", text("<?xml version=\"1.0\"?><PMML/>")),
                arguments("is a JSON document", text("{\"error\": \"not found\"}")),
                arguments("is a JSON document", text("[1, 2]")),
                arguments("is a JSON document", text("{}")),
                arguments("is an ONNX model written as text", text("ir_version: 8\ngraph {\n}\n")),
                arguments(
                        "is an ONNX model written as text",
                        text("<\n  ir_version: 8,\n  opset_import: [\"\" : 17]\n>")),
                arguments("is a zip archive", zip()),
                arguments("is a zip archive", HexFormat.of().parseHex("504b0506" + "00".repeat(18))),
                arguments("is compressed with gzip", gzip(RawModel.add().bytes())),
                arguments("is a Python pickle", HexFormat.of().parseHex("80028a0a6cfc9c46f920")),
                arguments("is a Python pickle", HexFormat.of().parseHex("80049520000000000000008c")),
                arguments("is an HDF5 file", HexFormat.of().parseHex("894844460d0a1a0a00")),
                arguments(
                        "is a model in ONNX Runtime's own format",
                        HexFormat.of().parseHex("180000004f52544d0000")),
                arguments(
                        "begins with a byte order mark",
                        join(HexFormat.of().parseHex("efbbbf"), RawModel.add().bytes())));
    }

    private static byte[] text(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static byte[] join(byte[] head, byte[] tail) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        bytes.writeBytes(head);
        bytes.writeBytes(tail);
        return bytes.toByteArray();
    }

    private static byte[] zip() throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ZipOutputStream zip = new ZipOutputStream(bytes)) {
            zip.putNextEntry(new ZipEntry("archive/data.pkl"));
            zip.write(RawModel.add().bytes());
        }
        return bytes.toByteArray();
    }

    private static byte[] gzip(byte[] content) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (GZIPOutputStream gzip = new GZIPOutputStream(bytes)) {
            gzip.write(content);
        }
        return bytes.toByteArray();
    }

    @Test
    void noiseIsOnlySaidToBeUnsound() {
        assertThatThrownBy(() ->
                        new ModelGate().inspect(ModelSource.of(HexFormat.of().parseHex("ffffffff"))))
                .hasMessageStartingWith("'model.onnx' is not a sound ONNX model: ");
    }

    /** The letters of ONNX Runtime's own format can stand at the same place in a sound file. */
    @Test
    void aSoundModelIsNeverTakenForSomethingElse() {
        byte[] model = new WireWriter()
                .integer(1, 8)
                .text(2, "ORTModule")
                .message(7, RawModel.add().graph())
                .message(8, RawModel.operatorSet("", 17))
                .toBytes();

        assertThat(new String(model, 4, 4, StandardCharsets.US_ASCII)).isEqualTo("ORTM");
        assertThat(new ModelGate().inspect(ModelSource.of(model)).onnx()).isPresent();
        assertThat(FileKind.of(model)).isEmpty();
    }
}
