/** The source of the shop scenario: its schema, its seed and its live traffic. */
package dev.sluice.demo.shop;
