package dev.sluice.lake;

/** Keys of the stamp in snapshot summaries, and of the same facts as table and namespace properties. */
public final class StampProperties {
    public static final String PIPELINE = "sluice.pipeline";
    /** The order of the position, in the form of an LSN; of PostgreSQL the position itself. */
    public static final String LSN = "sluice.lsn";

    /** The position as its source writes it. */
    public static final String POSITION = "sluice.position";

    public static final String LSN_FROM = "sluice.lsn-from";
    public static final String POSITION_FROM = "sluice.position-from";

    public static final String SOURCE_COMMIT_TS = "sluice.source-commit-ts";
    public static final String ROWS = "sluice.rows";
    public static final String KIND = "sluice.kind";

    /** Table property: the source table, {@code schema.name}. */
    public static final String SOURCE_TABLE = "sluice.source-table";

    /** Namespace property, followed by the pipeline: every commit up to this LSN is in the lake. Written before it is acknowledged. */
    public static final String ACKNOWLEDGED_LSN_PREFIX = "sluice.acknowledged-lsn.";

    /** Namespace property, followed by the pipeline: the server that it reads. */
    public static final String SOURCE_IDENTITY_PREFIX = "sluice.source-identity.";

    /** Namespace property, followed by the pipeline: its publication as it was made, JSON. */
    public static final String PUBLICATION_PREFIX = "sluice.publication.";

    /** Namespace property, followed by the pipeline: the name of its slot and publication at the source. */
    public static final String SLOT_PREFIX = "sluice.slot.";

    /** Table property: what the source table was when it was loaded, or last seen unharmed, JSON. */
    public static final String SOURCE_SHAPE = "sluice.source-shape";

    /** Table property: the position from which the table is followed without a gap; set with its load. */
    public static final String FOLLOWED_SINCE = "sluice.followed-since";

    /** Table property: the table is not followed beyond this position; if it comes back it is loaded anew. */
    public static final String DETACHED_AT = "sluice.detached-at";

    /** Table property: the code of the error for which this one table was stopped. */
    public static final String STOPPED = "sluice.stopped";

    /** Table property: the table equals its source up to here, and is not followed beyond it. */
    public static final String STOPPED_AT = "sluice.stopped-at";

    public static final String STOPPED_REASON = "sluice.stopped-reason";
    public static final String STOPPED_FIX = "sluice.stopped-fix";

    private StampProperties() {}
}
