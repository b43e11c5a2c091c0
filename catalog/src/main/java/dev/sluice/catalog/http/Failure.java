package dev.sluice.catalog.http;

import java.io.UncheckedIOException;
import java.sql.SQLException;
import org.apache.iceberg.exceptions.AlreadyExistsException;
import org.apache.iceberg.exceptions.BadRequestException;
import org.apache.iceberg.exceptions.CommitFailedException;
import org.apache.iceberg.exceptions.CommitStateUnknownException;
import org.apache.iceberg.exceptions.ForbiddenException;
import org.apache.iceberg.exceptions.NamespaceNotEmptyException;
import org.apache.iceberg.exceptions.NoSuchNamespaceException;
import org.apache.iceberg.exceptions.NoSuchTableException;
import org.apache.iceberg.exceptions.NoSuchViewException;
import org.apache.iceberg.exceptions.NoSuchWarehouseException;
import org.apache.iceberg.exceptions.NotAuthorizedException;
import org.apache.iceberg.exceptions.NotFoundException;
import org.apache.iceberg.exceptions.RuntimeIOException;
import org.apache.iceberg.exceptions.ServiceUnavailableException;
import org.apache.iceberg.exceptions.UnprocessableEntityException;
import org.apache.iceberg.exceptions.ValidationException;
import org.apache.iceberg.jdbc.UncheckedSQLException;
import org.apache.iceberg.rest.responses.ErrorResponse;
import software.amazon.awssdk.core.exception.SdkException;

/**
 * An exception as Iceberg's clients are to see it.
 *
 * <p>On the commit endpoints clients read 409 as "not applied, try again on top", 400 and 404 as "not applied", and
 * every 5xx as "unknown". So nothing that may have been applied may end in a 4xx. A 503 to a POST carries no
 * Retry-After: with one, Iceberg's client sends the request again, and takes the conflict with itself for a refusal.
 *
 * @param type what the client makes an exception of: a simple class name
 */
record Failure(int status, String type, String message) {
    private static final int MESSAGE_LENGTH_MAX = 2000;

    static Failure of(Throwable e) {
        return switch (e) {
            case NoSuchTableException known -> told(404, known);
            case NoSuchNamespaceException known -> told(404, known);
            case NoSuchViewException known -> told(404, known);
            case NoSuchWarehouseException known -> told(404, known);
            case NotFoundException known -> told(404, known);
            case AlreadyExistsException known -> told(409, known);
            case CommitFailedException known -> told(409, known);
            case NamespaceNotEmptyException known -> told(409, known);
            case BadRequestException known -> told(400, known);
            case IllegalArgumentException known -> told(400, known, "IllegalArgumentException");
            case ValidationException known -> told(400, known);
            case UnprocessableEntityException known -> told(422, known);
            case NotAuthorizedException known -> told(401, known);
            case ForbiddenException known -> told(403, known);
            case RequestHandler.TooManyFailures known -> told(429, known, "NotAuthorizedException");
            case UnsupportedOperationException known -> told(406, known);
            case CommitStateUnknownException unknown ->
                new Failure(
                        503,
                        "CommitStateUnknownException",
                        "The database did not say whether the commit was applied: read the table again");
            case ServiceUnavailableException known -> told(503, known);
            case UncheckedSQLException failed -> ofSql(failed);
            case SdkException failed -> storeFailed();
            case RuntimeIOException failed -> storeFailed();
            case UncheckedIOException failed -> storeFailed();
            case Bodies.TooLarge known -> new Failure(413, "BadRequestException", known.getMessage());
            default -> new Failure(500, "InternalServerError", "The catalog failed; its log says how");
        };
    }

    boolean isOurs() {
        return status >= 500;
    }

    ErrorResponse body() {
        return ErrorResponse.builder()
                .responseCode(status)
                .withType(type)
                .withMessage(message)
                .build();
    }

    /** A value that does not fit a column is the caller's; everything else is the database's. */
    private static Failure ofSql(UncheckedSQLException e) {
        String state =
                e.getCause() instanceof SQLException cause && cause.getSQLState() != null ? cause.getSQLState() : "";
        if (state.startsWith("22")) {
            return new Failure(
                    400,
                    "BadRequestException",
                    "A name or value is too long or holds a character that the database refuses");
        }
        if (state.startsWith("23")) {
            return new Failure(409, "AlreadyExistsException", "Another request made the same thing first");
        }
        return new Failure(503, "ServiceUnavailableException", "The catalog's database does not answer");
    }

    private static Failure storeFailed() {
        return new Failure(
                503, "ServiceUnavailableException", "The object store refuses the catalog or does not answer");
    }

    private static Failure told(int status, RuntimeException e) {
        return told(status, e, e.getClass().getSimpleName());
    }

    private static Failure told(int status, RuntimeException e, String type) {
        String message = String.valueOf(e.getMessage()).replaceAll("\\p{Cntrl}", " ");
        return new Failure(status, type, message.substring(0, Math.min(message.length(), MESSAGE_LENGTH_MAX)));
    }
}
