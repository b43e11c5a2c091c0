package dev.sluice.trino;
