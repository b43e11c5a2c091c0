package dev.sluice.torture.fault;

import dev.sluice.spec.errors.ErrorCode;
import dev.sluice.spec.errors.NearestName;
import dev.sluice.spec.errors.SluiceException;
import dev.sluice.stack.StackServer;
import dev.sluice.torture.proxy.ProxyFault;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/** What can be done to a pipeline, named as {@code --faults} names it. */
public enum FaultClass {
    KILL_TASKMANAGER(Action.KILL, StackServer.TASKMANAGER),
    KILL_JOBMANAGER(Action.KILL, StackServer.JOBMANAGER),
    KILL_CATALOG(Action.KILL, StackServer.CATALOG),
    KILL_OBJECT_STORE(Action.KILL, StackServer.OBJECT_STORE),
    KILL_POSTGRES(Action.KILL_SOURCE, StackServer.POSTGRES),
    KILL_CATALOG_DATABASE(Action.KILL, StackServer.POSTGRES),
    KILL_CLICKHOUSE(Action.KILL, StackServer.CLICKHOUSE),
    PAUSE_TASKMANAGER(Action.PAUSE, StackServer.TASKMANAGER),
    PAUSE_JOBMANAGER(Action.PAUSE, StackServer.JOBMANAGER),
    PAUSE_CATALOG(Action.PAUSE, StackServer.CATALOG),
    CUT_CATALOG(StackServer.CATALOG, ProxyFault.CUT),
    SLOW_CATALOG(StackServer.CATALOG, ProxyFault.SLOW),
    UNAVAILABLE_CATALOG(StackServer.CATALOG, ProxyFault.UNAVAILABLE),
    ANSWER_LOST_CATALOG(StackServer.CATALOG, ProxyFault.ANSWER_LOST),
    LATE_CATALOG(StackServer.CATALOG, ProxyFault.LATE),
    HALF_OPEN_CATALOG(StackServer.CATALOG, ProxyFault.HALF_OPEN),
    CUT_OBJECT_STORE(StackServer.OBJECT_STORE, ProxyFault.CUT),
    SLOW_OBJECT_STORE(StackServer.OBJECT_STORE, ProxyFault.SLOW),
    UNAVAILABLE_OBJECT_STORE(StackServer.OBJECT_STORE, ProxyFault.UNAVAILABLE),
    ANSWER_LOST_OBJECT_STORE(StackServer.OBJECT_STORE, ProxyFault.ANSWER_LOST),
    CUT_POSTGRES(StackServer.POSTGRES, ProxyFault.CUT),
    SLOW_POSTGRES(StackServer.POSTGRES, ProxyFault.SLOW),
    HALF_OPEN_POSTGRES(StackServer.POSTGRES, ProxyFault.HALF_OPEN),
    /** The folder where it spills, and where checkpoints lie. */
    DISK_FULL_TASKMANAGER(Action.FILL_DISK, StackServer.TASKMANAGER),
    DISK_FULL_OBJECT_STORE(Action.FILL_DISK, StackServer.OBJECT_STORE),
    /** A base backup takes the place of the source. */
    RESTORE_POSTGRES(Action.REPLACE_SOURCE, StackServer.POSTGRES),
    /** A streaming standby takes the place of the source. */
    FAILOVER_POSTGRES(Action.REPLACE_SOURCE, StackServer.POSTGRES),
    UPKEEP(Action.UPKEEP, StackServer.TASKMANAGER),
    FOREIGN_WRITE(Action.FOREIGN_WRITE, StackServer.CATALOG),
    ALTER_TABLE(Action.ALTER_TABLE, StackServer.POSTGRES),
    SECOND_COPY(Action.SECOND_COPY, StackServer.JOBMANAGER);

    /** How it is done. */
    enum Action {
        /** kill -9, and started again. */
        KILL,
        /** The same for the source, whose server is not the one of the stack's catalog. */
        KILL_SOURCE,
        /** SIGSTOP, and SIGCONT later: a process that comes back and does not know that it was away. */
        PAUSE,
        /** Between the job and a server. */
        NETWORK,
        FILL_DISK,
        /** Another server answers for the source: the pipeline has to end, and everything to be loaded anew. */
        REPLACE_SOURCE,
        UPKEEP,
        FOREIGN_WRITE,
        ALTER_TABLE,
        SECOND_COPY
    }

    private final Action action;
    private final StackServer server;
    private final ProxyFault network;

    FaultClass(Action action, StackServer server) {
        this.action = action;
        this.server = server;
        this.network = null;
    }

    FaultClass(StackServer server, ProxyFault network) {
        this.action = Action.NETWORK;
        this.server = server;
        this.network = network;
    }

    Action action() {
        return action;
    }

    /** Whether what was compared so far ends with it. */
    public boolean replacesSource() {
        return action == Action.REPLACE_SOURCE;
    }

    /** The one that it is done to. */
    public StackServer server() {
        return server;
    }

    /** Of {@link Action#NETWORK}; null else. */
    ProxyFault network() {
        return network;
    }

    public String label() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /** The classes that are named, all without a name; a part of a label names all that begin or end with it. */
    public static Set<FaultClass> parse(List<String> names) {
        if (names.isEmpty()) {
            return EnumSet.allOf(FaultClass.class);
        }
        Set<FaultClass> classes = EnumSet.noneOf(FaultClass.class);
        for (String name : names) {
            List<FaultClass> found =
                    Arrays.stream(values()).filter(one -> one.isMeant(name)).toList();
            if (found.isEmpty()) {
                List<String> labels =
                        Arrays.stream(values()).map(FaultClass::label).toList();
                throw new SluiceException(
                        ErrorCode.E0102,
                        "there is no fault '" + name + "'",
                        NearestName.of(name, labels)
                                .map(near -> "did you mean " + near + "?")
                                .orElse("there are: " + String.join(", ", labels)));
            }
            classes.addAll(found);
        }
        return classes;
    }

    private boolean isMeant(String name) {
        return label().equals(name) || label().startsWith(name + "-") || label().endsWith("-" + name);
    }
}
