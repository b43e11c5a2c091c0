package dev.sluice.ingest.source.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.spec.PipelineSpec.WalSpec;
import dev.sluice.spec.errors.ErrorCode;
import dev.sluice.spec.errors.SluiceException;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class WalPolicyTest {
    private static final WalSpec BOUNDED = new WalSpec(1L << 30, Optional.of(20L << 30));

    @Test
    void serverThatMayKeepMoreThanThePipelineAllowsIsRefusedWithTheStatementThatHelps() {
        for (Optional<Long> limit : java.util.List.of(Optional.<Long>empty(), Optional.of(21L << 30))) {
            assertThatThrownBy(() -> WalPolicy.check(BOUNDED, limit))
                    .isInstanceOfSatisfying(
                            SluiceException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.E0217))
                    .hasMessageContaining("wal-max allows 20 GB")
                    .hasMessageContaining("ALTER SYSTEM SET max_slot_wal_keep_size = '20480MB'");
        }
    }

    @Test
    void serverWithinTheBoundIsNotTalkedAboutAndOneWithoutAnyIs() {
        assertThat(WalPolicy.check(BOUNDED, Optional.of(20L << 30))).isEmpty();
        assertThat(WalPolicy.check(WalSpec.DEFAULT, Optional.of(1L << 40))).isEmpty();
        assertThat(WalPolicy.check(WalSpec.DEFAULT, Optional.empty()))
                .hasValueSatisfying(text -> assertThat(text).contains("max_slot_wal_keep_size is -1", "wal-max"));
    }

    @Test
    void walBeyondTheWarningIsToldWithWhatIsLeft() {
        assertThat(WalPolicy.warning(BOUNDED, 1L << 30, Optional.of(5L << 20))).isEmpty();
        assertThat(WalPolicy.warning(BOUNDED, 30L << 30, Optional.of(5L << 20)))
                .hasValueSatisfying(text -> assertThat(text)
                        .contains(
                                "keeps 30 GB of WAL",
                                "more than wal-warn, 1024 MB",
                                "after 5 MB more its slot is lost"));
        assertThat(WalPolicy.warning(BOUNDED, 30L << 30, Optional.empty()))
                .hasValueSatisfying(text -> assertThat(text).contains("nothing bounds it"));
    }
}
