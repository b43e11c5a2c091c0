/**
 * Quoting, one class for each dialect. Every name and every text that Sluice puts into a statement goes through here,
 * unless it is bound.
 */
package dev.sluice.spec.sql;
