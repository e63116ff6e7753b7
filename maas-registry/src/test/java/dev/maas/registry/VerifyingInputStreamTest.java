package dev.maas.registry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.maas.registry.format.Sha256;
import dev.maas.registry.store.WrongBytesException;
import java.io.ByteArrayInputStream;
import java.io.InputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Nobody reads to the end of wrong bytes. */
class VerifyingInputStreamTest {
    private static final byte[] RIGHT = {1, 2, 3};

    private static InputStream over(byte... bytes) {
        return new VerifyingInputStream(new ByteArrayInputStream(bytes), "the blob", RIGHT.length, Sha256.hex(RIGHT));
    }

    @Test
    void rightBytesAreReadToTheirEnd() throws Exception {
        try (InputStream in = over(RIGHT)) {
            assertThat(in.readAllBytes()).isEqualTo(RIGHT);
            assertThat(in.read()).isNegative();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "12", "124", "1234", "12345678"})
    void wrongBytesDoNotEndAlsoForWhoReadsOn(String digits) throws Exception {
        byte[] wrong = new byte[digits.length()];
        for (int i = 0; i < wrong.length; i++) {
            wrong[i] = (byte) (digits.charAt(i) - '0');
        }
        try (InputStream in = over(wrong)) {
            assertThatThrownBy(in::readAllBytes).isInstanceOf(WrongBytesException.class);
            assertThatThrownBy(in::read).as("once more").isInstanceOf(WrongBytesException.class);
        }
    }
}
