package dev.sluice.trino.model;

/** Keys that model runs add to the stamp of a snapshot, and to tables and namespaces. */
public final class ModelProperties {
    /** Table property and summary: the model that makes the table, {@code gold.daily_user}. */
    public static final String MODEL = "sluice.model";

    /** Summary: hash of the model's text and of what stands for the content of its inputs. */
    public static final String FINGERPRINT = "sluice.model-fingerprint";

    /** Summary: what was read, {@code bronze.orders@<snapshot id>, silver.users@<snapshot id>}. */
    public static final String INPUTS = "sluice.inputs";

    /** Table property: the bronze tables of the run with their uuids, {@code bronze.orders@<uuid>}. */
    public static final String LOADS = "sluice.model-loads";

    /** Property of the namespaces silver and gold, followed by the pipeline: the LSN of the last run that ended well. */
    public static final String RUN_LSN_PREFIX = "sluice.models-lsn.";

    private ModelProperties() {}
}
