package dev.maas.concurrency;

import org.jspecify.annotations.Nullable;
import org.objectweb.asm.MethodVisitor;
import org.objectweb.asm.Opcodes;
import org.objectweb.asm.Type;

/**
 * A fault to put into a class when it is loaded, to see that a proof finds it: a call that is left out, or a field that is not volatile.
 *
 * @param className the simple name of the class
 * @param method the method in which a call is left out; null for a field
 * @param target the name of the method that is not called, as a regular expression, or of the field
 * @param occurrence which one of the calls in that method, from 1 on, or all
 * @param result what the call seems to return: 0 for nothing, null, zero or false; 1 for true
 */
public record Mutant(String className, @Nullable String method, String target, int occurrence, int result) {
    private static final int ALL = 0;

    /** Leaves a call out. */
    public static Mutant without(String className, String method, String target, int occurrence) {
        return new Mutant(className, method, target, occurrence, 0);
    }

    /** Leaves a call out and takes its answer to be yes. */
    public static Mutant takingForGranted(String className, String method, String target, int occurrence) {
        return new Mutant(className, method, target, occurrence, 1);
    }

    /** Takes no lock. */
    public static Mutant unlocked(String className, String method) {
        return new Mutant(className, method, "lock|unlock", ALL, 0);
    }

    /** Makes a volatile field a plain one. */
    public static Mutant plain(String className, String field) {
        return new Mutant(className, null, field, 1, 0);
    }

    boolean isIn(String name, String methodName) {
        return method != null && method.equals(methodName) && name.endsWith("." + className);
    }

    boolean isField(String internalName, String field) {
        return method == null && target.equals(field) && internalName.endsWith("/" + className);
    }

    /** Makes the fault in the code that passes through; tells when it did. */
    MethodVisitor apply(MethodVisitor next, Runnable done) {
        return new MethodVisitor(Opcodes.ASM9, next) {
            private int seen;

            @Override
            public void visitMethodInsn(int opcode, String owner, String name, String descriptor, boolean isInterface) {
                if (!name.matches(target) || (occurrence != ALL && ++seen != occurrence)) {
                    super.visitMethodInsn(opcode, owner, name, descriptor, isInterface);
                    return;
                }
                done.run();
                Type[] arguments = Type.getArgumentTypes(descriptor);
                for (int i = arguments.length - 1; i >= 0; i--) {
                    super.visitInsn(arguments[i].getSize() == 2 ? Opcodes.POP2 : Opcodes.POP);
                }
                if (opcode != Opcodes.INVOKESTATIC) {
                    super.visitInsn(Opcodes.POP);
                }
                pushResult(Type.getReturnType(descriptor));
            }

            private void pushResult(Type type) {
                switch (type.getSort()) {
                    case Type.VOID -> {}
                    case Type.OBJECT, Type.ARRAY -> super.visitInsn(Opcodes.ACONST_NULL);
                    case Type.LONG -> super.visitInsn(result == 0 ? Opcodes.LCONST_0 : Opcodes.LCONST_1);
                    default -> super.visitInsn(result == 0 ? Opcodes.ICONST_0 : Opcodes.ICONST_1);
                }
            }
        };
    }

    @Override
    public String toString() {
        if (method == null) {
            return className + "." + target + " is not volatile";
        }
        String what = className + "." + method + (result == 0 ? " without " : " takes for granted: ") + target;
        return occurrence <= 1 ? what : what + ", the one that is number " + occurrence;
    }
}
