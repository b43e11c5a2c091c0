package dev.sluice.clickhouse.server;

import java.nio.file.Path;

/**
 * The engine's own configuration files.
 *
 * @param memoryLimitBytes the most that the engine may hold over all queries
 */
record EngineConfig(long memoryLimitBytes) {
    private static final int MARK_CACHE_SHARE = 20;

    /**
     * Server settings. UTC, so that a zone-less timestamp reads back as it was written. No column statistics: hot tables
     * get several small inserts a second, and counting distinct values for each costs more than the insert.
     */
    String configXml(Path usersFile) {
        return """
                <clickhouse>
                  <timezone>UTC</timezone>
                  <users_config>%s</users_config>
                  <max_server_memory_usage>%d</max_server_memory_usage>
                  <mark_cache_size>%d</mark_cache_size>
                  <uncompressed_cache_size>0</uncompressed_cache_size>
                  <background_pool_size>4</background_pool_size>
                  <merge_tree><auto_statistics_types></auto_statistics_types></merge_tree>
                </clickhouse>
                """.formatted(escape(usersFile.toString()), memoryLimitBytes, memoryLimitBytes / MARK_CACHE_SHARE);
    }

    /**
     * The one user that the engine knows, its limits, and the role that readers are held to. Counting rows by metadata
     * is off: it is wrong for Iceberg tables with equality deletes.
     */
    String usersXml() {
        return """
                <clickhouse>
                  <profiles>
                    <default>
                      <max_threads>2</max_threads>
                      <optimize_trivial_count_query>0</optimize_trivial_count_query>
                      <max_memory_usage>%d</max_memory_usage>
                      <max_parser_depth>1000</max_parser_depth>
                      <constraints>
                        <max_parser_depth><max>1000</max></max_parser_depth>
                        <max_memory_usage><max>%d</max></max_memory_usage>
                      </constraints>
                    </default>
                  </profiles>
                  <roles>
                    <admin><grants><query>GRANT ALL ON *.* WITH GRANT OPTION</query></grants></admin>
                    <reader>
                      <grants>
                        <query>GRANT SELECT ON %s.*</query>
                        <query>GRANT SHOW ON %s.*</query>
                      </grants>
                    </reader>
                  </roles>
                  <users>
                    <default>
                      <password></password>
                      <networks><ip>::/0</ip></networks>
                      <profile>default</profile>
                      <quota>default</quota>
                      <grants><query>GRANT admin</query><query>GRANT reader</query></grants>
                    </default>
                  </users>
                  <quotas><default></default></quotas>
                </clickhouse>
                """.formatted(
                        memoryLimitBytes * 4 / 5,
                        memoryLimitBytes * 4 / 5,
                        ClickHouseServer.DATABASE,
                        ClickHouseServer.DATABASE);
    }

    private static String escape(String text) {
        return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;");
    }
}
