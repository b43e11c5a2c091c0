/** The {@code sluice} command: one class per verb, each of which only puts the parts of other modules together. */
package dev.sluice.cli;
