package dev.maas.concurrency;

import java.util.Set;
import org.objectweb.asm.MethodVisitor;
import org.objectweb.asm.Opcodes;
import org.objectweb.asm.Type;
import org.objectweb.asm.commons.GeneratorAdapter;
import org.objectweb.asm.commons.Method;

/** Puts steps into one method. What it does not know how to explore, it refuses. */
final class WovenMethod extends GeneratorAdapter {
    private static final Type STEPS = Type.getType(Steps.class);
    private static final String CONCURRENT = "java/util/concurrent/";
    private static final String HANDLE = "java/lang/invoke/VarHandle";
    private static final Set<String> MAPS_AND_LISTS = Set.of(
            "java/util/Collection",
            "java/util/List",
            "java/util/ArrayList",
            "java/util/Deque",
            "java/util/ArrayDeque",
            "java/util/Map",
            "java/util/HashMap",
            "java/util/Set",
            "java/util/HashSet");

    private final Weaver weaver;
    private final boolean steps;
    private final boolean constructs;

    WovenMethod(Weaver weaver, MethodVisitor next, int access, String name, String descriptor, boolean steps) {
        super(Opcodes.ASM9, next, access, name, descriptor);
        this.weaver = weaver;
        this.steps = steps;
        this.constructs = name.startsWith("<");
        if (steps && (access & Opcodes.ACC_SYNCHRONIZED) != 0) {
            throw new IllegalStateException("The explorer knows no synchronized methods: " + name);
        }
    }

    @Override
    public void visitInsn(int opcode) {
        if (steps && opcode == Opcodes.MONITORENTER) {
            throw new IllegalStateException("The explorer knows no synchronized blocks: " + getName());
        }
        super.visitInsn(opcode);
    }

    @Override
    public void visitMethodInsn(int opcode, String owner, String name, String descriptor, boolean isInterface) {
        if (isReplaced(opcode, owner, name)) {
            String receiver = opcode == Opcodes.INVOKESTATIC ? "(" : "(L" + owner + ";";
            String step = name.equals("yield") ? "giveWay" : name;
            invokeStatic(STEPS, new Method(step, descriptor.replace("(", receiver)));
            return;
        }
        if (steps && (opcode == Opcodes.INVOKEVIRTUAL || opcode == Opcodes.INVOKEINTERFACE)) {
            announce(weaver.foundationOf(owner), name, descriptor);
        }
        super.visitMethodInsn(opcode, owner, name, descriptor, isInterface);
    }

    /** Whether a method of the same name is called instead: time, in all classes, and what waits. */
    private boolean isReplaced(int opcode, String owner, String name) {
        return switch (owner) {
            case "java/lang/System" -> name.equals("nanoTime");
            case "java/lang/Thread" -> name.equals("yield") || name.equals("interrupted");
            case CONCURRENT + "locks/LockSupport" -> true;
            case CONCURRENT + "locks/ReentrantLock" -> steps && opcode == Opcodes.INVOKEVIRTUAL;
            default -> false;
        };
    }

    private void announce(String owner, String name, String descriptor) {
        if (owner.equals(HANDLE) || owner.startsWith(CONCURRENT + "atomic/")) {
            requireOrdered(owner, name);
            announceTo("shared", Object.class, name, descriptor, owner.equals(HANDLE));
        } else if (owner.equals(CONCURRENT + "CompletableFuture") && (name.equals("join") || name.equals("get"))) {
            dup();
            invokeStatic(STEPS, Method.getMethod("void awaitDone(java.util.concurrent.CompletableFuture)"));
        } else if (owner.equals(CONCURRENT + "CompletableFuture") || owner.equals(CONCURRENT + "ConcurrentHashMap")) {
            announceTo("shared", Object.class, name, descriptor, false);
        } else if (MAPS_AND_LISTS.contains(owner)) {
            announceTo("collection", Object.class, name, descriptor, false);
        }
    }

    private static void requireOrdered(String owner, String name) {
        if (name.endsWith("Plain")
                || name.endsWith("Opaque")
                || name.endsWith("Acquire")
                || name.endsWith("Release")
                || name.startsWith("weak")
                || name.startsWith("lazy")
                || (owner.equals(HANDLE) && (name.equals("get") || name.equals("set")))) {
            throw new IllegalStateException(
                    "What is explored takes turns, and " + name + " of " + owner
                            + " promises less: use one that orders, or leave the steps of its class out and prove it otherwise");
        }
    }

    /** Calls a step with the receiver, or the first argument, and the name of what is called. */
    private void announceTo(String step, Class<?> type, String name, String descriptor, boolean toArgument) {
        Type[] arguments = Type.getArgumentTypes(descriptor);
        int[] locals = new int[arguments.length];
        for (int i = arguments.length - 1; i >= 0; i--) {
            locals[i] = newLocal(arguments[i]);
            storeLocal(locals[i]);
        }
        if (toArgument) {
            loadLocal(locals[0]);
        } else {
            dup();
        }
        push(name);
        invokeStatic(STEPS, new Method(step, Type.VOID_TYPE, new Type[] {Type.getType(type), Type.getType(String.class)
        }));
        for (int local : locals) {
            loadLocal(local);
        }
    }

    @Override
    public void visitFieldInsn(int opcode, String owner, String name, String descriptor) {
        int access = weaver.accessOf(owner, name);
        boolean isField = opcode == Opcodes.GETFIELD || opcode == Opcodes.PUTFIELD;
        if (steps && !constructs && isField && (access & Opcodes.ACC_FINAL) == 0) {
            boolean ordered = (access & Opcodes.ACC_VOLATILE) != 0;
            if (opcode == Opcodes.GETFIELD) {
                announceTo(ordered ? "volatileRead" : "plainRead", Object.class, name, "()V", false);
            } else {
                announceTo(
                        ordered ? "volatileWrite" : "plainWrite", Object.class, name, "(" + descriptor + ")V", false);
            }
        }
        super.visitFieldInsn(opcode, owner, name, descriptor);
    }
}
