/**
 * Reading {@code sluice.yaml}. {@link SluiceYaml} is the one description of its keys; checking, defaults, the JSON
 * Schema and the reference page all come from it.
 */
@NullMarked
package dev.sluice.spec.yaml;

import org.jspecify.annotations.NullMarked;
