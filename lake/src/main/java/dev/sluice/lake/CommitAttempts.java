package dev.sluice.lake;

import dev.sluice.spec.errors.ErrorCode;
import dev.sluice.spec.errors.SluiceException;

/** What is known of the attempts of one lake commit so far. Used by the thread that commits. */
final class CommitAttempts {
    private boolean mayHaveLanded;
    private SluiceException lastError = new SluiceException(
            ErrorCode.E0502, "the catalog confirmed the commit but does not show it", "check the catalog server");

    /** Whether another attempt makes sense: a refusal ends them, unless an earlier one may have landed. */
    boolean mayGoOn(CommitFailure failure) {
        lastError = failure.error();
        mayHaveLanded |= failure.meaning() == CommitFailure.Meaning.UNKNOWN;
        return failure.meaning() != CommitFailure.Meaning.REFUSED || mayHaveLanded;
    }

    void failed(SluiceException error) {
        lastError = error;
    }

    CommitOutcome giveUp(int attempts) {
        boolean clear = !mayHaveLanded && (lastError.code() == ErrorCode.E0501 || lastError.code() == ErrorCode.E0504);
        if (clear) {
            return new CommitOutcome.NotApplied(lastError.code(), lastError.reason(), lastError.fix());
        }
        return new CommitOutcome.Unknown("after " + attempts
                + " attempts the catalog neither shows nor definitely refuses the commit; last: "
                + lastError.reason());
    }
}
