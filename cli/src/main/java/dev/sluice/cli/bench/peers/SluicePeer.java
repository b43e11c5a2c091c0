package dev.sluice.cli.bench.peers;

import dev.sluice.cli.Session;
import dev.sluice.cli.bench.BenchPipeline;
import dev.sluice.lake.Following;
import dev.sluice.stack.StackServer;
import java.io.IOException;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;
import org.apache.iceberg.Table;

/** Sluice, by what is behind its commands. */
final class SluicePeer implements Peer {
    static final String LABEL = "sluice";

    private final BenchPipeline pipeline;

    SluicePeer(Session session, String... create) throws SQLException, IOException {
        this.pipeline = new BenchPipeline(session, List.of("public." + Scenario.TABLE), create);
    }

    @Override
    public String label() {
        return LABEL;
    }

    @Override
    public Connection connect() throws SQLException {
        return pipeline.connect();
    }

    @Override
    public void start() {
        pipeline.apply();
    }

    @Override
    public void killAndBringBack(StackServer server) throws InterruptedException {
        pipeline.killAndUp(server);
    }

    @Override
    public void stop() {
        pipeline.stop();
    }

    /** Its job keeps nothing: {@code sluice apply}. */
    @Override
    public void startAnew() {
        pipeline.apply();
    }

    @Override
    public Optional<Table> lakeTable() {
        return pipeline.lakeTable(Scenario.TABLE);
    }

    private Optional<Following.Stop> stop(Optional<Table> table) {
        return table.map(Following::of).flatMap(Following::stop);
    }

    @Override
    public boolean hasStopped() {
        return stop(lakeTable()).isPresent();
    }

    @Override
    public Says says() {
        Optional<Following.Stop> stop = stop(lakeTable());
        return stop.map(found -> new Says(false, "stopped: " + found.code() + " " + found.reason()))
                .orElseGet(() -> new Says(pipeline.jobState().equals("RUNNING"), pipeline.jobState()));
    }

    /** What the stop of a table names is {@code sluice resync}. */
    @Override
    public boolean takesItsAdvice() {
        if (!hasStopped()) {
            return false;
        }
        pipeline.resync(Scenario.TABLE);
        return true;
    }

    @Override
    public void close() throws SQLException {
        pipeline.close();
    }
}
