package dev.sluice.ingest.hot;

import java.math.BigInteger;

/**
 * What orders the rows of a key: the commit LSN of the change, and its place among the changes of its table in that
 * transaction. A change has the same version whenever it is repeated, so late and repeated inserts change nothing.
 *
 * @param lsn unsigned
 * @param sequence from 0; {@link #WHOLE} and above for rows that hold all of {@code lsn}
 */
record HotVersion(long lsn, long sequence) {
    /** Above every change of a transaction: the rows of a load, or of the lake, hold all changes up to their LSN. */
    static final long WHOLE = 1L << 62;

    static HotVersion whole(long lsn) {
        return new HotVersion(lsn, WHOLE);
    }

    /** As a UInt128 of ClickHouse. */
    String literal() {
        BigInteger high = new BigInteger(Long.toUnsignedString(lsn)).shiftLeft(Long.SIZE);
        return "toUInt128('" + high.add(new BigInteger(Long.toUnsignedString(sequence))) + "')";
    }

    void write(RowBinary out) {
        out.int64(sequence);
        out.int64(lsn);
    }
}
