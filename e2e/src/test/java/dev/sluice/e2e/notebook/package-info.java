/** The notebook, executed as a user executes it. */
package dev.sluice.e2e.notebook;
