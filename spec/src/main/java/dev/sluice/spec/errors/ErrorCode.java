package dev.sluice.spec.errors;

/**
 * Every error that a user can meet. Numbers are never used again; blocks of a hundred are areas: 01 config, 02 source,
 * 03 load, 04 schema and types, 05 commit, 06 object store, 07 catalog, 08 upkeep, 09 hot store, 10 models and SQL,
 * 11 security, 12 verify, 13 local stack, 19 internal.
 */
public enum ErrorCode {
    E0101("unknown key"),
    E0102("invalid value"),
    E0103("rule across keys violated"),
    E0104("reference not resolved"),
    E0105("file not readable"),
    E0106("not valid YAML"),
    E0107("key given twice"),
    E0201("source not reachable"),
    E0202("source refused the login"),
    E0203("logical decoding is off"),
    E0204("server version not supported"),
    E0205("role lacks a privilege"),
    E0206("table not found"),
    E0207("table not in publication"),
    E0208("replication slots are used up"),
    E0210("no usable row identity"),
    E0212("slot is ahead of the recorded acknowledgement"),
    E0214("slot invalidated"),
    E0215("slot missing"),
    E0216("timeline or system id changed"),
    E0217("server not suitable"),
    E0218("slot in use"),
    E0301("chunk failed"),
    E0302("load snapshot lost"),
    E0401("value does not fit the column"),
    E0404("schema change not supported"),
    E0406("type not supported"),
    E0407("unchanged TOAST value not available"),
    E0501("commit conflict"),
    E0502("commit outcome unknown"),
    E0503("fenced by a newer writer"),
    E0504("ancestry already holds this LSN"),
    E0505("stamp missing or malformed"),
    E0601("object store refused or not reachable"),
    E0603("storage full or read-only"),
    E0701("catalog not reachable"),
    E0702("catalog refused the token"),
    E0703("table not found in the catalog"),
    E0801("upkeep failed"),
    E0901("hot store not reachable"),
    E0902("hot store refused a statement"),
    E1001("model reads an unknown table"),
    E1002("model invalid"),
    E1003("query failed"),
    E1004("no snapshot at or before the asked position"),
    E1005("models depend on each other in a circle"),
    E1101("secret written out in a file"),
    E1102("connection not protected"),
    E1201("lake differs from source"),
    E1202("verification not possible"),
    E1203("demo data cannot be written"),
    E1301("port in use"),
    E1302("server did not start"),
    E1303("download failed"),
    E1304("missing prerequisite"),
    E1305("data folder not usable"),
    E1306("local stack is not running"),
    E1307("job failed"),
    E1901("internal error");

    private final String title;

    ErrorCode(String title) {
        this.title = title;
    }

    public String title() {
        return title;
    }
}
