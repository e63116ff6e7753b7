package dev.maas.registry.exchange;

import com.google.gson.JsonObject;
import dev.maas.registry.format.CanonicalJson;
import dev.maas.registry.format.Sha256;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.HashSet;
import java.util.Set;

/**
 * Writes an OCI image layout into a tar stream, blob by blob, the index last. Equal blobs in equal order make equal bytes. Used by one
 * thread.
 */
public final class ImageLayoutWriter {
    private final TarWriter tar;
    private final Set<String> written = new HashSet<>();

    /**
     * Begins a layout.
     *
     * @param out where to; it stays open
     * @throws IOException if it cannot be written
     */
    public ImageLayoutWriter(OutputStream out) throws IOException {
        this.tar = new TarWriter(out);
        JsonObject layout = new JsonObject();
        layout.addProperty("imageLayoutVersion", ImageLayoutReader.LAYOUT_VERSION);
        add(ImageLayoutReader.LAYOUT, CanonicalJson.bytes(layout));
    }

    private void add(String name, byte[] bytes) throws IOException {
        tar.add(name, bytes.length, new ByteArrayInputStream(bytes));
    }

    /** Returns whether a blob was written. */
    public boolean has(String hex) {
        return written.contains(hex);
    }

    /**
     * Writes a blob that was not written yet. That its bytes have the digest is the caller's to see to.
     *
     * @param hex its digest
     * @param size the number of its bytes
     * @param in its bytes; the stream stays open
     * @throws IOException if either cannot be read or written, or the size is another
     */
    public void blob(String hex, long size, InputStream in) throws IOException {
        if (!written.add(hex)) {
            throw new IllegalArgumentException("The blob was written before");
        }
        tar.add(ImageLayoutReader.BLOBS + hex, size, in);
    }

    /**
     * Writes a blob, unless it was written before; returns its digest.
     *
     * @throws IOException if it cannot be written
     */
    public String blob(byte[] bytes) throws IOException {
        String hex = Sha256.hex(bytes);
        if (!has(hex)) {
            blob(hex, bytes.length, new ByteArrayInputStream(bytes));
        }
        return hex;
    }

    /**
     * Writes the index and the archive's end.
     *
     * @throws IOException if they cannot be written
     */
    public void finish(byte[] index) throws IOException {
        add(ImageLayoutReader.INDEX, index);
        tar.finish();
    }
}
