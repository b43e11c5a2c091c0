package dev.sluice.cli.bench.peers;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import org.apache.iceberg.Snapshot;
import org.apache.iceberg.Table;

/** A scenario on one of the two: what it does, and how the end of what it did is known. Used by one thread. */
final class Stage {
    private static final Duration LOADED_WITHIN = Duration.ofSeconds(240);
    private static final Duration ARRIVED_WITHIN = Duration.ofSeconds(120);
    private static final Duration BEFORE_FAULT = Duration.ofSeconds(4);
    private static final Duration AFTER_FAULT = Duration.ofSeconds(6);
    private static final Duration POLL = Duration.ofMillis(300);
    /** Marks lie above all other rows, and have no money. */
    private static final long MARKS_FROM = 9_000_000;

    private final Peer peer;
    private final boolean withFullIdentity;
    private final Set<Long> snapshotsOfTheLoad = new HashSet<>();
    private long nextMark = MARKS_FROM;
    private long transactions;
    private boolean isLoaded;

    Stage(Peer peer, boolean withFullIdentity) {
        this.peer = peer;
        this.withFullIdentity = withFullIdentity;
    }

    Peer peer() {
        return peer;
    }

    void sql(String... statements) throws SQLException {
        try (Connection connection = peer.connect();
                Statement statement = connection.createStatement()) {
            for (String sql : statements) {
                statement.execute(sql);
            }
        }
    }

    /** The statement that gives a table the replica identity that this peer was promised. */
    String identityOf(String table) {
        return "alter table " + table + " replica identity " + (withFullIdentity ? "full" : "default");
    }

    void startAndLoad() throws Exception {
        peer.start();
        if (!markArrives(LOADED_WITHIN)) {
            throw new IllegalStateException(peer.label() + " did not load its table within " + LOADED_WITHIN.toSeconds()
                    + " s: " + peer.says().text());
        }
        isLoaded = true;
        for (Snapshot snapshot : peer.lakeTable().orElseThrow().snapshots()) {
            snapshotsOfTheLoad.add(snapshot.snapshotId());
        }
    }

    void traffic(int seconds) throws InterruptedException {
        try (Traffic traffic = new Traffic(peer)) {
            Thread.sleep(Duration.ofSeconds(seconds));
            transactions += traffic.transactions();
        }
    }

    /** Each keeps the sum of all balances. */
    void transactions(int count, String statement) throws SQLException {
        for (int i = 0; i < count; i++) {
            sql(statement);
            transactions++;
        }
    }

    /** What breaks something. */
    interface Fault {
        void run() throws Exception;
    }

    void trafficWhile(Fault fault) throws Exception {
        try (Traffic traffic = new Traffic(peer)) {
            Thread.sleep(BEFORE_FAULT);
            fault.run();
            Thread.sleep(AFTER_FAULT);
            transactions += traffic.transactions();
        }
    }

    /** Whether everything that was done so far has come to the lake: a row that is written now is there. */
    boolean arrives() throws Exception {
        return markArrives(ARRIVED_WITHIN);
    }

    private boolean markArrives(Duration within) throws Exception {
        long mark = nextMark++;
        try (Connection connection = peer.connect();
                PreparedStatement insert =
                        connection.prepareStatement("insert into accounts (id, balance) values (?, 0)")) {
            insert.setLong(1, mark);
            insert.executeUpdate();
        }
        long deadline = System.nanoTime() + within.toNanos();
        long looked = 0;
        while (System.nanoTime() < deadline && !peer.hasStopped()) {
            Optional<Table> table = peer.lakeTable();
            Snapshot head = table.map(Table::currentSnapshot).orElse(null);
            if (head != null && head.snapshotId() != looked) {
                if (LakeRows.has(table.orElseThrow(), mark)) {
                    return true;
                }
                looked = head.snapshotId();
            }
            Thread.sleep(POLL);
        }
        return false;
    }

    long transactions() {
        return transactions;
    }

    /** Snapshots of the table that came after its load, which is not looked at by transaction. */
    boolean isOfTheLoad(Snapshot snapshot) {
        return !isLoaded || snapshotsOfTheLoad.contains(snapshot.snapshotId());
    }
}
