package dev.sluice.clickhouse;
