package dev.sluice.lake;

import dev.sluice.spec.errors.ErrorCode;

/**
 * Why something was not committed, for people.
 *
 * @param reason what is different, with both sides of it
 * @param fix what to do about it, a command where possible
 */
public record Refusal(ErrorCode code, String reason, String fix) {}
