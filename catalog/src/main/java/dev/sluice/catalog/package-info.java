package dev.sluice.catalog;
