package dev.sluice.lake;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.lake.testing.FaultyCatalog;
import dev.sluice.spec.Lsn;
import java.io.IOException;
import java.util.Collections;
import org.apache.iceberg.exceptions.AlreadyExistsException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class SlotNamesTest {
    private final FaultyCatalog server = new FaultyCatalog();
    private final LakeCatalog lake = lakeOf(server);

    @AfterEach
    void close() throws IOException {
        lake.close();
        server.close();
    }

    @Test
    void twoLakesOfOnePipelineNameHaveTwoNames() throws IOException {
        assertThat(SlotNames.of(lake, "shop")).isEmpty();
        String name = SlotNames.claim(lake, "shop");
        assertThat(name).matches("sluice_shop_[0-9a-f]{8}");
        try (FaultyCatalog other = new FaultyCatalog();
                LakeCatalog otherLake = lakeOf(other)) {
            assertThat(SlotNames.claim(otherLake, "shop")).isNotEqualTo(name);
        }
        assertThat(SlotNames.claim(lake, "shop")).isEqualTo(name);
        assertThat(SlotNames.of(lake, "shop")).contains(name);
        assertThat(SlotNames.claim(lake, "other")).startsWith("sluice_other_");
    }

    @Test
    void pipelineOfAnOlderVersionKeepsTheNameThatItsSlotHas() {
        set(StampProperties.ACKNOWLEDGED_LSN_PREFIX + "shop", new Lsn(5).toString());
        assertThat(SlotNames.of(lake, "shop")).contains("sluice_shop");
        assertThat(SlotNames.claim(lake, "shop")).isEqualTo("sluice_shop");
    }

    @Test
    void nameIsForgottenOnlyWithEverythingElse() {
        String name = SlotNames.claim(lake, "shop");
        set(StampProperties.ACKNOWLEDGED_LSN_PREFIX + "shop", new Lsn(5).toString());
        SlotNames.forget(lake, "shop");
        assertThat(SlotNames.of(lake, "shop")).contains(name);
        lake.rest()
                .removeProperties(
                        lake.bronzeNamespace(),
                        Collections.singleton(StampProperties.ACKNOWLEDGED_LSN_PREFIX + "shop"));
        SlotNames.forget(lake, "shop");
        assertThat(SlotNames.of(lake, "shop")).isEmpty();
        assertThat(SlotNames.claim(lake, "shop")).isNotEqualTo(name);
    }

    private void set(String key, String value) {
        lake.rest().setProperties(lake.bronzeNamespace(), Collections.singletonMap(key, value));
    }

    private static LakeCatalog lakeOf(FaultyCatalog server) {
        LakeCatalog lake = server.connect();
        try {
            lake.rest().createNamespace(lake.bronzeNamespace());
        } catch (AlreadyExistsException e) {
            // The fixture made it.
        }
        return lake;
    }
}
