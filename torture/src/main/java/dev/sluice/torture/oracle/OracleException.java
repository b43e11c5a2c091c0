package dev.sluice.torture.oracle;

/** What the oracle was told of the source cannot be: then it is the oracle that is wrong, and no comparison counts. */
public final class OracleException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    OracleException(String message) {
        super(message);
    }
}
