/** Verbs over the local stack. */
package dev.sluice.cli.stack;
