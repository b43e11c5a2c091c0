package dev.sluice.verify;

import dev.sluice.spec.errors.ErrorCode;
import dev.sluice.spec.errors.SluiceException;
import dev.sluice.spec.sql.PostgresSql;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.UUID;
import java.util.stream.Collectors;

/**
 * For servers without test_decoding: a publication of the compared tables, made for one verification and dropped with
 * it. Making it needs the ownership of the tables.
 */
final class OwnPublication implements ChangeFeed, AutoCloseable {
    private static final String INSUFFICIENT_PRIVILEGE = "42501";

    private final SourceConnections connections;
    private final String name;

    private OwnPublication(SourceConnections connections, String name) {
        this.connections = connections;
        this.name = name;
    }

    /** @throws SluiceException E1204 when the user may not make one */
    static OwnPublication create(SourceConnections connections, List<ComparedTable> tables) {
        String name =
                "sluice_verify_" + UUID.randomUUID().toString().replace("-", "").substring(0, 16);
        String list = tables.stream()
                .map(table -> (table.partitioned() ? "" : "only ")
                        + PostgresSql.qualified(
                                table.spec().schema(), table.spec().name()))
                .collect(Collectors.joining(", "));
        try (Connection connection = connections.query();
                Statement statement = connection.createStatement()) {
            statement.execute("create publication " + PostgresSql.identifier(name) + " for table " + list
                    + " with (publish_via_partition_root = true)");
            return new OwnPublication(connections, name);
        } catch (SQLException e) {
            if (INSUFFICIENT_PRIVILEGE.equals(e.getSQLState())) {
                throw new SluiceException(
                        ErrorCode.E1204,
                        "the server has no test_decoding, and a publication of its own may not be made: "
                                + e.getMessage(),
                        "install PostgreSQL's contrib package on the server, or verify as the owner of the tables",
                        e);
            }
            throw SourceConnections.failure("a publication for the verification could not be made", e);
        }
    }

    @Override
    public String plugin() {
        return "pgoutput";
    }

    @Override
    public String function() {
        return "pg_logical_slot_peek_binary_changes";
    }

    @Override
    public String options() {
        return "'proto_version', '1', 'publication_names', " + PostgresSql.literal(PostgresSql.identifier(name));
    }

    @Override
    public String description() {
        return "pgoutput through a publication of its own, for the server has no test_decoding (E1204)";
    }

    @Override
    public Parser parser(List<ChangedRows> tables) {
        return new PgOutputChanges(tables);
    }

    @Override
    public void close() {
        try (Connection connection = connections.query();
                Statement statement = connection.createStatement()) {
            statement.execute("drop publication if exists " + PostgresSql.identifier(name));
        } catch (SQLException e) {
            throw SourceConnections.failure("the verification's publication " + name + " could not be dropped", e);
        }
    }
}
