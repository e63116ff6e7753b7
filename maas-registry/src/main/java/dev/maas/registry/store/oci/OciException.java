package dev.maas.registry.store.oci;

import dev.maas.registry.store.WrongBytesException;
import java.io.IOException;
import java.io.InterruptedIOException;
import org.jspecify.annotations.Nullable;

/** A failure that we can put into words of our own, which hold no secrets and no addresses. Trying again does not mend it. */
class OciException extends IOException {
    private static final long serialVersionUID = 1L;

    OciException(String message) {
        this(message, null);
    }

    OciException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }

    /** Returns what went wrong, in our words: what others say may repeat what was sent. */
    static String reason(IOException e) {
        if (e instanceof OciException || e instanceof WrongBytesException) {
            return String.valueOf(e.getMessage());
        }
        if (e instanceof InterruptedIOException) {
            return "this thread was interrupted";
        }
        Throwable root = e;
        while (root.getCause() != null && root.getCause() != root) {
            root = root.getCause();
        }
        return "the registry gave no whole answer (" + root.getClass().getSimpleName()
                + "). Look at the host and the network";
    }
}
