/** The source of the shop scenario: its schema, its seed and its live traffic. */
@NullMarked
package dev.sluice.demo.shop;

import org.jspecify.annotations.NullMarked;
