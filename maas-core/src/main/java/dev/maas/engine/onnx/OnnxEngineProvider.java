package dev.maas.engine.onnx;

import dev.maas.ModelLoadException;
import dev.maas.engine.Engine;
import dev.maas.engine.EngineOptions;
import dev.maas.engine.EngineProvider;
import dev.maas.engine.ErrorText;
import dev.maas.engine.djl.DjlStartup;
import java.util.List;
import java.util.Set;

/**
 * The engine {@code onnxruntime}: ONNX models by ONNX Runtime, called without anything between. Preferred for {@code .onnx} files.
 *
 * <p>Found by {@link java.util.ServiceLoader}; applications choose it by its name. Safe for use by any thread.
 *
 * <p>ONNX Runtime has one environment per JVM, which lives until the JVM ends. Opening this engine creates it with one pool of threads
 * for all models, or takes the one that the application created first; if that has no pool, each model gets threads of its own. Where
 * the Deep Java Library's ONNX Runtime engine is on the class path, it is started too, since it fails in a JVM whose environment it
 * did not create itself; its call home is switched off by the system property {@code OPT_OUT_TRACKING}, unless that is set.
 *
 * <p>The first use unpacks the native library, 20 MB, to the temporary folder, and leaves an empty folder there when the JVM ends. The
 * system property {@code onnxruntime.native.path} names a folder with the unpacked libraries instead. On JDK 24 and newer,
 * {@code --enable-native-access=ALL-UNNAMED} silences the warning about native code.
 */
public final class OnnxEngineProvider implements EngineProvider {
    static final String NAME = "onnxruntime";

    private static final int PREFERENCE = 100;

    /** Makes the provider; loads no native code. */
    public OnnxEngineProvider() {}

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public Availability availability() {
        return DjlStartup.isPresent("ai.onnxruntime.OrtEnvironment")
                ? Availability.yes()
                : Availability.no("ONNX Runtime is not on the class path; add com.microsoft.onnxruntime:onnxruntime");
    }

    @Override
    public Set<String> formats() {
        return Set.of("onnx");
    }

    @Override
    public int preference() {
        return PREFERENCE;
    }

    @Override
    public Engine open(EngineOptions options) {
        try {
            return new OnnxEngine(OnnxEnvironment.acquire(), options);
        } catch (LinkageError | RuntimeException e) {
            throw new ModelLoadException(
                    "ONNX Runtime does not start on this machine (" + System.getProperty("os.name") + ", "
                            + System.getProperty("os.arch") + "): " + ErrorText.of(ErrorText.rootOf(e), List.of())
                            + ". Its native library needs a temporary folder that allows executables, or the system property "
                            + "onnxruntime.native.path with the folder where the libraries lie",
                    e);
        }
    }
}
