package dev.maas.registry;

import dev.maas.registry.store.ObjectStore;
import dev.maas.registry.store.TestStores;
import dev.maas.registry.store.s3.TestS3;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** Where several processes meet: folders, or an S3 server in this process. A location is text, so that it can be handed to a process. */
final class TestPlaces implements AutoCloseable {
    private static final List<String> SCRATCH = List.of("tmp", "trash", "leases");

    private final Path folder;
    private final TestS3 server;
    private final boolean remote;

    private TestPlaces(Path folder, TestS3 server, boolean remote) {
        this.folder = folder;
        this.server = server;
        this.remote = remote;
    }

    @SuppressWarnings("NullAway")
    static TestPlaces folder(Path folder) {
        return new TestPlaces(folder, null, false);
    }

    static TestPlaces s3(Path folder) {
        return new TestPlaces(folder, TestS3.start(folder), true);
    }

    /** Returns the location of a store of that name, which no other has had. */
    String location(String name) {
        return remote ? server.location(name) : folder.resolve(name).toString();
    }

    static ObjectStore open(String location) {
        return isS3(location) ? TestS3.store(location) : TestStores.file(made(location));
    }

    /** Opens a store that tells before and after each thing that it changes. */
    static ObjectStore stepping(String location, Runnable step) {
        if (isS3(location)) {
            return TestS3.stepping(location, step);
        }
        ObjectStore stepping = TestStores.stepping(Path.of(location), name -> step.run());
        return new UnclosedStore(stepping) {
            @Override
            public boolean delete(String key) {
                step.run();
                boolean there = super.delete(key);
                step.run();
                return there;
            }

            @Override
            public boolean copyIfAbsent(String from, String to) {
                boolean won = stepping.copyIfAbsent(from, to);
                step.run();
                return won;
            }
        };
    }

    private static boolean isS3(String location) {
        return location.startsWith("s3:");
    }

    private static Path made(String location) {
        try {
            return Files.createDirectories(Path.of(location));
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    /** Returns what lies in a store that is not part of any model, but for what marks the store as one. */
    List<String> scratch(String location) throws IOException {
        if (remote) {
            String prefix = location.substring("s3://bucket/".length(), location.indexOf('?'));
            return server.files(prefix + "/").stream()
                    .filter(key -> SCRATCH.stream().anyMatch(each -> key.startsWith(prefix + "/" + each + "/")))
                    .filter(key -> !key.endsWith("/tmp/store"))
                    .toList();
        }
        Path store = Path.of(location);
        try (Stream<Path> paths = Files.walk(store)) {
            return paths.filter(Files::isRegularFile)
                    .map(path -> store.relativize(path).toString())
                    .filter(path -> SCRATCH.stream().anyMatch(each -> path.startsWith(each + "/")))
                    .toList();
        }
    }

    @Override
    public void close() {
        if (remote) {
            server.close();
        }
    }
}
