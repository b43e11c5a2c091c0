package dev.sluice.torture.check;

import dev.sluice.torture.check.Finding.Check;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.iceberg.ContentFile;
import org.apache.iceberg.ManifestContent;
import org.apache.iceberg.ManifestFile;
import org.apache.iceberg.ManifestFiles;
import org.apache.iceberg.Snapshot;
import org.apache.iceberg.Table;
import org.apache.iceberg.io.CloseableIterable;

/** Whether every file that snapshots of a table name is there with its recorded length. */
final class FileCheck {
    private final Table table;
    private final Findings findings;
    private final Set<String> manifests = new HashSet<>();
    private final Map<String, Long> files = new HashMap<>();

    FileCheck(Table table, Findings findings) {
        this.table = table;
        this.findings = findings;
    }

    /** Returns how many files were looked at, manifests included. */
    int check(Iterable<Snapshot> snapshots) {
        for (Snapshot snapshot : snapshots) {
            expect(snapshot.manifestListLocation(), snapshot.snapshotId());
            try {
                for (ManifestFile manifest : snapshot.allManifests(table.io())) {
                    if (manifests.add(manifest.path())) {
                        expect(manifest.path(), snapshot.snapshotId());
                        read(manifest);
                    }
                }
            } catch (RuntimeException e) {
                missing(e, snapshot.snapshotId(), "its manifests");
            }
        }
        files.forEach(this::look);
        return manifests.size() + files.size();
    }

    /** What is in it may be kept in memory; whether it is there is asked of the store. */
    private void expect(String location, long snapshot) {
        if (!table.io().newInputFile(location).exists()) {
            findings.add(finding(snapshot, location + " is not in the store"));
        }
    }

    private void read(ManifestFile manifest) {
        boolean isData = manifest.content() == ManifestContent.DATA;
        try (CloseableIterable<? extends ContentFile<?>> live = isData
                ? ManifestFiles.read(manifest, table.io(), table.specs())
                : ManifestFiles.readDeleteManifest(manifest, table.io(), table.specs())) {
            live.forEach(file -> files.put(file.location(), file.fileSizeInBytes()));
        } catch (IOException e) {
            throw new UncheckedIOException("reading " + manifest.path(), e);
        }
    }

    private void look(String location, long recorded) {
        try {
            long length = table.io().newInputFile(location).getLength();
            if (length != recorded) {
                findings.add(finding(0, location + " has " + length + " bytes, not " + recorded));
            }
        } catch (RuntimeException e) {
            missing(e, 0, location);
        }
    }

    private void missing(RuntimeException e, long snapshot, String what) {
        if (!SnapshotRows.isMissing(e)) {
            throw e;
        }
        findings.add(finding(snapshot, what + " is not in the store"));
    }

    private Finding finding(long snapshot, String text) {
        return new Finding(Check.FILES, table.name(), snapshot, "any position", text, List.of());
    }
}
