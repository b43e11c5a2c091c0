package dev.sluice.trino.model;

import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What a model says about itself in the comments at its head:
 *
 * <pre>
 * -- description: One row per order,
 * --   as the source has it.
 * -- key: order_id
 * -- column: order_id: the order's id in the source
 * -- test: not_null(user_id)
 * -- test: accepted_values(order_status, 'created', 'completed')
 * -- test: relationship(user_id, silver.users, user_id)
 * </pre>
 *
 * Each line is a key, a colon and a value; a line that is indented by two or more blanks goes on with the value above it.
 * {@code key} and {@code description} stand once, {@code column} and {@code test} as often as needed. The block ends with
 * the first line that is not a comment.
 *
 * @param key columns that name a row; tested as not null and unique
 * @param columns descriptions by column
 * @param tests the tests of {@code key} first, then the others as written
 */
public record FrontMatter(
        Optional<String> description, List<String> key, Map<String, String> columns, List<ModelTest> tests) {}
