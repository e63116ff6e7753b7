package dev.maas.registry.migrate;

import dev.maas.Lineage;
import dev.maas.ModelLoadException;
import dev.maas.ModelPackage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/** Reads one model in a cache of Hugging Face's hub. Used by one thread. */
final class HuggingFaceCache {
    private static final String EXPECTED = "a folder such as models--org--name, with refs, snapshots and blobs in it";
    private static final Set<String> OTHER_ENGINES = Set.of("pytorch_model", "tf_model", "training_args", "optimizer");
    private static final int DEEPEST = 8;

    private final Folder cache;
    private final String branch;
    private final List<String> notes = new ArrayList<>();
    private final Map<String, Path> files = new LinkedHashMap<>();

    HuggingFaceCache(Path folder, String branch) {
        this.cache = Folder.of(folder, EXPECTED);
        this.branch = branch;
    }

    ForeignModels read() {
        String revision = revision();
        Folder snapshot = cache.folder("snapshots")
                .flatMap(snapshots -> snapshots.folder(revision))
                .orElseThrow(() -> new ModelLoadException("The snapshot " + revision + " of '" + cache.name()
                        + "' is not in the cache: expected it under 'snapshots'. Download it first"));
        pick(snapshot, "", 0);
        String entry = entry();
        String name = cache.name().startsWith("models--")
                ? cache.name().substring(cache.name().lastIndexOf("--") + 2)
                : cache.name();
        String repository = cache.name().replaceFirst("^models--", "").replace("--", "/");
        ModelPackage read = ModelPackage.of(new PickedFiles(entry, files))
                .name(Folder.modelName(name, notes))
                .property("origin", "huggingface")
                .property("origin.repository", repository)
                .property("origin.version", revision)
                .lineage(Lineage.unknown().withCodeRevision(revision).withProducer("huggingface " + repository));
        return new ForeignModels(List.of(read), notes);
    }

    private String revision() {
        Optional<Path> ref = branch.matches("[A-Za-z0-9_][A-Za-z0-9._-]*")
                ? cache.folder("refs").flatMap(refs -> refs.file(branch))
                : Optional.empty();
        String revision = ref.map(Folder::text)
                .map(String::strip)
                .orElseThrow(() -> new ModelLoadException("No branch '" + branch.replaceAll("\\p{C}", "?") + "' in '"
                        + cache.name() + "': expected 'refs/" + branch.replaceAll("\\p{C}", "?") + "' in " + EXPECTED));
        if (!revision.matches("[0-9a-f]{40}|[0-9a-f]{64}")) {
            throw new ModelLoadException("'refs/" + branch + "' of '" + cache.name()
                    + "' does not name a commit: expected 40 hexadecimal digits");
        }
        return revision;
    }

    private void pick(Folder folder, String prefix, int depth) {
        for (Path child : folder.children()) {
            String name = prefix + Folder.shown(child);
            Optional<Folder> inner = folder.folder(Folder.shown(child));
            if (inner.isPresent() && depth < DEEPEST) {
                pick(inner.get(), name + "/", depth + 1);
            } else if (Folder.isForeign(name) || OTHER_ENGINES.stream().anyMatch(Folder.shown(child)::startsWith)) {
                notes.add("'" + name + "' is left out: it is for another engine, or may be code");
            } else {
                files.put(name, content(child, name));
            }
        }
    }

    /** Follows the one link that a snapshot has for each file: to a blob of the same cache, which is no link itself. */
    private Path content(Path child, String name) {
        if (Folder.isPlain(child)) {
            return child;
        }
        try {
            if (Files.isSymbolicLink(child)) {
                Path parent = child.getParent();
                Path target = Files.readSymbolicLink(child);
                Path blob = target.isAbsolute() || parent == null
                        ? target
                        : parent.resolve(target).normalize();
                Path blobs = cache.path().resolve("blobs");
                boolean own = blobs.equals(blob.getParent())
                        && Files.isDirectory(blobs, LinkOption.NOFOLLOW_LINKS)
                        && Folder.isPlain(blob);
                if (own) {
                    return blob;
                }
            }
        } catch (IOException e) {
            throw new ModelLoadException("The link '" + name + "' of '" + cache.name() + "' cannot be read", e);
        }
        throw new ModelLoadException("'" + name + "' of '" + cache.name()
                + "' is a device, or a link to something else than a file in the cache's own 'blobs'");
    }

    private String entry() {
        List<String> models =
                files.keySet().stream().filter(file -> file.endsWith(".onnx")).collect(Collectors.toList());
        if (models.isEmpty()) {
            throw new ModelLoadException("'" + cache.name() + "' has no ONNX model at that commit: expected a file such"
                    + " as model.onnx or onnx/model.onnx. Export one by optimum, or download it");
        }
        String entry = models.size() == 1
                ? models.get(0)
                : List.of("model.onnx", "onnx/model.onnx").stream()
                        .filter(models::contains)
                        .findFirst()
                        .orElseThrow(() -> new ModelLoadException("'" + cache.name() + "' has the ONNX models " + models
                                + " and none named model.onnx; keep one"));
        for (String other : models) {
            if (!other.equals(entry)) {
                files.remove(other);
                files.keySet().removeIf(file -> file.startsWith(other + "_data") || file.startsWith(other + ".data"));
                notes.add("'" + other + "' is left out: the model is '" + entry + "'");
            }
        }
        return entry;
    }
}
