package dev.sluice.trino.model;

import dev.sluice.lake.Stamp;
import dev.sluice.spec.Sha256;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.apache.iceberg.Snapshot;
import org.apache.iceberg.Table;
import org.apache.iceberg.util.SnapshotUtil;

/**
 * What an output is a function of: the model's text and its inputs. A bronze table at an LSN always holds the same rows,
 * so its stamp's LSN stands for them, whichever snapshot (compacted or not) is read; a model's output is stood for by
 * its own fingerprint.
 */
final class Fingerprint {
    private Fingerprint() {}

    /** @param inputs by name of the table, what stands for its content */
    static String of(String text, Map<String, String> inputs) {
        MessageDigest digest = Sha256.digest();
        digest.update(text.getBytes(StandardCharsets.UTF_8));
        new TreeMap<>(inputs).forEach((table, content) -> {
            digest.update((byte) 0);
            digest.update((table + "=" + content).getBytes(StandardCharsets.UTF_8));
        });
        return HexFormat.of().formatHex(digest.digest(), 0, 16);
    }

    /** The fingerprint of what a table holds now; empty when somebody else has changed it since a model run. */
    static Optional<String> current(Table table) {
        if (table.currentSnapshot() == null) {
            return Optional.empty();
        }
        for (Snapshot snapshot : SnapshotUtil.currentAncestors(table)) {
            String fingerprint = snapshot.summary().get(ModelProperties.FINGERPRINT);
            if (fingerprint != null) {
                return Optional.of(fingerprint);
            }
            boolean sameRows = Stamp.of(snapshot)
                    .filter(stamp -> stamp.kind() == Stamp.Kind.UPKEEP)
                    .isPresent();
            if (!sameRows) {
                return Optional.empty();
            }
        }
        return Optional.empty();
    }
}
