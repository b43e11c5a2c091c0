package dev.sluice.lake;

import dev.sluice.spec.errors.ErrorCode;
import dev.sluice.spec.errors.SluiceException;
import java.util.Map;
import org.apache.iceberg.catalog.TableIdentifier;

/** What a lake commit came to. There is no fourth end. */
public sealed interface CommitOutcome {

    /**
     * All tables show the stamp: seen by re-reading them.
     *
     * @param snapshotIds the snapshot that carries the stamp, per table; absent where only a table property is left of it
     * @param alreadyThere whether an earlier attempt (of this or of a former process) had done it
     */
    record Applied(Map<TableIdentifier, Long> snapshotIds, boolean alreadyThere) implements CommitOutcome {
        public Applied {
            snapshotIds = Map.copyOf(snapshotIds);
        }
    }

    /**
     * Definitely refused; none of the files is referenced, except where a catalog without multi-table commit had taken
     * some of the tables: they have all of their part, and the commit can be repeated.
     *
     * @param tables when single tables are the reason: why, for each of them. Without them the commit may be repeated.
     */
    record NotApplied(ErrorCode code, String reason, String fix, Map<TableIdentifier, Refusal> tables)
            implements CommitOutcome {
        public NotApplied {
            tables = Map.copyOf(tables);
        }

        public NotApplied(ErrorCode code, String reason, String fix) {
            this(code, reason, fix, Map.of());
        }

        static NotApplied of(Refusal refusal) {
            return new NotApplied(refusal.code(), refusal.reason(), refusal.fix());
        }

        static NotApplied of(Map<TableIdentifier, Refusal> tables) {
            Refusal any = tables.values().iterator().next();
            return new NotApplied(any.code(), any.reason(), any.fix(), tables);
        }
    }

    /** It may have been applied or may still be. The files must stay. */
    record Unknown(String reason) implements CommitOutcome {}

    /**
     * Returns an applied outcome.
     *
     * @throws SluiceException with the code of the refusal, or E0502 for an unknown outcome
     */
    default Applied orThrow() {
        if (this instanceof Applied applied) {
            return applied;
        }
        if (this instanceof NotApplied refused) {
            throw new SluiceException(refused.code(), refused.reason(), refused.fix());
        }
        throw new SluiceException(
                ErrorCode.E0502,
                ((Unknown) this).reason(),
                "nothing was deleted and nothing acknowledged; restart the pipeline when catalog and store answer,"
                        + " it finds out by itself");
    }
}
