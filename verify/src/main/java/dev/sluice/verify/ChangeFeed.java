package dev.sluice.verify;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;

/**
 * A way to read the changes after a snapshot: an output plugin of the server, how it is asked, and what it
 * answers. None of them uses anything that the pipeline made or runs.
 */
interface ChangeFeed {
    /** The output plugin of the slot. */
    String plugin();

    /** The options of the plugin as the last arguments of a call: names and values as SQL literals. */
    String options();

    /** The server's function that shows changes in the plugin's form. */
    String function();

    /** How the report calls it. */
    String description();

    Parser parser(List<ChangedRows> tables);

    /** For one thread. */
    interface Parser {
        /** @param row positioned; its second column is the change in the plugin's form */
        void accept(ResultSet row) throws SQLException;

        /** Changes of the compared tables so far. */
        long changes();
    }
}
