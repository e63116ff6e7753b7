package dev.maas.registry.exchange;

import com.google.gson.JsonObject;
import dev.maas.IntegrityException;
import dev.maas.RegistryException;
import dev.maas.registry.format.Fields;
import dev.maas.registry.format.Sha256;
import dev.maas.registry.format.StrictJson;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.Set;
import java.util.TreeSet;

/**
 * An OCI image layout in a tar file that may be hostile: nothing is unpacked, and every blob has been compared with its name before
 * anything is handed out. Safe for use by any thread; methods block on the disk.
 */
public final class ImageLayoutReader implements AutoCloseable {
    /** The largest index that is read. */
    public static final int LARGEST_INDEX = 128 << 20;

    static final String LAYOUT = "oci-layout";
    static final String LAYOUT_VERSION = "1.0.0";
    static final String INDEX = "index.json";
    static final String BLOBS = "blobs/sha256/";

    private static final int MOST_FILES = 1_000_000;
    private static final int LARGEST_LAYOUT = 4 << 10;
    private static final Set<String> FOLDERS = Set.of("", "blobs", "blobs/sha256");

    private final TarFile tar;
    private final String name;
    private final Set<String> blobs = new TreeSet<>();

    private ImageLayoutReader(TarFile tar, String name) {
        this.tar = tar;
        this.name = name;
    }

    /**
     * Opens an archive, and reads all of it once.
     *
     * @throws IntegrityException if it is anything else than a sound image layout; the message says why
     * @throws RegistryException if it cannot be read
     */
    public static ImageLayoutReader open(Path file) {
        // The last part only: messages may reach remote callers, who learn nothing of this machine's folders.
        String name = "The archive '" + TarHeader.shown(String.valueOf(file.getFileName())) + "'";
        if (!Files.isRegularFile(file)) {
            throw new RegistryException(name + " is not there, or is no file");
        }
        try {
            TarFile tar = TarFile.open(file, name, written -> plain(written, name), MOST_FILES);
            try {
                ImageLayoutReader reader = new ImageLayoutReader(tar, name);
                reader.verify();
                return reader;
            } catch (IOException | RuntimeException e) {
                tar.close();
                throw e;
            }
        } catch (IOException e) {
            throw new RegistryException(name + " cannot be read", e);
        }
    }

    /** Returns a file's name without what tar adds to folders; only a layout's own names pass. */
    private static String plain(String written, String what) {
        String shown = what + ": '" + TarHeader.shown(written) + "'";
        if (written.startsWith("/") || written.contains("\\") || written.contains(":")) {
            throw new IntegrityException(shown + " is an absolute name, or one with '\\' or ':'");
        }
        String plain = written.startsWith("./") ? written.substring(2) : written;
        plain = plain.endsWith("/") ? plain.substring(0, plain.length() - 1) : plain;
        for (String part : plain.split("/", -1)) {
            if (part.equals("..")) {
                throw new IntegrityException(shown + " leads out of the archive");
            }
        }
        boolean known = plain.equals(LAYOUT)
                || plain.equals(INDEX)
                || FOLDERS.contains(plain)
                || (plain.startsWith(BLOBS) && Sha256.isHex(plain.substring(BLOBS.length())));
        if (!known) {
            throw new IntegrityException(shown + " is no file of an image layout with sha256 blobs");
        }
        return plain;
    }

    private void verify() throws IOException {
        for (String file : tar.names()) {
            if (FOLDERS.contains(file)) {
                throw new IntegrityException(name + ": '" + file + "' is a file where a folder is right");
            }
            if (file.startsWith(BLOBS)) {
                verify(file);
                blobs.add(file.substring(BLOBS.length()));
            }
        }
        String what = name + ", '" + LAYOUT + "'";
        Fields layout = new Fields(StrictJson.object(small(LAYOUT, LARGEST_LAYOUT), what), what);
        if (!layout.string("imageLayoutVersion").equals(LAYOUT_VERSION)) {
            throw layout.wrong("imageLayoutVersion", "is not " + LAYOUT_VERSION);
        }
    }

    private void verify(String file) throws IOException {
        MessageDigest digest = Sha256.start();
        byte[] buffer = new byte[1 << 16];
        try (InputStream in = tar.open(file, 0, Long.MAX_VALUE)) {
            for (int count = in.read(buffer); count >= 0; count = in.read(buffer)) {
                digest.update(buffer, 0, count);
            }
        }
        if (!Sha256.hex(digest).equals(file.substring(BLOBS.length()))) {
            throw new IntegrityException(name + " is damaged: '" + file + "' does not have the digest in its name");
        }
    }

    private byte[] small(String file, int largest) {
        if (tar.size(file) > largest) {
            throw new IntegrityException(name + ": '" + file + "' has more than " + largest + " bytes");
        }
        try (InputStream in = tar.open(file, 0, largest)) {
            return in.readAllBytes();
        } catch (IOException e) {
            throw new RegistryException(name + " cannot be read", e);
        }
    }

    /** Returns what messages call the archive. */
    public String name() {
        return name;
    }

    /** Returns the index. */
    public JsonObject index() {
        return StrictJson.object(small(INDEX, LARGEST_INDEX), name + ", '" + INDEX + "'");
    }

    /** Returns the digests of all blobs. */
    public Set<String> blobs() {
        return new TreeSet<>(blobs);
    }

    /** Returns whether a blob is there. */
    public boolean has(String hex) {
        return blobs.contains(hex);
    }

    /**
     * Returns the number of a blob's bytes.
     *
     * @throws IntegrityException if it is not there
     */
    public long size(String hex) {
        return tar.size(BLOBS + hex);
    }

    /**
     * Opens part of a blob. Its bytes had the digest when the archive was opened; who cannot rule out that somebody writes to the file
     * since then, compares again.
     *
     * @throws IntegrityException if it is not there
     */
    public InputStream open(String hex, long offset, long length) {
        return tar.open(BLOBS + hex, offset, length);
    }

    /**
     * Reads a small blob whole.
     *
     * @throws IntegrityException if it is not there, is larger, or was changed
     */
    public byte[] bytes(String hex, int largest) {
        byte[] bytes = small(BLOBS + hex, largest);
        if (!Sha256.hex(bytes).equals(hex)) {
            throw new IntegrityException(name + " was changed while it was read");
        }
        return bytes;
    }

    @Override
    public void close() {
        try {
            tar.close();
        } catch (IOException e) {
            throw new RegistryException(name + " cannot be closed", e);
        }
    }
}
