package dev.sluice.stack.fetch;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TrinoPruningTest {
    @ParameterizedTest
    @ValueSource(
            strings = {
                "lib/io.trino_trino-main-476.jar",
                "plugin/iceberg/io.trino_trino-iceberg-476.jar",
                // Removing it breaks the load of every catalog.
                "plugin/iceberg/org.projectnessie.nessie_nessie-client-0.103.6.jar",
                "plugin/iceberg/software.amazon.awssdk_s3-2.31.1.jar"
            })
    void keepsWhatARestCatalogOnS3Needs(String path) {
        assertThat(TrinoPruning.path("trino-server-476/" + path)).contains(path);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "bin/launcher",
                "plugin/hive/io.trino_trino-hive-476.jar",
                "plugin/iceberg/hdfs/a.jar",
                "plugin/iceberg/net.snowflake_snowflake-jdbc-3.24.2.jar",
                "plugin/iceberg/com....apis_google-api-services-storage.jar",
                "plugin/iceberg/io.netty_netty-tcnative-boringssl-static-2.0.jar",
                "secrets-plugin/keystore/a.jar"
            })
    void leavesOutTheRest(String path) {
        assertThat(TrinoPruning.path("trino-server-476/" + path)).isEmpty();
    }
}
