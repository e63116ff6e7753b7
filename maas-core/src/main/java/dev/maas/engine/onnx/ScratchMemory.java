package dev.maas.engine.onnx;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * Direct memory that is wiped, and freed at once where the JDK can do that, when it is closed.
 *
 * <p>The memory of a direct buffer is freed when the collector finds that nobody has the buffer any more, which may be hours later in a
 * process that makes little garbage: a model that was evicted would still have its bytes here. From JDK 22 on an arena
 * frees its memory when it is closed; with an older JDK the collector does it. Rejected: one buffer that is kept for the next model,
 * which never gives back what the largest one took; {@code Unsafe}, which JDKs are about to take away.
 *
 * <p>Not safe for use by several threads at once, but one may close what another made. Nobody must use the buffer afterwards.
 */
final class ScratchMemory implements AutoCloseable {
    private static final @Nullable Arenas ARENAS = Arenas.ofThisJdk();
    private static final int CHUNK = 1 << 16;

    private final ByteBuffer buffer;
    private final @Nullable AutoCloseable arena;
    private boolean closed;

    private ScratchMemory(ByteBuffer buffer, @Nullable AutoCloseable arena) {
        this.buffer = buffer;
        this.arena = arena;
    }

    /** Takes so many bytes, all of them zero. */
    static ScratchMemory ofSize(int bytes) {
        return ARENAS == null || bytes == 0
                ? new ScratchMemory(ByteBuffer.allocateDirect(bytes), null)
                : ARENAS.allocate(bytes);
    }

    /** Whether this JDK frees it on close. */
    static boolean isFreedOnClose() {
        return ARENAS != null;
    }

    ByteBuffer buffer() {
        return buffer;
    }

    /** Overwrites the memory, which may hold what was decrypted on the way, and frees it. Closing again does nothing. */
    @Override
    public void close() {
        if (closed) {
            return;
        }
        closed = true;
        wipe();
        if (arena != null) {
            Arenas.close(arena);
        }
    }

    /** Overwrites the memory. */
    void wipe() {
        ByteBuffer all = buffer.duplicate().clear();
        byte[] zeros = new byte[Math.min(CHUNK, Math.max(1, all.remaining()))];
        while (all.hasRemaining()) {
            all.put(zeros, 0, Math.min(zeros.length, all.remaining()));
        }
    }

    /**
     * {@code java.lang.foreign} of JDK 22 and later, which code for JDK 17 cannot name.
     *
     * @param maker makes an arena that any thread may close
     * @param allocator takes memory in an arena, with an alignment
     * @param viewer makes a direct buffer of it
     */
    private record Arenas(MethodHandle maker, MethodHandle allocator, MethodHandle viewer) {
        /** As much as the elements of a tensor ever need, and a vector unit likes. */
        private static final long ALIGNMENT = 64;

        static @Nullable Arenas ofThisJdk() {
            if (Runtime.version().feature() < 22) {
                // The earlier ones have it as a preview, in other shapes.
                return null;
            }
            try {
                MethodHandles.Lookup lookup = MethodHandles.publicLookup();
                Class<?> arena = Class.forName("java.lang.foreign.Arena");
                Class<?> segment = Class.forName("java.lang.foreign.MemorySegment");
                return new Arenas(
                        lookup.findStatic(arena, "ofShared", MethodType.methodType(arena))
                                .asType(MethodType.methodType(AutoCloseable.class)),
                        lookup.findVirtual(arena, "allocate", MethodType.methodType(segment, long.class, long.class))
                                .asType(MethodType.methodType(
                                        Object.class, AutoCloseable.class, long.class, long.class)),
                        lookup.findVirtual(segment, "asByteBuffer", MethodType.methodType(ByteBuffer.class))
                                .asType(MethodType.methodType(ByteBuffer.class, Object.class)));
            } catch (ReflectiveOperationException e) {
                throw new IllegalStateException("JDK " + Runtime.version() + " lacks java.lang.foreign.Arena", e);
            }
        }

        ScratchMemory allocate(int bytes) {
            AutoCloseable memory = open();
            try {
                Object segment = allocator.invokeExact(memory, (long) bytes, ALIGNMENT);
                return new ScratchMemory((ByteBuffer) viewer.invokeExact(segment), memory);
            } catch (Throwable e) {
                close(memory);
                throw unchecked(e);
            }
        }

        private AutoCloseable open() {
            try {
                return (AutoCloseable) maker.invokeExact();
            } catch (Throwable e) {
                throw unchecked(e);
            }
        }

        static void close(AutoCloseable arena) {
            try {
                arena.close();
            } catch (Exception e) {
                throw unchecked(e);
            }
        }

        private static RuntimeException unchecked(Throwable thrown) {
            if (thrown instanceof Error error) {
                throw error;
            }
            return thrown instanceof RuntimeException e
                    ? e
                    : new IllegalStateException("It throws no such thing", thrown);
        }
    }
}
