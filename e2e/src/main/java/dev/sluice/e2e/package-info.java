package dev.sluice.e2e;
