package dev.sluice.ingest.source.postgres.catalogue;

import dev.sluice.ingest.source.SourceProblems;
import dev.sluice.ingest.source.SourceSurvey;
import dev.sluice.ingest.source.postgres.connection.PostgresConnector;
import dev.sluice.ingest.source.postgres.connection.SqlErrors;
import dev.sluice.ingest.table.SourceTable;
import dev.sluice.spec.PipelineSpec.PostgresSourceSpec;
import dev.sluice.spec.PipelineSpec.TableSpec;
import dev.sluice.spec.errors.ErrorCode;
import dev.sluice.spec.errors.SluiceException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;

/**
 * Reads the tables of a pipeline from the system catalog and checks that they, the server and the role are fit. Reads
 * {@code pg_catalog} only: {@code information_schema} hides what the role does not own and mixes up keys.
 */
public final class SourceCatalogue {
    private SourceCatalogue() {}

    /**
     * The tables in the order of the specification.
     *
     * @param slotName the pipeline's slot: it is not counted as missing when it is there already
     * @throws SluiceException with every problem found (E0201 to E0210, E0406); nothing was written
     */
    public static List<SourceTable> read(PostgresConnector connector, PostgresSourceSpec spec, String slotName) {
        SourceSurvey survey = survey(connector, spec, slotName);
        survey.refuse(survey.unfit());
        return survey.tables();
    }

    /**
     * The same, but problems of single tables are told and not thrown: what they mean depends on what the lake has.
     *
     * @throws SluiceException E0201 when the source cannot be read
     */
    public static SourceSurvey survey(PostgresConnector connector, PostgresSourceSpec spec, String slotName) {
        try (Connection connection = connector.query()) {
            connection.setReadOnly(true);
            SourceProblems server = new SourceProblems();
            boolean columnListsNeeded = spec.excludeAtSource()
                    && spec.tables().stream().anyMatch(t -> !t.excludedColumns().isEmpty());
            ServerChecks.check(connection, slotName, columnListsNeeded, server);
            TypeCatalogue types = new TypeCatalogue(connection);
            SourceSurvey survey = new SourceSurvey(server);
            for (TableSpec table : spec.tables()) {
                SourceProblems own = new SourceProblems();
                survey.add(table, new TableReader(connection, types, own, spec.excludeAtSource()).read(table), own);
            }
            return survey;
        } catch (SQLException e) {
            throw unreadable(connector, e);
        }
    }

    /**
     * Generated columns of these tables, {@code schema.table.column}: neither the lake nor the hot store gets them, as
     * PostgreSQL does not send them before version 18, nor the virtual ones at all.
     *
     * @param tables as {@link #read} gave them
     */
    public static List<String> generatedColumns(PostgresConnector connector, List<SourceTable> tables) {
        try (Connection connection = connector.query();
                PreparedStatement statement = connection.prepareStatement("""
                        select attname from pg_attribute
                        where attrelid = ? and attgenerated <> '' and not attisdropped order by attnum
                        """)) {
            List<String> generated = new ArrayList<>();
            for (SourceTable table : tables) {
                statement.setLong(1, Integer.toUnsignedLong(PostgresIds.oid(table)));
                try (ResultSet row = statement.executeQuery()) {
                    while (row.next()) {
                        generated.add(table.schema() + "." + table.name() + "." + row.getString(1));
                    }
                }
            }
            return generated;
        } catch (SQLException e) {
            throw unreadable(connector, e);
        }
    }

    private static SluiceException unreadable(PostgresConnector connector, SQLException e) {
        return new SluiceException(
                ErrorCode.E0201,
                "reading the system catalog of " + connector.target() + " failed: " + SqlErrors.message(e),
                "",
                e);
    }
}
