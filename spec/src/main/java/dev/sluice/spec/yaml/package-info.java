/**
 * Reading {@code sluice.yaml}. {@link SluiceYaml} is the one description of its keys; checking, defaults, the JSON
 * Schema and the reference page all come from it.
 */
package dev.sluice.spec.yaml;
