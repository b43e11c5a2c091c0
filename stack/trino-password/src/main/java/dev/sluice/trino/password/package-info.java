/** One user with one password, which Trino takes from its configuration; its own plugin for that is in no registry. */
package dev.sluice.trino.password;
