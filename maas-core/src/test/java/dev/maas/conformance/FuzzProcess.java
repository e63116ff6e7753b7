package dev.maas.conformance;

import dev.maas.MaasException;
import dev.maas.ModelSource;
import dev.maas.gate.Mutations;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/**
 * The main program of a process of its own, which may crash: loads damaged models through the gate and the engine.
 *
 * <p>Arguments: the first seed, how many mutants, and a file with the names of the models. Each mutant is written to the file
 * {@code mutant} in the working folder before it is loaded, so that what crashed can be looked at.
 */
final class FuzzProcess {
    private FuzzProcess() {}

    public static void main(String[] arguments) throws IOException {
        long seed = Long.parseLong(arguments[0]);
        int mutants = Integer.parseInt(arguments[1]);
        List<byte[]> originals = new ArrayList<>();
        for (String name : Files.readAllLines(Path.of(arguments[2]))) {
            originals.add(Files.readAllBytes(Path.of(name)));
        }
        SplittableRandom random = new SplittableRandom(seed);
        int loaded = 0;
        int refused = 0;
        try (Subject subject = new ThroughModelLoader()) {
            for (int i = 0; i < mutants; i++) {
                byte[] mutant = Mutations.of(originals.get(random.nextInt(originals.size())), random, 1);
                Files.write(Path.of("mutant"), mutant);
                try {
                    subject.load(ModelSource.of(mutant)).close();
                    loaded++;
                } catch (MaasException e) {
                    refused++;
                }
            }
        }
        System.out.println("loaded " + loaded + " refused " + refused);
    }
}
