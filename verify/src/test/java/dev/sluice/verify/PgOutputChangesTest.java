package dev.sluice.verify;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Messages of pgoutput, protocol version 1, put together byte by byte as its documentation says. */
final class PgOutputChangesTest {
    private static final int OTHER_OID = 99;
    private final ChangedRows rows = new ChangedRows(TestTable.of("items", "id", "note", "body"));
    private final PgOutputChanges changes = new PgOutputChanges(List.of(rows));

    private interface Content {
        void write(DataOutputStream out) throws IOException;
    }

    private void send(char type, Content content) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        DataOutputStream out = new DataOutputStream(bytes);
        out.writeByte(type);
        content.write(out);
        changes.accept(ByteBuffer.wrap(bytes.toByteArray()));
    }

    /** The server's order of columns need not be that of the comparison, and it may have more. */
    private void announce(int oid, String... columns) throws IOException {
        send('R', out -> {
            out.writeInt(oid);
            out.write("public\0items\0d".getBytes(StandardCharsets.UTF_8));
            out.writeShort(columns.length);
            for (String column : columns) {
                out.writeByte(0);
                out.write((column + "\0").getBytes(StandardCharsets.UTF_8));
                out.writeInt(25);
                out.writeInt(-1);
            }
        });
    }

    private static void tuple(DataOutputStream out, String... values) throws IOException {
        out.writeShort(values.length);
        for (String value : values) {
            if (value == null || value.equals("(unchanged)")) {
                out.writeByte(value == null ? 'n' : 'u');
            } else {
                byte[] text = value.getBytes(StandardCharsets.UTF_8);
                out.writeByte('t');
                out.writeInt(text.length);
                out.write(text);
            }
        }
    }

    private List<String> over(byte[][]... snapshot) {
        List<String> seen = new ArrayList<>();
        ChangedRows.Overlay overlay =
                rows.over(row -> seen.add(TestTable.texts(row).toString()));
        for (byte[][] row : snapshot) {
            overlay.row(row);
        }
        overlay.finish();
        return seen;
    }

    @Test
    void columnsAreFoundByNameWhateverTheirOrder() throws IOException {
        announce((int) TestTable.OID, "body", "secret", "id", "note");
        send('I', out -> {
            out.writeInt((int) TestTable.OID);
            out.writeByte('N');
            tuple(out, "text", "not compared", "1", null);
        });
        assertThat(over()).containsExactly("[1, NULL, text]");
        assertThat(changes.changes()).isEqualTo(1);
    }

    @Test
    void theOldKeyIsTakenAndWhatStandsBesideItIsNot() throws IOException {
        announce((int) TestTable.OID, "id", "note", "body");
        send('U', out -> {
            out.writeInt((int) TestTable.OID);
            out.writeByte('K');
            tuple(out, "1", null, null);
            out.writeByte('N');
            tuple(out, "2", "moved", "(unchanged)");
        });
        send('D', out -> {
            out.writeInt((int) TestTable.OID);
            out.writeByte('K');
            tuple(out, "3", null, null);
        });
        assertThat(over(TestTable.row("1", "a", "large"), TestTable.row("3", "c", "d"), TestTable.row("4", "e", "f")))
                .containsExactlyInAnyOrder("[2, moved, large]", "[4, e, f]");
    }

    @Test
    void theWholeOldRowFillsWhatWasNotSent() throws IOException {
        announce((int) TestTable.OID, "id", "note", "body");
        send('U', out -> {
            out.writeInt((int) TestTable.OID);
            out.writeByte('O');
            tuple(out, "1", "a", "large of then");
            out.writeByte('N');
            tuple(out, "1", "b", "(unchanged)");
        });
        assertThat(over(TestTable.row("1", "a", "large of the snapshot"))).containsExactly("[1, b, large of then]");
    }

    @Test
    void aRelationThatIsAnnouncedAnewIsReadByItsNewOrder() throws IOException {
        announce((int) TestTable.OID, "id", "note", "body");
        announce((int) TestTable.OID, "note", "body", "id");
        send('I', out -> {
            out.writeInt((int) TestTable.OID);
            out.writeByte('N');
            tuple(out, "n", "b", "1");
        });
        assertThat(over()).containsExactly("[1, n, b]");
    }

    @Test
    void otherTablesAndOtherMessagesAreNoneOfItsBusiness() throws IOException {
        announce(OTHER_OID, "id");
        send('I', out -> {
            out.writeInt(OTHER_OID);
            out.writeByte('N');
            tuple(out, "1");
        });
        send('B', out -> out.writeLong(1));
        send('M', out -> out.writeByte(1));
        assertThat(changes.changes()).isZero();
        assertThat(over()).isEmpty();
    }

    @Test
    void aTruncateAmongOtherTablesIsFound() throws IOException {
        announce(OTHER_OID, "id");
        announce((int) TestTable.OID, "id", "note", "body");
        assertThatThrownBy(() -> send('T', out -> {
                    out.writeInt(2);
                    out.writeByte(0);
                    out.writeInt(OTHER_OID);
                    out.writeInt((int) TestTable.OID);
                }))
                .hasMessageContaining("public.items was truncated");
    }
}
