package dev.sluice.compaction;
