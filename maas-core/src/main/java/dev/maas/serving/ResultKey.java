package dev.maas.serving;

import dev.maas.tensor.ElementType;
import dev.maas.tensor.Tensor;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.List;

/**
 * What tells the inputs of a model's versions apart: the version, and the SHA-256 of the tensors, their types and shapes. Immutable.
 *
 * <p>A digest that attackers can make collide would hand one caller the result of another's input.
 */
record ResultKey(String version, long a, long b, long c, long d) {
    /** Returns the key of tensors in the order of the signature. */
    static ResultKey of(String version, List<Tensor> inputs) {
        MessageDigest digest = sha256();
        ByteBuffer head = ByteBuffer.allocate(Long.BYTES);
        for (Tensor tensor : inputs) {
            text(digest, head, tensor.elementType().name());
            long[] shape = tensor.shape();
            number(digest, head, shape.length);
            for (long size : shape) {
                number(digest, head, size);
            }
            if (tensor.elementType() == ElementType.STRING) {
                for (String text : tensor.toStrings()) {
                    text(digest, head, text);
                }
            } else {
                digest.update(tensor.buffer());
            }
        }
        ByteBuffer result = ByteBuffer.wrap(digest.digest());
        return new ResultKey(version, result.getLong(), result.getLong(), result.getLong(), result.getLong());
    }

    private static void text(MessageDigest digest, ByteBuffer head, String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_16LE);
        number(digest, head, bytes.length);
        digest.update(bytes);
    }

    private static void number(MessageDigest digest, ByteBuffer head, long number) {
        digest.update(head.clear().putLong(number).flip());
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("Every JDK has SHA-256", e);
        }
    }
}
