package dev.sluice.ingest.source;

/** Nobody holds the snapshot any more under this name; what was not read under it must be read at another position. */
public final class SnapshotLostException extends Exception {
    private static final long serialVersionUID = 1L;

    public SnapshotLostException(String snapshotName, Throwable cause) {
        super("snapshot " + snapshotName + " is gone", cause);
    }
}
