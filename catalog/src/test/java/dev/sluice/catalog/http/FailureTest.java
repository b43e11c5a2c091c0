package dev.sluice.catalog.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.sql.SQLException;
import org.apache.iceberg.exceptions.AlreadyExistsException;
import org.apache.iceberg.exceptions.CommitFailedException;
import org.apache.iceberg.exceptions.CommitStateUnknownException;
import org.apache.iceberg.exceptions.NamespaceNotEmptyException;
import org.apache.iceberg.exceptions.NoSuchNamespaceException;
import org.apache.iceberg.exceptions.NoSuchTableException;
import org.apache.iceberg.exceptions.NoSuchViewException;
import org.apache.iceberg.exceptions.NotFoundException;
import org.apache.iceberg.exceptions.ServiceUnavailableException;
import org.apache.iceberg.exceptions.ValidationException;
import org.apache.iceberg.jdbc.UncheckedSQLException;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.core.exception.SdkClientException;

class FailureTest {
    private static void assertFailure(Throwable e, int status, String type) {
        assertThat(Failure.of(e))
                .extracting(Failure::status, Failure::type)
                .as(e.getClass().getSimpleName())
                .containsExactly(status, type);
    }

    @Test
    void icebergsExceptionsHaveTheStatusOfTheSpecification() {
        assertFailure(new NoSuchTableException("t"), 404, "NoSuchTableException");
        assertFailure(new NoSuchNamespaceException("n"), 404, "NoSuchNamespaceException");
        assertFailure(new NoSuchViewException("v"), 404, "NoSuchViewException");
        assertFailure(new NotFoundException("f"), 404, "NotFoundException");
        assertFailure(new AlreadyExistsException("t"), 409, "AlreadyExistsException");
        assertFailure(new CommitFailedException("c"), 409, "CommitFailedException");
        assertFailure(new NamespaceNotEmptyException("n"), 409, "NamespaceNotEmptyException");
        assertFailure(new IllegalArgumentException("a"), 400, "IllegalArgumentException");
        assertFailure(new NumberFormatException("a"), 400, "IllegalArgumentException");
        assertFailure(new ValidationException("v"), 400, "ValidationException");
        assertFailure(new UnsupportedOperationException("u"), 406, "UnsupportedOperationException");
    }

    /** Clients take a 4xx to a commit for "not applied", and delete their files. */
    @Test
    void whatMayHaveBeenAppliedIsNeverToldAsARefusal() {
        assertFailure(new CommitStateUnknownException(new SQLException("cut")), 503, "CommitStateUnknownException");
        assertFailure(
                new UncheckedSQLException(new SQLException("cut", "08006"), "m"), 503, "ServiceUnavailableException");
        assertFailure(
                new UncheckedSQLException(new SQLException("stopped", "57P01"), "m"),
                503,
                "ServiceUnavailableException");
        assertFailure(new ServiceUnavailableException("s"), 503, "ServiceUnavailableException");
        assertFailure(SdkClientException.create("store"), 503, "ServiceUnavailableException");
        assertFailure(new IllegalStateException("?"), 500, "InternalServerError");
    }

    @Test
    void aValueThatTheDatabaseRefusesIsTheCallers() {
        assertFailure(
                new UncheckedSQLException(new SQLException("too long", "22001"), "m"), 400, "BadRequestException");
        assertFailure(
                new UncheckedSQLException(new SQLException("twice", "23505"), "m"), 409, "AlreadyExistsException");
    }

    @Test
    void faultsOfTheServerAreNotExplainedToClients() {
        assertThat(Failure.of(new IllegalStateException("planted detail")).message())
                .doesNotContain("planted");
        assertThat(Failure.of(new UncheckedSQLException(new SQLException("planted"), "planted"))
                        .message())
                .doesNotContain("planted");
    }

    @Test
    void aMessageIsOneLineOfBoundedLength() {
        String message = Failure.of(new NoSuchTableException("%s", "a\r\nfake log line\t" + "x".repeat(10_000)))
                .message();

        assertThat(message).doesNotContain("\n", "\r", "\t").hasSize(2000);
    }
}
