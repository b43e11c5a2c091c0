/**
 * The local stack: every server as a child process on loopback, the same topology as {@code compose.yaml}. Not for
 * production: one node of everything, no TLS.
 */
package dev.sluice.stack;
