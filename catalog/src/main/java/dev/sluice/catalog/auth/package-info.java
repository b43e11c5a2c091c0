/** Who may do what. */
package dev.sluice.catalog.auth;
