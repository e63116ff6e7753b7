package dev.maas.registry.store;

import java.io.FilterInputStream;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;

/** A content whose way into a store is told of. For sibling packages only; used by one put. */
public record ReportedContent(ObjectContent content, Transfer transfer) implements ObjectContent {
    @Override
    public long size() {
        return content.size();
    }

    @Override
    public String mediaType() {
        return content.mediaType();
    }

    @Override
    public void writeTo(OutputStream out) throws IOException {
        transfer.again();
        content.writeTo(new FilterOutputStream(out) {
            @Override
            public void write(byte[] bytes, int offset, int length) throws IOException {
                out.write(bytes, offset, length);
                transfer.moved(length);
            }

            @Override
            public void write(int b) throws IOException {
                out.write(b);
                transfer.moved(1);
            }
        });
    }

    @Override
    public InputStream open() throws IOException {
        // A store that repeats a failed transfer opens the content again.
        transfer.again();
        return new FilterInputStream(content.open()) {
            @Override
            public int read() throws IOException {
                byte[] one = new byte[1];
                return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
            }

            @Override
            public int read(byte[] bytes, int offset, int length) throws IOException {
                int count = in.read(bytes, offset, length);
                if (count > 0) {
                    transfer.moved(count);
                }
                return count;
            }
        };
    }
}
