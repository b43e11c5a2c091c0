package dev.sluice.ingest.row;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.ingest.source.postgres.TestPostgres;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.sql.Connection;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.postgresql.PGConnection;

class RowFormIT {
    private static final TestPostgres POSTGRES = TestPostgres.start();
    /** Signature, flags, length of the extension. Source: PostgreSQL documentation, "COPY, Binary Format". */
    private static final int HEADER_BYTES = 11 + 4 + 4;

    @TestFactory
    List<DynamicTest> postgresSendsTheBytesThatTheSpecificationSays() {
        return GoldenVectors.read().stream()
                .map(vector -> DynamicTest.dynamicTest(
                        vector.postgresType() + " " + vector.value(),
                        () -> assertThat(sent(vector.postgresType(), vector.value()))
                                .isEqualTo(vector.hex())))
                .toList();
    }

    private static String sent(String type, String value) throws Exception {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (Connection connection = POSTGRES.connect()) {
            connection
                    .unwrap(PGConnection.class)
                    .getCopyAPI()
                    .copyOut(
                            "copy (select '" + value.replace("'", "''") + "'::" + type + ") to stdout (format binary)",
                            bytes);
        }
        ByteBuffer in = ByteBuffer.wrap(bytes.toByteArray()).position(HEADER_BYTES);
        assertThat(in.getShort()).as("columns").isEqualTo((short) 1);
        byte[] field = new byte[in.getInt()];
        in.get(field);
        return HexFormat.of().formatHex(field);
    }
}
