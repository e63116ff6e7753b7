package dev.maas.benchmarks;

import com.sun.jna.Function;
import com.sun.jna.NativeLibrary;
import com.sun.jna.Structure;
import java.util.Optional;

/**
 * What the C library's allocator has given out and holds, in bytes, over all its arenas. The Java heap is not in it; direct buffers, the
 * JVM's own structures and all of ONNX Runtime's memory are.
 *
 * <p>Only what is in use tells of a leak. The process's own size tells of the allocator as well, which keeps what was freed, in pieces that lie
 * between others, and takes new memory for what does not fit in.
 *
 * @param inUse what was given out and not freed
 * @param held what the allocator has of the system, in use or not
 */
record NativeHeap(long inUse, long held) {
    /** The C library's {@code struct mallinfo2}. */
    @Structure.FieldOrder({
        "arena",
        "ordblks",
        "smblks",
        "hblks",
        "hblkhd",
        "usmblks",
        "fsmblks",
        "uordblks",
        "fordblks",
        "keepcost"
    })
    public static class MallocInfo extends Structure implements Structure.ByValue {
        /** Bytes that the arenas have. */
        public long arena;

        public long ordblks;
        public long smblks;
        public long hblks;
        /** Bytes in use that have a mapping of their own. */
        public long hblkhd;

        public long usmblks;
        public long fsmblks;
        /** Bytes in use in the arenas. */
        public long uordblks;

        public long fordblks;
        public long keepcost;
    }

    /** Asks for it now; empty where the C library cannot tell, as it is not glibc 2.33 or later. */
    static Optional<NativeHeap> look() {
        Function function;
        try {
            function = NativeLibrary.getInstance("c").getFunction("mallinfo2");
        } catch (UnsatisfiedLinkError e) {
            return Optional.empty();
        }
        MallocInfo info = (MallocInfo) function.invoke(MallocInfo.class, new Object[0]);
        return Optional.of(new NativeHeap(info.uordblks + info.hblkhd, info.arena + info.hblkhd));
    }
}
