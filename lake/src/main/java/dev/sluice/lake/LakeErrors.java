package dev.sluice.lake;

import dev.sluice.spec.errors.ErrorCode;
import dev.sluice.spec.errors.SluiceException;
import java.io.IOException;
import java.util.function.Supplier;
import org.apache.iceberg.exceptions.CommitStateUnknownException;
import org.apache.iceberg.exceptions.ForbiddenException;
import org.apache.iceberg.exceptions.NoSuchNamespaceException;
import org.apache.iceberg.exceptions.NoSuchTableException;
import org.apache.iceberg.exceptions.NotAuthorizedException;
import org.apache.iceberg.exceptions.RESTException;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.awscore.exception.AwsServiceException;
import software.amazon.awssdk.core.exception.SdkException;

/** Turns what Iceberg, the HTTP client and the S3 client throw into our errors, once, at the edge of the lake. */
public final class LakeErrors {
    private static final int STATUS_INSUFFICIENT_STORAGE = 507;

    private LakeErrors() {}

    /** Runs {@code call}; what it throws comes out as a {@link SluiceException}. {@code action} begins with a verb in -ing. */
    public static <T> T calling(String action, Supplier<T> call) {
        try {
            return call.get();
        } catch (RuntimeException e) {
            throw translate(action, e);
        }
    }

    /** The error that a user should see for {@code e}; our own errors stay as they are. */
    public static SluiceException translate(String action, Exception e) {
        if (e instanceof SluiceException ours) {
            return ours;
        }
        if (e instanceof CommitStateUnknownException && e.getCause() instanceof RuntimeException answer) {
            // Its own message advises on orphan removal at length; the answer of the server is what matters.
            return translate(action, answer);
        }
        SdkException store = causeOf(e, SdkException.class);
        if (store != null) {
            return store(action, store, e);
        }
        if (e instanceof NotAuthorizedException || e instanceof ForbiddenException) {
            return new SluiceException(
                    ErrorCode.E0702,
                    action + ": " + e.getMessage(),
                    "check catalog.token in sluice.yaml and the role of that token in the catalog",
                    e);
        }
        if (e instanceof NoSuchTableException || e instanceof NoSuchNamespaceException) {
            return new SluiceException(
                    ErrorCode.E0703, action + ": " + e.getMessage(), "check the name, or load the table first", e);
        }
        if (e instanceof RESTException) {
            return new SluiceException(
                    ErrorCode.E0701,
                    action + ": " + withRootCause(e),
                    "check that the catalog runs at catalog.uri and answers",
                    e);
        }
        if (causeOf(e, IOException.class) != null) {
            return new SluiceException(
                    ErrorCode.E0601, action + ": " + withRootCause(e), "check the object store and the network", e);
        }
        return new SluiceException(ErrorCode.E1901, action + ": " + withRootCause(e), "", e);
    }

    private static SluiceException store(String action, SdkException store, Exception e) {
        boolean full = store instanceof AwsServiceException answer
                && (answer.statusCode() == STATUS_INSUFFICIENT_STORAGE
                        || answer.awsErrorDetails() != null
                                && String.valueOf(answer.awsErrorDetails().errorCode())
                                        .contains("StorageFull"));
        if (full) {
            return new SluiceException(
                    ErrorCode.E0603, action + ": " + store.getMessage(), "free or add space in the object store", e);
        }
        return new SluiceException(
                ErrorCode.E0601,
                action + ": " + store.getMessage(),
                "check endpoint, keys and rights of the object store",
                e);
    }

    static <T extends Throwable> @Nullable T causeOf(Throwable e, Class<T> type) {
        Throwable at = e;
        for (int depth = 0; at != null && depth < 20; depth++, at = at.getCause()) {
            if (type.isInstance(at)) {
                return type.cast(at);
            }
        }
        return null;
    }

    private static String withRootCause(Throwable e) {
        Throwable root = e;
        for (int depth = 0; root.getCause() != null && depth < 20; depth++) {
            root = root.getCause();
        }
        return root == e ? String.valueOf(e.getMessage()) : e.getMessage() + " (" + root + ")";
    }
}
