package dev.sluice.spec.errors;

import org.jspecify.annotations.Nullable;

/**
 * An error that a user meets. It says what happened and why ({@code cause}), and what to do about it ({@code fix}).
 * Never put a secret or the value of a row into either.
 */
public class SluiceException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final ErrorCode code;
    private final String reason;
    private final String fix;

    public SluiceException(ErrorCode code, String reason, String fix) {
        this(code, reason, fix, null);
    }

    public SluiceException(ErrorCode code, String reason, String fix, @Nullable Throwable cause) {
        super(code + " " + code.title() + ": " + reason + (fix.isEmpty() ? "" : "\nFix: " + fix), cause);
        this.code = code;
        this.reason = reason;
        this.fix = fix;
    }

    public ErrorCode code() {
        return code;
    }

    /** What happened and why, without code and title. */
    public String reason() {
        return reason;
    }

    /** What to do, a command where possible; may be empty. */
    public String fix() {
        return fix;
    }
}
