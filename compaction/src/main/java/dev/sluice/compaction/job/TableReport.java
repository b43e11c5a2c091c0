package dev.sluice.compaction.job;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.sluice.compaction.health.TableHealth;
import java.io.UncheckedIOException;

/**
 * What a run did to one table.
 *
 * @param removedFiles data files that were rewritten
 * @param addedFiles data files that replaced them
 * @param expiredSnapshots snapshots that were forgotten
 * @param error why the table was left as it was; empty when all went well
 */
public record TableReport(
        TableHealth before, TableHealth after, int removedFiles, int addedFiles, int expiredSnapshots, String error) {
    private static final ObjectMapper JSON = new ObjectMapper();

    /** A table that was left as it was. */
    static TableReport failed(String table, String error) {
        return new TableReport(TableHealth.unknown(table), TableHealth.unknown(table), 0, 0, 0, error);
    }

    public String toJson() {
        try {
            return JSON.writeValueAsString(this);
        } catch (JsonProcessingException e) {
            throw new UncheckedIOException(e);
        }
    }

    public static TableReport fromJson(String json) {
        try {
            return JSON.readValue(json, TableReport.class);
        } catch (JsonProcessingException e) {
            throw new UncheckedIOException(e);
        }
    }
}
