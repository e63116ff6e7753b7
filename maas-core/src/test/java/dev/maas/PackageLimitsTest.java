package dev.maas;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicLong;
import java.util.zip.Deflater;
import java.util.zip.DeflaterOutputStream;
import java.util.zip.InflaterInputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PackageLimitsTest {
    private static final PackageLimits SMALL = new PackageLimits(2, 100, 150, 10);

    @Test
    void takesAsMuchAsTheLimits() {
        PackageLimits.Tally tally = SMALL.tally();
        assertThatCode(() -> {
                    tally.file("a");
                    tally.bytes(60);
                    tally.bytes(40);
                    tally.file("b");
                    tally.bytes(50);
                    tally.unpackedFrom(1);
                })
                .doesNotThrowAnyException();
    }

    @Test
    void refusesOneFileMore() {
        PackageLimits.Tally tally = SMALL.tally();
        tally.file("a");
        tally.file("b");
        assertThatThrownBy(() -> tally.file("c"))
                .isInstanceOf(ModelLoadException.class)
                .hasMessageContaining("more than 2 files")
                .hasMessageContaining("PackageLimits.files");
    }

    @Test
    void refusesAFileThatIsTooLarge() {
        PackageLimits.Tally tally = SMALL.tally();
        tally.file("a\u202e");
        tally.bytes(100);
        assertThatThrownBy(() -> tally.bytes(1))
                .isInstanceOf(ModelLoadException.class)
                .hasMessageContaining("'a\\u202e'")
                .hasMessageContaining("PackageLimits.fileBytes");
    }

    @Test
    void refusesFilesThatAreTooLargeTogether() {
        PackageLimits.Tally tally = SMALL.tally();
        tally.file("a");
        tally.bytes(100);
        tally.file("b");
        assertThatThrownBy(() -> tally.bytes(51))
                .isInstanceOf(ModelLoadException.class)
                .hasMessageContaining("PackageLimits.packageBytes");
    }

    @Test
    void addsUpWithoutOverflow() {
        PackageLimits.Tally tally = PackageLimits.defaults()
                .withFileBytes(Long.MAX_VALUE)
                .withPackageBytes(Long.MAX_VALUE - 1)
                .tally();
        tally.file("a");
        tally.bytes(Long.MAX_VALUE - 1);
        assertThatThrownBy(() -> tally.bytes(Long.MAX_VALUE - 1)).isInstanceOf(ModelLoadException.class);
    }

    /** A stream of zeros shrinks a thousandfold; it is refused while it is read, not when it has been. */
    @Test
    void refusesABombWhileItUnpacks() throws IOException {
        byte[] packed = deflated(200 << 20);
        AtomicLong unpackedBytes = new AtomicLong();
        try (InflaterInputStream inflater = new InflaterInputStream(new ByteArrayInputStream(packed))) {
            PackageLimits.Tally tally = PackageLimits.defaults().tally();
            tally.file("weights.bin");
            InputStream counted = tally.counted(inflater, () -> packed.length);
            assertThatThrownBy(() -> {
                        byte[] buffer = new byte[1 << 16];
                        for (int count = counted.read(buffer); count >= 0; count = counted.read(buffer)) {
                            unpackedBytes.addAndGet(count);
                        }
                    })
                    .isInstanceOf(ModelLoadException.class)
                    .hasMessageContaining("200 bytes for each byte")
                    .hasMessageContaining("PackageLimits.ratio");
        }
        assertThat(unpackedBytes.get()).isLessThan(201L * packed.length);
    }

    private static byte[] deflated(int zeros) throws IOException {
        ByteArrayOutputStream packed = new ByteArrayOutputStream();
        try (DeflaterOutputStream out = new DeflaterOutputStream(packed, new Deflater(Deflater.BEST_SPEED))) {
            byte[] chunk = new byte[1 << 20];
            for (int written = 0; written < zeros; written += chunk.length) {
                out.write(chunk);
            }
        }
        return packed.toByteArray();
    }

    @Test
    void countsWhatIsSkipped() {
        PackageLimits.Tally tally = SMALL.tally();
        tally.file("a");
        InputStream counted = tally.counted(new ByteArrayInputStream(new byte[101]), () -> 101);
        assertThatThrownBy(() -> counted.skipNBytes(101)).isInstanceOf(ModelLoadException.class);
    }

    @Test
    void refusesLimitsBelowOne() {
        assertThatThrownBy(() -> SMALL.withFiles(0))
                .isInstanceOf(InvalidInputException.class)
                .hasMessageContaining("files");
        assertThatThrownBy(() -> SMALL.withRatio(-1)).hasMessageContaining("ratio");
    }

    @Test
    void aFolderWithTooManyFilesIsRefusedWhileItIsRead(@TempDir Path folder) throws IOException {
        Files.createFile(folder.resolve("model.onnx"));
        for (int i = 0; i < PackageLimits.defaults().files(); i++) {
            Files.createFile(folder.resolve("file-" + i));
        }
        assertThatThrownBy(() -> ModelSource.of(folder))
                .isInstanceOf(ModelLoadException.class)
                .hasMessageContaining("more than 10000 files");
    }
}
