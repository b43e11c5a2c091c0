package dev.sluice.ingest.source;

import java.util.HashSet;
import java.util.Set;

/** The sessions of a load, so that each is closed whoever comes last: the thread that opens one, or the one that ends. */
final class OpenSessions {
    private final Set<LoadSession> open = new HashSet<>();
    private boolean closed;

    /** A session was opened; it is closed at once if nobody needs it any more. */
    synchronized void add(LoadSession session) {
        if (session == null) {
            return;
        }
        if (closed) {
            session.close();
        } else {
            open.add(session);
        }
    }

    synchronized void close(LoadSession session) {
        if (open.remove(session)) {
            session.close();
        }
    }

    /** The load is over. */
    synchronized void closeAll() {
        open.forEach(LoadSession::close);
        open.clear();
    }

    /** The enumerator ends: sessions that are being opened are not needed either. */
    synchronized void end() {
        closed = true;
        closeAll();
    }
}
