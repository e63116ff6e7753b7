package dev.maas.engine.onnx;

import ai.onnxruntime.OnnxTensorLike;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import dev.maas.ModelLoadException;
import dev.maas.ModelSource;
import dev.maas.engine.VettedModel.ExternalTensor;
import dev.maas.tensor.ElementType;
import dev.maas.tensor.Shape;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * The weights of a model that lie in other files than its entry, handed to the runtime one by one, so that the runtime opens no file
 * itself: exactly the listed regions of exactly the listed files.
 *
 * <p>The runtime reads this memory for as long as the session lives. A file that lies on this machine in the clear is mapped, not
 * read; what came through a stream, which may have been decrypted, is wiped when it is closed, and freed with it where the JDK can.
 */
final class ExternalWeights implements AutoCloseable {
    private static final String REMEDY = "Put the model and its files into one folder, and load that";
    /** As many bytes as a direct buffer can hold, less what JVMs keep for themselves. */
    private static final long MOST_BYTES = Integer.MAX_VALUE - 64L;

    private final Map<String, OnnxTensorLike> tensors = new LinkedHashMap<>();
    private final List<ScratchMemory> secrets = new ArrayList<>();

    private ExternalWeights() {}

    static ExternalWeights none() {
        return new ExternalWeights();
    }

    /**
     * Reads or maps each weight.
     *
     * @throws ModelLoadException if one is not as described, or of a type that Java cannot hand over
     */
    static ExternalWeights of(OrtEnvironment runtime, ModelSource source, List<ExternalTensor> weights) {
        ExternalWeights loaded = new ExternalWeights();
        try {
            Map<String, List<ExternalTensor>> toRead = new TreeMap<>();
            for (ExternalTensor weight : weights) {
                requireSound(source, weight);
                if (!loaded.map(runtime, source, weight)) {
                    toRead.computeIfAbsent(weight.file(), file -> new ArrayList<>())
                            .add(weight);
                }
            }
            for (List<ExternalTensor> sameFile : toRead.values()) {
                loaded.read(runtime, source, sameFile);
            }
            return loaded;
        } catch (IOException | OrtException e) {
            loaded.close();
            throw new ModelLoadException("The weights of the model '" + source.entry() + "' cannot be read", e);
        } catch (RuntimeException | Error e) {
            // Also if memory ran out: what was taken so far is not the collector's to free.
            loaded.close();
            throw e;
        }
    }

    // What the model's file says.

    private static void requireSound(ModelSource source, ExternalTensor weight) throws IOException {
        long bytes = byteSize(weight);
        if (bytes != weight.length()) {
            throw new ModelLoadException("The weight '" + weight.name() + "' takes " + bytes + " bytes as "
                    + type(weight) + weight.shape() + "; its entry in the model says " + weight.length());
        }
        if (!source.files().contains(weight.file())) {
            throw new ModelLoadException("The file '" + weight.file() + "' with the weight '" + weight.name()
                    + "' is not among the model's files");
        }
        long size = source.size(weight.file());
        if (weight.offset() < 0 || weight.offset() > size - weight.length()) {
            throw new ModelLoadException("The weight '" + weight.name() + "' lies at bytes " + weight.offset() + " to "
                    + (weight.offset() + weight.length()) + " of the file '" + weight.file() + "', which has " + size);
        }
    }

    private static ElementType type(ExternalTensor weight) {
        return weight.elementType()
                .filter(element -> OnnxTypes.carrier(element).isPresent())
                .orElseThrow(() -> new ModelLoadException("The weight '" + weight.name() + "' in the file '"
                        + weight.file()
                        + "' is of a type that Java cannot hand to ONNX Runtime ("
                        + weight.elementType().map(ElementType::toString).orElse("unknown") + "). " + REMEDY));
    }

    private static long byteSize(ExternalTensor weight) {
        ElementType type = type(weight);
        long count;
        try {
            count = Shape.elementCount(shape(weight));
        } catch (ArithmeticException | IllegalArgumentException e) {
            throw new ModelLoadException(
                    "The weight '" + weight.name() + "' has an impossible shape " + weight.shape(), e);
        }
        if (count > MOST_BYTES / type.byteSize()) {
            throw new ModelLoadException("The weight '" + weight.name() + "' has 2 GiB or more. " + REMEDY);
        }
        return count * type.byteSize();
    }

    private static long[] shape(ExternalTensor weight) {
        return weight.shape().stream().mapToLong(Long::longValue).toArray();
    }

    // Its memory.

    /** Maps a weight, if its file is there and its place is one where elements of its type may lie. */
    private boolean map(OrtEnvironment runtime, ModelSource source, ExternalTensor weight)
            throws IOException, OrtException {
        Optional<Path> path = source.path(weight.file());
        if (path.isEmpty()
                || weight.length() == 0
                || weight.offset() % type(weight).byteSize() != 0) {
            return false;
        }
        try (FileChannel channel = FileChannel.open(path.get(), StandardOpenOption.READ)) {
            ByteBuffer memory = channel.map(FileChannel.MapMode.READ_ONLY, weight.offset(), weight.length());
            add(runtime, weight, memory);
            return true;
        }
    }

    /** Reads weights of one file in one pass, as far as they do not overlap. */
    private void read(OrtEnvironment runtime, ModelSource source, List<ExternalTensor> sameFile)
            throws IOException, OrtException {
        Deque<ExternalTensor> inOrder = new ArrayDeque<>(sameFile.stream()
                .sorted(Comparator.comparingLong(ExternalTensor::offset))
                .toList());
        while (!inOrder.isEmpty()) {
            long position = 0;
            try (InputStream stream = source.open(inOrder.element().file())) {
                while (!inOrder.isEmpty() && inOrder.element().offset() >= position) {
                    ExternalTensor weight = inOrder.remove();
                    stream.skipNBytes(weight.offset() - position);
                    ScratchMemory memory = ScratchMemory.ofSize((int) weight.length());
                    secrets.add(memory);
                    ModelBytes.readFully(stream, memory.buffer(), weight.file());
                    position = weight.offset() + weight.length();
                    add(runtime, weight, memory.buffer());
                }
            }
        }
    }

    private void add(OrtEnvironment runtime, ExternalTensor weight, ByteBuffer memory) throws OrtException {
        int count = (int) (weight.length() / type(weight).byteSize());
        tensors.put(weight.name(), Tensors.over(runtime, type(weight), memory, count, shape(weight)));
    }

    void addTo(OrtSession.SessionOptions options) throws OrtException {
        options.addExternalInitializers(tensors);
    }

    @Override
    public void close() {
        tensors.values().forEach(OnnxTensorLike::close);
        tensors.clear();
        secrets.forEach(ScratchMemory::close);
        secrets.clear();
    }
}
