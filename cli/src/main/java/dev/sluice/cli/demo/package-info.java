/** {@code sluice demo}: the main job, step by step, each step with its own check. */
package dev.sluice.cli.demo;
