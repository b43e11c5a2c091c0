package dev.sluice.cli.bench.peers;

import dev.sluice.stack.StackServer;
import java.io.IOException;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Optional;
import org.apache.iceberg.Table;

/** One way from PostgreSQL into Iceberg, with a database of its own that holds {@link Scenario#TABLE}. */
interface Peer extends AutoCloseable {

    /** What a reader of the results calls it. */
    String label();

    /** To the database, as its administrator. */
    Connection connect() throws SQLException;

    /** Makes it run; the first load begins. */
    void start() throws Exception;

    /** Kills one of the processes by its number, and does what its operator would to have it back. */
    void killAndBringBack(StackServer server) throws Exception;

    /** Ends the job. */
    void stop() throws Exception;

    /** Starts it after {@link #stop} where everything is gone that the job kept outside source and lake. */
    void startAnew() throws Exception;

    /** The table as the catalog has it now; empty before there is one. */
    Optional<Table> lakeTable();

    /** Whether the table is stopped, and says so: nothing comes any more. */
    default boolean hasStopped() {
        return false;
    }

    /** What somebody is told who asks it how it is. */
    Says says();

    /** Whether it has named a way back that has now been gone. */
    boolean takesItsAdvice() throws Exception;

    /** Removes all that it made. */
    @Override
    void close() throws SQLException, IOException, InterruptedException;

    /**
     * The answer to "how are you".
     *
     * @param isWell whether it claims that all is well
     */
    record Says(boolean isWell, String text) {}
}
