package dev.sluice.torture.check;

import org.apache.iceberg.BaseTable;
import org.apache.iceberg.HasTableOperations;
import org.apache.iceberg.Table;
import org.apache.iceberg.TableMetadata;
import org.apache.iceberg.TableOperations;
import org.apache.iceberg.io.FileIO;
import org.apache.iceberg.io.LocationProvider;

/** A table as it was loaded, with its files read through another {@link FileIO}. */
record ReadOnlyTable(TableMetadata current, FileIO io) implements TableOperations {
    static Table of(Table loaded, KeptFileIO.Kept kept) {
        TableMetadata metadata = ((HasTableOperations) loaded).operations().current();
        return new BaseTable(new ReadOnlyTable(metadata, new KeptFileIO(loaded.io(), kept)), loaded.name());
    }

    @Override
    public TableMetadata refresh() {
        return current;
    }

    @Override
    public void commit(TableMetadata base, TableMetadata metadata) {
        throw new UnsupportedOperationException("the checker commits nothing");
    }

    @Override
    public String metadataFileLocation(String fileName) {
        throw new UnsupportedOperationException("the checker writes nothing");
    }

    @Override
    public LocationProvider locationProvider() {
        throw new UnsupportedOperationException("the checker writes nothing");
    }
}
