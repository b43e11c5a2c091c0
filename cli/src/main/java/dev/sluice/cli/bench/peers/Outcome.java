package dev.sluice.cli.bench.peers;

import java.util.Optional;

/**
 * What a scenario came to with one of the two.
 *
 * @param arrived whether the last row that was written came to the lake
 * @param afterAdvice the same counted again, after what it had named itself as the way back
 */
record Outcome(
        Scenario scenario,
        String peer,
        long transactions,
        boolean arrived,
        RowCount count,
        Peer.Says says,
        Optional<RowCount> afterAdvice,
        double seconds) {

    static Outcome of(Scenario scenario, Stage stage) throws Exception {
        long begun = System.nanoTime();
        scenario.act(stage);
        boolean arrived = stage.arrives();
        Peer.Says says = stage.peer().says();
        RowCount count = RowCount.of(stage);
        Optional<RowCount> afterAdvice = Optional.empty();
        if (stage.peer().takesItsAdvice() && stage.arrives()) {
            afterAdvice = Optional.of(RowCount.of(stage));
        }
        return new Outcome(
                scenario,
                stage.peer().label(),
                stage.transactions(),
                arrived,
                count,
                says,
                afterAdvice,
                (System.nanoTime() - begun) / 1e9);
    }

    /** In three words, for the last column of a table. */
    String verdict() {
        if (arrived && count.hasSameRows()) {
            return count.torn() == 0 ? "equal" : "equal in the end, other sums on the way";
        }
        if (afterAdvice.isPresent()) {
            return "stopped, said so; " + (afterAdvice.get().hasSameRows() ? "equal" : "NOT equal") + " after resync";
        }
        if (!says.isWell()) {
            return "FAILS, says so";
        }
        return arrived ? "DIFFERENT, says it is well" : "STANDS STILL, says it is well";
    }

    boolean isKept() {
        return arrived && count.hasSameRows() && count.torn() == 0
                || afterAdvice.filter(RowCount::hasSameRows).isPresent();
    }
}
