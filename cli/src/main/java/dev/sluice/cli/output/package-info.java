/** How results are shown: tables for people, JSON and CSV for machines. */
package dev.sluice.cli.output;
