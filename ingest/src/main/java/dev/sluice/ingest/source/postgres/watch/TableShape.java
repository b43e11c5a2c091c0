package dev.sluice.ingest.source.postgres.watch;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * What a source table was when it was loaded, or last seen unharmed. It is a property of the lake table, so that a start
 * after any length of time can compare.
 *
 * @param oid identity of the table, whatever its name
 * @param kind {@code relkind} and {@code relpersistence}
 * @param file {@code relfilenode}: another one after every rewrite, also after harmless ones
 * @param identity {@code relreplident}
 * @param key attribute numbers of the replica identity, in the order of its index
 * @param entry the row of {@code pg_publication_rel}, 0 when the publication does not have the table
 * @param entryBy transaction that wrote that row
 * @param filtered whether the publication leaves rows out
 * @param listed attribute numbers in the publication's column list; null when it has none
 * @param parents tables that it is a partition or a child of; null where an older version of Sluice recorded the shape
 * @param children tables that inherit from it; null likewise
 * @param columns the columns that are carried, in order: generated and excluded ones are left out
 * @param labels labels of all enums that these columns use, also inside arrays and domains
 */
@JsonIgnoreProperties(ignoreUnknown = true)
public record TableShape(
        long oid,
        String kind,
        long file,
        String identity,
        String key,
        long entry,
        String entryBy,
        boolean filtered,
        String listed,
        List<Long> parents,
        List<Long> children,
        List<Column> columns,
        List<Label> labels) {
    private static final ObjectMapper JSON = new ObjectMapper();

    /**
     * @param by transaction that wrote its row of {@code pg_attribute}: another one after every ALTER COLUMN
     * @param missing whether rows older than the column take its value from there; the next rewrite ends that, and writes
     *     the row
     * @param standard identity of its DEFAULT, 0 when it has none: another one after every ALTER COLUMN ... TYPE
     */
    @JsonIgnoreProperties(ignoreUnknown = true)
    public record Column(int number, String name, long type, int modifier, String by, boolean missing, long standard) {}

    /**
     * @param oid stays when the label is renamed
     * @param order also changes when the server makes room between two labels
     * @param by transaction that wrote its row of {@code pg_enum}
     */
    public record Label(long type, long oid, String text, String order, String by) {}

    public TableShape {
        parents = parents == null ? null : List.copyOf(parents);
        children = children == null ? null : List.copyOf(children);
        columns = columns == null ? List.of() : List.copyOf(columns);
        labels = labels == null ? List.of() : List.copyOf(labels);
    }

    /** @throws IllegalArgumentException when the text is no shape */
    public static TableShape parse(String text) {
        try {
            return JSON.readValue(text, TableShape.class);
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException("not the shape of a table: " + text, e);
        }
    }

    public String text() {
        try {
            return JSON.writeValueAsString(this);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(e);
        }
    }

    Map<Integer, Column> columnsByNumber() {
        return columns.stream().collect(Collectors.toMap(Column::number, Function.identity()));
    }

    Map<Long, Label> labelsByOid() {
        return labels.stream().collect(Collectors.toMap(Label::oid, Function.identity()));
    }
}
