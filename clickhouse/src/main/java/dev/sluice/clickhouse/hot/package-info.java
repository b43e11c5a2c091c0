/** Hot views: SQL files over the hot tables. */
package dev.sluice.clickhouse.hot;
