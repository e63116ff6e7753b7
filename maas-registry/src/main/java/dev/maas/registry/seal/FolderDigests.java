package dev.maas.registry.seal;

import dev.maas.IntegrityException;
import dev.maas.ModelLoadException;
import dev.maas.PackageFiles;
import dev.maas.registry.format.Sha256;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.security.MessageDigest;
import java.util.Collection;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/** Hashes a model's file, or all files of its folder, as model signing lists them. Used by one thread. */
final class FolderDigests {
    private final Path model;
    private final Set<Path> leftOut = new HashSet<>();
    private final Map<String, String> digests = new TreeMap<>();

    /**
     * Prepares the hashing of a file or folder.
     *
     * @param ignored relative paths of files and folders to leave out
     * @param signatures files to leave out wherever they lie
     */
    FolderDigests(Path model, Collection<String> ignored, Path... signatures) {
        this.model = model.toAbsolutePath().normalize();
        for (String path : ignored) {
            Path resolved = this.model.resolve(path).normalize();
            // One that is not below the folder could leave everything out.
            if (resolved.startsWith(this.model) && !resolved.equals(this.model)) {
                leftOut.add(resolved);
            }
        }
        for (Path signature : signatures) {
            leftOut.add(signature.toAbsolutePath().normalize());
        }
    }

    /**
     * Returns the SHA-256 of each file by its name.
     *
     * @throws IntegrityException if there is a link or a device, or a file that no package can have
     */
    Map<String, String> digests() throws IOException {
        if (Files.isRegularFile(model, LinkOption.NOFOLLOW_LINKS)) {
            return Map.of(ModelStatement.WHOLE, hash(model));
        }
        if (!Files.isDirectory(model)) {
            throw new IntegrityException("'" + PemKeys.name(model) + "' is neither a file nor a folder");
        }
        Files.walkFileTree(model, new Visitor());
        try {
            PackageFiles.requireNames(digests.keySet());
        } catch (ModelLoadException e) {
            throw new IntegrityException(String.valueOf(e.getMessage()), e);
        }
        return digests;
    }

    private static String hash(Path file) throws IOException {
        MessageDigest digest = Sha256.start();
        byte[] buffer = new byte[1 << 16];
        try (InputStream in = Files.newInputStream(file)) {
            for (int count = in.read(buffer); count >= 0; count = in.read(buffer)) {
                digest.update(buffer, 0, count);
            }
        }
        return Sha256.hex(digest);
    }

    private final class Visitor extends SimpleFileVisitor<Path> {
        @Override
        public FileVisitResult preVisitDirectory(Path folder, BasicFileAttributes attributes) {
            return leftOut.contains(folder) ? FileVisitResult.SKIP_SUBTREE : FileVisitResult.CONTINUE;
        }

        @Override
        public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
            if (!leftOut.contains(file)) {
                String name = model.relativize(file).toString().replace('\\', '/');
                if (!attributes.isRegularFile()) {
                    throw new IntegrityException("'" + ModelStatement.shown(name) + "' is a link or a device");
                }
                digests.put(name, hash(file));
            }
            return FileVisitResult.CONTINUE;
        }
    }
}
