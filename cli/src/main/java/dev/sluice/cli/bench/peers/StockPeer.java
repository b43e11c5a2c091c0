package dev.sluice.cli.bench.peers;

import dev.sluice.cli.bench.BenchServers;
import dev.sluice.lake.LakeCatalog;
import dev.sluice.spec.PipelineSpec;
import dev.sluice.spec.PipelineSpec.PostgresSourceSpec;
import dev.sluice.stack.LocalStack;
import dev.sluice.stack.StackServer;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.Optional;
import java.util.Properties;
import org.apache.iceberg.Table;
import org.apache.iceberg.catalog.TableIdentifier;

/** Flink CDC with Iceberg's sink, in one of the two forms that its documentation knows. */
final class StockPeer implements Peer {
    private static final String JOB = "stock";
    private static final int LOOKS = 5;
    private static final Duration BETWEEN_LOOKS = Duration.ofSeconds(1);
    private static final int REASON_CHARACTERS_MAX = 160;

    /** Which replica identity the source table has: what the connector needs to be told follows from it. */
    enum Form {
        UPSERT("stock, default identity", "upsert"),
        FULL("stock, identity full", "all");

        private final String label;
        private final String changelogMode;

        Form(String label, String changelogMode) {
            this.label = label;
            this.changelogMode = changelogMode;
        }

        String label() {
            return label;
        }
    }

    private final Form form;
    private final LocalStack stack;
    private final StockCluster cluster;
    private final PipelineSpec spec;
    private final LakeCatalog lake;
    private String job = "";

    StockPeer(Form form, LocalStack stack, StockCluster cluster, PipelineSpec spec, String... create)
            throws SQLException {
        this.form = form;
        this.stack = stack;
        this.cluster = cluster;
        this.spec = spec;
        this.lake = LakeCatalog.open(spec.catalog());
        removeAll();
        run("postgres", "create database " + database());
        run(database(), create);
    }

    private String database() {
        return spec.source().database();
    }

    private static TableIdentifier table() {
        return TableIdentifier.of(StockSql.NAMESPACE, Scenario.TABLE);
    }

    @Override
    public String label() {
        return form.label();
    }

    @Override
    public Connection connect() throws SQLException {
        return connect(database());
    }

    private Connection connect(String database) throws SQLException {
        PostgresSourceSpec source = spec.postgres();
        Properties properties = new Properties();
        properties.setProperty("user", source.user());
        properties.setProperty("password", source.password().reveal());
        return DriverManager.getConnection(
                "jdbc:postgresql://" + source.host() + ":" + source.port() + "/" + database, properties);
    }

    private void run(String database, String... statements) throws SQLException {
        try (Connection connection = connect(database);
                Statement statement = connection.createStatement()) {
            for (String sql : statements) {
                statement.execute(sql);
            }
        }
    }

    @Override
    public void start() {
        submit(Optional.empty());
    }

    private void submit(Optional<Path> from) {
        job = cluster.submit(StockSql.of(spec, JOB, form.changelogMode, from));
    }

    @Override
    public void killAndBringBack(StackServer server) throws IOException, InterruptedException {
        switch (server) {
            case TASKMANAGER -> cluster.killTaskManager();
            case JOBMANAGER -> {
                cluster.killJobManager();
                submit(cluster.newestCheckpoint(job));
            }
            default -> BenchServers.killAndUp(stack, server);
        }
    }

    @Override
    public void stop() throws InterruptedException {
        cluster.cancel(job);
    }

    @Override
    public void startAnew() {
        submit(Optional.empty());
    }

    @Override
    public Optional<Table> lakeTable() {
        return lake.find(table());
    }

    /** A job that fails again and again is RUNNING between two failures, so it is looked at for some seconds. */
    @Override
    public Says says() {
        String state = cluster.rest().state(job);
        for (int look = 1; look < LOOKS && state.equals("RUNNING"); look++) {
            try {
                Thread.sleep(BETWEEN_LOOKS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                break;
            }
            state = cluster.rest().state(job);
        }
        boolean isWell = state.equals("RUNNING");
        return new Says(isWell, isWell ? state : state + ": " + reason());
    }

    private String reason() {
        String trace = cluster.rest().rootException(job).orElse("no reason given");
        String[] causes = trace.split("Caused by: ");
        String last = causes[causes.length - 1].lines().findFirst().orElse("");
        return last.substring(0, Math.min(last.length(), REASON_CHARACTERS_MAX));
    }

    @Override
    public boolean takesItsAdvice() {
        return false;
    }

    private void removeAll() throws SQLException {
        if (lake.find(table()).isPresent()) {
            // The files stay until the stack goes: its token deletes none.
            lake.rest().dropTable(table(), false);
        }
        // Its slots outlive its jobs; a database with slots cannot be dropped.
        run(
                "postgres",
                "select pg_terminate_backend(active_pid) from pg_replication_slots where database = '" + database()
                        + "' and active",
                "select pg_drop_replication_slot(slot_name) from pg_replication_slots where database = '" + database()
                        + "'",
                "drop database if exists " + database() + " with (force)");
    }

    @Override
    public void close() throws SQLException, InterruptedException {
        if (!job.isEmpty()) {
            cluster.cancel(job);
        }
        removeAll();
        lake.close();
    }
}
