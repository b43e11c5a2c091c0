package dev.sluice.peers;

import org.apache.flink.table.api.EnvironmentSettings;
import org.apache.flink.table.api.TableEnvironment;

/**
 * Runs the statements of a SQL script, one an argument, as Flink's SQL client would; {@code SET key=value} sets an option.
 * This is all the code that the stock path has here: the job is what Flink makes of its own SQL.
 */
public final class SqlJob {
    private static final String SET = "SET ";

    private SqlJob() {}

    public static void main(String[] statements) {
        TableEnvironment environment = TableEnvironment.create(EnvironmentSettings.inStreamingMode());
        for (String statement : statements) {
            if (statement.startsWith(SET)) {
                int equals = statement.indexOf('=');
                environment
                        .getConfig()
                        .set(statement.substring(SET.length(), equals), statement.substring(equals + 1));
            } else {
                environment.executeSql(statement);
            }
        }
    }
}
