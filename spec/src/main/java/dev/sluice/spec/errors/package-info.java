/** The error catalogue: every error that a user can meet, with what to do. */
@NullMarked
package dev.sluice.spec.errors;

import org.jspecify.annotations.NullMarked;
