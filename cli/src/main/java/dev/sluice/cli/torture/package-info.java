/** {@code sluice torture}: gives the run of {@code torture/} a stack of its own, and the commands as its remedies. */
package dev.sluice.cli.torture;
