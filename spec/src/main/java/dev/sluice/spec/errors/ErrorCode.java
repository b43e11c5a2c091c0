package dev.sluice.spec.errors;

import static dev.sluice.spec.errors.ErrorCode.ErrorClass.EXTERNAL;
import static dev.sluice.spec.errors.ErrorCode.ErrorClass.INTERNAL;
import static dev.sluice.spec.errors.ErrorCode.ErrorClass.RESOURCES;
import static dev.sluice.spec.errors.ErrorCode.ErrorClass.USER;
import static dev.sluice.spec.errors.ErrorCode.Retry.MANUAL;
import static dev.sluice.spec.errors.ErrorCode.Retry.NEVER;
import static dev.sluice.spec.errors.ErrorCode.Retry.TIMED;

/**
 * Every error that a user can meet. Numbers are never used again; blocks of a hundred are areas: 01 config, 02 source,
 * 03 load, 04 schema and types, 05 commit, 06 object store, 07 catalog, 08 upkeep, 09 hot store, 10 models and SQL,
 * 11 security, 12 verify, 13 local stack, 19 internal. {@code docs/reference/errors.md} is generated from here.
 */
public enum ErrorCode {
    E0101(
            "unknown key",
            USER,
            NEVER,
            "Take the key that the message offers; docs/reference/sluice-yaml.md lists all of them."),
    E0102("invalid value", USER, NEVER, "Write a value of the kind that the message asks for."),
    E0103(
            "rule across keys violated",
            USER,
            NEVER,
            "Change one of the keys that the message names: each is valid, both together are not."),
    E0104(
            "reference not resolved",
            USER,
            NEVER,
            "Set the environment variable or create the file; `sluice up` provides the SLUICE_ ones of the local stack."),
    E0105("file not readable", USER, NEVER, "Check the path, its permissions and its size."),
    E0106(
            "not valid YAML",
            USER,
            NEVER,
            "Look at the indentation and the quotes at the place; tags, anchors and aliases are not supported."),
    E0107("key given twice", USER, NEVER, "Remove one of the two."),
    E0108(
            "another name in the lake",
            USER,
            NEVER,
            "Nothing has to be done: use the name in lower case wherever the lake is asked."),
    E0201("source not reachable", EXTERNAL, TIMED, "Check host, port and firewall, and that PostgreSQL runs."),
    E0202(
            "source refused the login",
            EXTERNAL,
            MANUAL,
            "Check user, password and pg_hba.conf; a replication connection needs a line of its own there."),
    E0203("logical decoding is off", USER, NEVER, "Set wal_level = logical and restart PostgreSQL."),
    E0204("server version not supported", USER, NEVER, "Use a server of a version that the message names."),
    E0205("role lacks a privilege", USER, NEVER, "Run the GRANT or ALTER ROLE that the message prints."),
    E0206("table not found", USER, NEVER, "Check schema and name in source.tables; letters keep their case."),
    E0207(
            "table not in publication",
            USER,
            NEVER,
            "Add the table to the publication with the statement that the message prints, or let Sluice own it."),
    E0208(
            "replication slots are used up",
            RESOURCES,
            MANUAL,
            "Drop slots that nobody reads, or raise max_replication_slots."),
    E0210(
            "no usable row identity",
            USER,
            NEVER,
            "Give the table a primary key, or run the ALTER TABLE ... REPLICA IDENTITY that the message prints."),
    E0212(
            "slot is ahead of the recorded acknowledgement",
            EXTERNAL,
            MANUAL,
            "The slot was moved or made anew outside of Sluice, so changes are missing: load anew, see sluice drop."),
    E0214(
            "slot invalidated",
            EXTERNAL,
            MANUAL,
            "PostgreSQL dropped the WAL that the slot needed: raise max_slot_wal_keep_size, and load anew, see sluice drop."),
    E0215("slot missing", EXTERNAL, MANUAL, "The slot was dropped outside of Sluice: load anew, see sluice drop."),
    E0216(
            "timeline or system id changed",
            EXTERNAL,
            MANUAL,
            "The server is another one, or was restored: positions do not compare. Load anew, see sluice drop."),
    E0217("server not suitable", USER, NEVER, "Change the setting of the server that the message names."),
    E0218(
            "slot in use",
            EXTERNAL,
            TIMED,
            "Another process reads the slot: stop it, or wait until the server notices that it is gone."),
    E0219(
            "source is behind the lake",
            EXTERNAL,
            MANUAL,
            "The server was restored to an earlier moment: what the lake holds beyond it never happened there. Load anew."),
    E0220(
            "publication was changed",
            EXTERNAL,
            MANUAL,
            "Changes may be missing since the publication was altered or dropped outside of Sluice: load anew, see sluice drop."),
    E0221(
            "table was changed in the publication",
            EXTERNAL,
            MANUAL,
            "Changes of this table may be missing: `sluice resync <table>` loads it anew, the others go on."),
    E0222(
            "table is another one",
            EXTERNAL,
            MANUAL,
            "Another table has the name now, or none: `sluice resync <table>` loads what is there, the others go on."),
    E0223(
            "table was rewritten",
            EXTERNAL,
            MANUAL,
            "Values changed without a change event: `sluice resync <table>` loads the table anew, the others go on."),
    E0224(
            "label of an enum was renamed",
            EXTERNAL,
            MANUAL,
            "Rows hold another label now: `sluice resync <table>` loads the table anew, the others go on."),
    // E0225, slot or publication of somebody else: retired before it was ever raised, as names carry the lake's
    // identity.
    E0226(
            "table joined a hierarchy of tables",
            EXTERNAL,
            MANUAL,
            "It has become a partition, has got children, or has new partitions beside it: list those that are wanted in"
                    + " source.tables, then `sluice apply`; and `sluice resync <table>` where it was stopped."),
    E0227(
            "another copy of the pipeline runs",
            USER,
            NEVER,
            "Stop one of the two. A run whose machine is gone counts as running for half a minute: start again then."),
    E0229(
            "table stopped, the job starts once more without it",
            EXTERNAL,
            TIMED,
            "Nothing to do for the others; `sluice status` says which table stopped, and why."),
    E0301("chunk failed", EXTERNAL, TIMED, "The chunk is read again; look at the cause if it repeats."),
    E0302(
            "load snapshot lost",
            EXTERNAL,
            TIMED,
            "Nobody holds the snapshot any more: tables that were not complete are read at another position."),
    E0303(
            "table is rewritten again and again during its load",
            EXTERNAL,
            MANUAL,
            "Let ALTER TABLE, VACUUM FULL or CLUSTER on the table rest, then run sluice resync."),
    E0401(
            "value does not fit the column",
            USER,
            MANUAL,
            "The source holds a value that the lake type cannot. Choose a policy that keeps such rows"
                    + " (poison: quarantine or text, see docs/guides/poison-values.md), or exclude the column, or change"
                    + " the value at the source; then `sluice resync <table>`."),
    E0402(
            "policy for unfit values not possible",
            USER,
            NEVER,
            "Correct source.tables[].poison or source.tables[].columns as the message says."),
    E0403(
            "too many dead letters",
            USER,
            MANUAL,
            "Choose poison: text for the column, exclude it, or change the values at the source; then"
                    + " `sluice resync <table>`."),
    E0404(
            "schema change not supported",
            USER,
            MANUAL,
            "The change cannot be carried over without losing the meaning of old rows: `sluice resync <table>` loads that"
                    + " table anew, and the others go on."),
    E0405(
            "dead letters cannot be replayed",
            USER,
            MANUAL,
            "`sluice replay --dry-run` lists what is left and why; `sluice resync <table>` brings a table back as a whole."),
    E0406("type not supported", USER, NEVER, "Exclude the column, or change its type in the source."),
    E0407(
            "unchanged TOAST value not available",
            USER,
            NEVER,
            "Run ALTER TABLE ... REPLICA IDENTITY FULL, so that PostgreSQL sends large values that did not change."),
    E0410(
            "row too large",
            USER,
            MANUAL,
            "Keep rows below the limit that the message names, exclude the large column, or give the TaskManager a larger heap."),
    E0412(
            "no room on local disk",
            USER,
            TIMED,
            "Make room in the folder for temporary files of the TaskManager; large transactions spill there."),
    E0501(
            "commit conflict",
            EXTERNAL,
            TIMED,
            "Another writer committed first; the commit is tried again on top of it."),
    E0502(
            "commit outcome unknown",
            EXTERNAL,
            TIMED,
            "The catalog did not say whether the commit took place. The job reads it again; nothing is deleted."),
    E0503(
            "fenced by a newer writer",
            INTERNAL,
            NEVER,
            "A newer run of the pipeline writes, and this one has ended: nothing to do, if the newer one is to go on."),
    E0504(
            "ancestry already holds this LSN",
            INTERNAL,
            NEVER,
            "The job has ended, and none of it was applied: start the pipeline again, it goes on from the lake."),
    E0505(
            "stamp missing or malformed",
            INTERNAL,
            NEVER,
            "Something other than Sluice changed the table: restore a stamped snapshot, or load anew, see sluice drop."),
    E0506(
            "the head is not ours",
            EXTERNAL,
            TIMED,
            "Something else wrote to the lake table, which is stopped alone: find out who, then `sluice resync <table>`."),
    E0507(
            "table set back or its stamp changed",
            EXTERNAL,
            TIMED,
            "A rollback or a changed property: the table is stopped alone. Find out who, then `sluice resync <table>`."),
    E0508(
            "write to a followed table",
            USER,
            NEVER,
            "Write to a table of your own, or to the source. A repair is told to the catalog as such, see"
                    + " docs/guides/operating.md."),
    E0510(
            "lake is not where the changes begin",
            EXTERNAL,
            NEVER,
            "Start the pipeline again, it goes on from the lake. If it then says that the slot is ahead of the lake, the"
                    + " catalog was restored from a backup: load anew, see sluice drop."),
    E0511(
            "progress of the pipeline is gone",
            EXTERNAL,
            NEVER,
            "The table that holds it, in the namespace _sluice, was dropped or written by others: load anew, see sluice drop."),
    E0512(
            "lake table was dropped",
            EXTERNAL,
            MANUAL,
            "Somebody dropped the table under the running pipeline: `sluice apply --restart` makes and loads it anew."),
    E0601(
            "object store refused or not reachable",
            EXTERNAL,
            TIMED,
            "Check endpoint, keys and bucket of the object store, and that it runs."),
    E0603(
            "storage full or read-only",
            RESOURCES,
            TIMED,
            "Make room in the object store, or make it writable; the pipeline tries again by itself."),
    E0701("catalog not reachable", EXTERNAL, TIMED, "Check catalog.uri, and that the catalog runs."),
    E0702(
            "catalog refused the token",
            EXTERNAL,
            MANUAL,
            "Check catalog.token: the pipeline needs a token with the role writer."),
    E0703(
            "table not found in the catalog",
            USER,
            NEVER,
            "Check the name; SHOW TABLES FROM bronze, run by `sluice sql`, lists what there is."),
    E0704(
            "catalog database not reachable",
            EXTERNAL,
            TIMED,
            "Check database.url, user and password in catalog.yaml, and that PostgreSQL runs."),
    E0801(
            "upkeep failed",
            EXTERNAL,
            TIMED,
            "Nothing is lost: the table stays as it was. Look at the cause, then run `sluice maintain` again."),
    E0802(
            "another upkeep runs",
            USER,
            MANUAL,
            "Wait until the job that the message names has ended, or cancel it on Flink's web page; then run `sluice"
                    + " maintain` again."),
    E0901("hot store not reachable", EXTERNAL, TIMED, "Check hot.clickhouse.url, and that ClickHouse runs."),
    E0902(
            "hot store refused a statement",
            USER,
            MANUAL,
            "The message says which statement; correct the view, or the rights of the user."),
    E0903(
            "hot table is not rebuilt yet",
            EXTERNAL,
            MANUAL,
            "See with `sluice status` that the pipeline runs; the request stands, and the job does it when it can."),
    E0906(
            "no boundary around the files of the machine",
            EXTERNAL,
            MANUAL,
            "Run the embedded ClickHouse on Linux 5.13 or later, or as a user of its own."),
    E1001(
            "model reads an unknown table",
            USER,
            NEVER,
            "Correct the name in the model, or add the table to the pipeline."),
    E1002("model invalid", USER, NEVER, "Correct the model file at the place that the message names."),
    E1003("query failed", USER, MANUAL, "Correct the query; the message is what Trino said."),
    E1004(
            "no snapshot at or before the asked position",
            USER,
            NEVER,
            "Ask for a later position; `sluice history <table>` lists what there is."),
    E1005("models depend on each other in a circle", USER, NEVER, "Break the circle that the message names."),
    E1006(
            "table of another pipeline's models",
            USER,
            NEVER,
            "Rename the model in one of the two pipelines, or drop the table if the other pipeline is gone."),
    E1101(
            "secret written out in a file",
            USER,
            NEVER,
            "Refer to the secret by ${env:NAME} or ${file:PATH}, and change it if the file was shared."),
    E1102("connection not protected", USER, NEVER, "Use an encrypted connection that checks the certificate."),
    E1103(
            "secret not readable",
            EXTERNAL,
            MANUAL,
            "Apply the pipeline again: its secrets are in a file beside its spec, which the whole cluster must see."),
    E1104(
            "login refused by Trino",
            USER,
            MANUAL,
            "Set models.trino.url to the https address, and models.trino.password and certificate."),
    E1106(
            "name not allowed as part of a path",
            USER,
            NEVER,
            "Pipelines are named by letters a-z, digits and _, letter first."),
    E1201(
            "lake differs from source",
            INTERNAL,
            MANUAL,
            "Keep the report and open an issue: the lake should never differ."),
    E1202(
            "verification not possible",
            EXTERNAL,
            MANUAL,
            "See the cause; the pipeline must have committed something and the source must be reachable."),
    E1203(
            "demo data cannot be written",
            EXTERNAL,
            MANUAL,
            "See the cause; the source must be reachable and hold the tables of the demo."),
    E1204(
            "no independent way to read the changes",
            EXTERNAL,
            MANUAL,
            "Install PostgreSQL's contrib package on the source's server (test_decoding), or verify as the owner of the"
                    + " tables."),
    E1301("port in use", EXTERNAL, MANUAL, "Stop what uses the port, or choose another with SLUICE_PORT_OFFSET."),
    E1302("server did not start", EXTERNAL, MANUAL, "Read the end of the log that the message names."),
    E1303("download failed", EXTERNAL, TIMED, "Check the network and the proxy settings of Maven or npm."),
    E1304("missing prerequisite", USER, NEVER, "Install what the message names."),
    E1305(
            "data folder not usable",
            USER,
            NEVER,
            "Check the permissions of the folder, and that no other stack uses it."),
    E1306("local stack is not running", USER, NEVER, "Run `sluice up` first."),
    E1307("job failed", EXTERNAL, MANUAL, "Read the exception in the message, or `sluice logs taskmanager`."),
    E1901("internal error", INTERNAL, MANUAL, "A defect of Sluice: open an issue with the message and what led to it.");

    private final String title;
    private final ErrorClass errorClass;
    private final Retry retry;
    private final String advice;

    ErrorCode(String title, ErrorClass errorClass, Retry retry, String advice) {
        this.title = title;
        this.errorClass = errorClass;
        this.retry = retry;
        this.advice = advice;
    }

    /** Whose move it is. */
    public enum ErrorClass {
        /** The user has something to correct. */
        USER,
        /** Another system failed or said no. */
        EXTERNAL,
        /** Something is used up. */
        RESOURCES,
        /** Sluice is wrong, or found its own rules broken. */
        INTERNAL
    }

    /** Whether trying again helps. */
    public enum Retry {
        /** Not until something is changed. */
        NEVER,
        /** By itself, after a while. */
        TIMED,
        /** After somebody looked at it. */
        MANUAL
    }

    public String title() {
        return title;
    }

    public ErrorClass errorClass() {
        return errorClass;
    }

    public Retry retry() {
        return retry;
    }

    /** What generally helps; the message of the single error is more exact. */
    public String advice() {
        return advice;
    }
}
