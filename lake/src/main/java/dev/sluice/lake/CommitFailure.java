package dev.sluice.lake;

import dev.sluice.spec.errors.ErrorCode;
import dev.sluice.spec.errors.SluiceException;
import org.apache.iceberg.exceptions.BadRequestException;
import org.apache.iceberg.exceptions.CommitFailedException;
import org.apache.iceberg.exceptions.ForbiddenException;
import org.apache.iceberg.exceptions.NotAuthorizedException;
import org.apache.iceberg.exceptions.RESTException;
import org.apache.iceberg.exceptions.UnprocessableEntityException;
import org.apache.iceberg.exceptions.ValidationException;

/**
 * What the end of one attempt says. Everything that is not a definite answer is {@link Meaning#UNKNOWN}; in particular
 * Iceberg's client reports a socket time-out as a plain {@link RESTException} (iceberg#12792).
 */
record CommitFailure(Meaning meaning, SluiceException error) {

    enum Meaning {
        /** Nothing was sent; another attempt may work. */
        NOT_SENT,
        /** Definitely refused because main has moved. */
        CONFLICT,
        /** Definitely refused for good. */
        REFUSED,
        UNKNOWN
    }

    static CommitFailure beforeSending(RuntimeException e) {
        if (e instanceof ValidationException) {
            // The table has moved since it was read: read again, it says what that means.
            return new CommitFailure(
                    Meaning.NOT_SENT,
                    new SluiceException(
                            ErrorCode.E0504,
                            String.valueOf(e.getMessage()),
                            "stop the other writer, then start the pipeline without Flink state",
                            e));
        }
        return new CommitFailure(Meaning.NOT_SENT, LakeErrors.translate("writing manifests", e));
    }

    static CommitFailure ofRequest(RuntimeException e) {
        if (e instanceof CommitFailedException) {
            return new CommitFailure(
                    Meaning.CONFLICT,
                    new SluiceException(
                            ErrorCode.E0501,
                            "another commit came first: " + e.getMessage(),
                            "if it lasts, something else writes to these tables without pause; stop it",
                            e));
        }
        // A table that is gone shows when the tables are read again; a 404 of a proxy is gone then.
        SluiceException error = LakeErrors.translate("committing to the catalog", e);
        boolean refused = e instanceof NotAuthorizedException
                || e instanceof ForbiddenException
                || e instanceof BadRequestException
                || e instanceof UnprocessableEntityException
                || e instanceof IllegalArgumentException;
        return new CommitFailure(refused ? Meaning.REFUSED : Meaning.UNKNOWN, error);
    }
}
