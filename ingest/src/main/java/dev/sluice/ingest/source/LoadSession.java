package dev.sluice.ingest.source;

import dev.sluice.lake.Position;
import java.util.Collection;

/**
 * A position at which tables can be loaded, and the snapshot of it, which is there until this is closed. Everything but the
 * getters talks to the server and runs off the enumerator's thread, one call at a time.
 */
public interface LoadSession extends AutoCloseable {
    /** Under this name readers import the snapshot. */
    String snapshotName();

    /** The rows of the snapshot are those of every transaction committed up to here, and of no other. */
    Position position();

    /** The server's clock when the snapshot was there, microseconds since 1970. */
    long timeMicros();

    /**
     * Makes sure that somebody here holds the snapshot.
     *
     * @param names names under which readers hold it
     * @return false when it is lost
     */
    boolean holdAgain(Collection<String> names);

    @Override
    void close();
}
