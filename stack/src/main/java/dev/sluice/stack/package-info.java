package dev.sluice.stack;
