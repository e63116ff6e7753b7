package dev.maas.concurrency;

import java.io.IOException;
import java.io.InputStream;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.objectweb.asm.ClassReader;
import org.objectweb.asm.ClassVisitor;
import org.objectweb.asm.ClassWriter;
import org.objectweb.asm.FieldVisitor;
import org.objectweb.asm.MethodVisitor;
import org.objectweb.asm.Opcodes;

/**
 * Loads the classes of some packages once more, with a step before each access to what threads may share; see {@link Steps}. Of a class
 * whose steps are left out, only time is woven.
 */
final class Weaver extends ClassLoader {
    private final List<String> packages;
    private final Set<String> withoutSteps;
    private final @Nullable Mutant mutant;
    private final Map<String, Shape> shapes = new HashMap<>();
    private boolean mutated;

    /** What is known of a class: its super class, and the access flags of its fields. */
    private record Shape(@Nullable String superName, Map<String, Integer> fields) {}

    /**
     * Makes a loader.
     *
     * @param packages the names of the packages, with a dot at the end
     * @param withoutSteps simple names of classes whose steps are left out, together with the classes in them
     * @param mutant what to make wrong; null for nothing
     */
    Weaver(List<String> packages, Set<String> withoutSteps, @Nullable Mutant mutant) {
        super(Weaver.class.getClassLoader());
        this.packages = packages;
        this.withoutSteps = withoutSteps;
        this.mutant = mutant;
    }

    /** Whether the mutant was applied; it is when its class is loaded. */
    boolean hasMutated() {
        return mutated;
    }

    @Override
    protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
        if (packages.stream().noneMatch(name::startsWith)) {
            return super.loadClass(name, resolve);
        }
        synchronized (getClassLoadingLock(name)) {
            Class<?> loaded = findLoadedClass(name);
            return loaded != null ? loaded : weave(name);
        }
    }

    private Class<?> weave(String name) throws ClassNotFoundException {
        byte[] plain = bytesOf(name.replace('.', '/'));
        if (plain == null) {
            throw new ClassNotFoundException(name);
        }
        String simple = name.substring(name.lastIndexOf('.') + 1).replaceFirst("\\$.*", "");
        ClassWriter writer = new ClassWriter(ClassWriter.COMPUTE_FRAMES);
        ClassVisitor weaving = new ClassVisitor(Opcodes.ASM9, writer) {
            @Override
            public MethodVisitor visitMethod(
                    int access,
                    String method,
                    String descriptor,
                    @Nullable String signature,
                    String @Nullable [] errors) {
                MethodVisitor next = super.visitMethod(access, method, descriptor, signature, errors);
                WovenMethod woven =
                        new WovenMethod(Weaver.this, next, access, method, descriptor, !withoutSteps.contains(simple));
                if (mutant == null || !mutant.isIn(name, method)) {
                    return woven;
                }
                return mutant.apply(woven, () -> mutated = true);
            }
        };
        new ClassReader(plain).accept(weaving, ClassReader.SKIP_FRAMES);
        byte[] bytes = writer.toByteArray();
        return defineClass(name, bytes, 0, bytes.length);
    }

    /** The access flags of a field; 0 if its class is none of those that are woven. */
    int accessOf(String owner, String field) {
        for (String name = owner; name != null; name = shapeOf(name).superName()) {
            Integer access = shapeOf(name).fields().get(field);
            if (access != null) {
                boolean volatileNoMore = mutant != null && mutant.isField(name, field);
                mutated |= volatileNoMore;
                return volatileNoMore ? access & ~Opcodes.ACC_VOLATILE : access;
            }
        }
        return Opcodes.ACC_FINAL;
    }

    /** The class of the JDK, or of a library, that a class is or extends. */
    String foundationOf(String owner) {
        String name = owner;
        while (isWoven(name)) {
            String superName = shapeOf(name).superName();
            if (superName == null) {
                break;
            }
            name = superName;
        }
        return name;
    }

    private boolean isWoven(String internalName) {
        String name = internalName.replace('/', '.');
        return packages.stream().anyMatch(name::startsWith);
    }

    private Shape shapeOf(String owner) {
        return shapes.computeIfAbsent(owner, this::readShape);
    }

    private Shape readShape(String owner) {
        Map<String, Integer> fields = new HashMap<>();
        byte[] bytes = isWoven(owner) ? bytesOf(owner) : null;
        if (bytes == null) {
            return new Shape(null, fields);
        }
        ClassReader reader = new ClassReader(bytes);
        reader.accept(
                new ClassVisitor(Opcodes.ASM9) {
                    @Override
                    public @Nullable FieldVisitor visitField(
                            int access,
                            String name,
                            String descriptor,
                            @Nullable String signature,
                            @Nullable Object value) {
                        fields.put(name, access);
                        return null;
                    }
                },
                ClassReader.SKIP_CODE);
        return new Shape(reader.getSuperName(), fields);
    }

    private byte @Nullable [] bytesOf(String internalName) {
        try (InputStream file = getParent().getResourceAsStream(internalName + ".class")) {
            return file == null ? null : file.readAllBytes();
        } catch (IOException e) {
            throw new IllegalStateException("Cannot read " + internalName, e);
        }
    }
}
