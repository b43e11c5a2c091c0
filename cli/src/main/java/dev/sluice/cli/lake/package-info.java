/** Verbs that read or tend the lake. */
package dev.sluice.cli.lake;
