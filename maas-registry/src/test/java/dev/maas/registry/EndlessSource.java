package dev.maas.registry;

import dev.maas.ModelSource;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.Optional;
import java.util.Set;

/** Claims ten bytes and never ends. */
final class EndlessSource implements ModelSource {
    @Override
    public String entry() {
        return "model.onnx";
    }

    @Override
    public Set<String> files() {
        return Set.of("model.onnx");
    }

    @Override
    public long size(String file) {
        return 10;
    }

    @Override
    public InputStream open(String file) {
        return new InputStream() {
            @Override
            public int read() {
                return 0;
            }
        };
    }

    @Override
    public Optional<Path> path(String file) {
        return Optional.empty();
    }

    @Override
    public Optional<Path> folder() {
        return Optional.empty();
    }
}
